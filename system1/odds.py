"""Chances as log-odds, in which evidence adds up."""

from __future__ import annotations

import math


def log_odds(chance: float, most: float = 1.0) -> float:
    """Of a chance that is taken to lie between ``most`` and its complement, which are finite for
    ``most`` below 1; without ``most`` the chance itself must be neither 0 nor 1."""
    clipped = min(max(chance, 1.0 - most), most)
    return math.log(clipped / (1.0 - clipped))
