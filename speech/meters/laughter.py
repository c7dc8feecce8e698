"""Laughter: the same burst again and again, three to seven times a second.

The spectrum of speech seldom comes back a syllable later; "ha ha ha" does. So the bands of the
last second are correlated with themselves, shifted by a syllable's length. Measured on synthetic
voices: 0.86 to 0.99 for laughter of any length, at most 0.56 for sentences and digits. A word said
over and over ("no no no") is as regular, and is told from it by what is recognised.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.meters.bands import BANDS_HOP, Bands
from speech.meters.chunks import Chunk
from speech.meters.silero import VAD_RATE
from system1.percepts import SoundEvent

_HOP_S = BANDS_HOP / VAD_RATE


@dataclass(frozen=True, slots=True)
class LaughLimits:
    """The numbers of laughter."""

    shortest_s: float = 0.144
    """The least from one burst to the next. Unit: s."""
    longest_s: float = 0.304
    """The most. Unit: s."""
    overlap_s: float = 0.28
    """So much is compared at least. Unit: s."""
    window_s: float = 0.9
    """Sound that is looked back on. Unit: s."""
    likeness: float = 0.75
    """Correlation from which it is laughter; 0 to 1."""
    range_db: float = 40.0
    """What lies so far under the loudest band is silence. Unit: dB."""
    depth_db: float = 6.0
    """Spread of the bands' levels; a hum has next to none and likens itself anywhere. Unit: dB."""


class LaughMeter:
    """Watches one caller's speech for laughter."""

    def __init__(self, limits: LaughLimits | None = None) -> None:
        self._limits = limits or LaughLimits()
        size = round(self._limits.window_s / _HOP_S)
        self._bands: deque[Bands] = deque(maxlen=size)
        self._told = False

    def step(self, chunk: Chunk, speaking: bool, at: float) -> SoundEvent | None:
        """One chunk; a percept of ``at``, once in a stretch of speech."""
        if not speaking:
            self._bands.clear()
            self._told = False
            return None
        self._bands.extend(10 * np.log10(chunk.bands + 1e-3))
        if self._told or not self._repeats():
            return None
        self._told = True
        return SoundEvent(at, "laugh")

    def _repeats(self) -> bool:
        limits = self._limits
        least = round(limits.overlap_s / _HOP_S)
        shortest, longest = round(limits.shortest_s / _HOP_S), round(limits.longest_s / _HOP_S)
        if len(self._bands) < shortest + least:
            return False
        bands = np.array(self._bands)
        bands = np.maximum(bands, bands.max() - limits.range_db)
        bands -= bands.mean(axis=0)
        if float(np.std(bands)) < limits.depth_db:
            return False
        levels, squares = bands.ravel(), np.square(bands).ravel()
        for lag in range(shortest, min(longest, len(bands) - least) + 1):
            shift = lag * bands.shape[1]
            later, before = np.add.reduce(squares[shift:]), np.add.reduce(squares[:-shift])
            energy = math.sqrt(later * before) + 1e-9
            product = np.add.reduce(levels[shift:] * levels[:-shift])
            if float(product) / energy >= limits.likeness:
                return True
        return False
