"""Percentiles of a few dozen numbers: what numpy's give, without what numpy does around them."""

from __future__ import annotations

from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    """As ``np.median`` to the last bit."""
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def percentile(values: Sequence[float], per_cent: float) -> float:
    """As ``np.percentile`` to the last bit: between the two nearest values, in proportion."""
    ranked = sorted(values)
    place = per_cent / 100 * (len(ranked) - 1)
    below = int(place)
    low, high = ranked[below], ranked[min(below + 1, len(ranked) - 1)]
    share = place - below
    # from the nearer of the two, as numpy counts
    return high - (high - low) * (1 - share) if share >= 0.5 else low + (high - low) * share
