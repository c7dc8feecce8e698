"""How clear speech is: mumbled or muffled speech has next to nothing above 1 kHz.

Measured over stretches of synthetic speech: at least -15 dB of its power lies there, also on a
telephone band of 300 to 3400 Hz; at most -36 dB after a low-pass at 800 Hz.
"""

from __future__ import annotations

import math

import numpy as np

from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio

_FIRST_HIGH = 1_000 * VAD_CHUNK // VAD_RATE
_WINDOW = np.hanning(VAD_CHUNK).astype(np.float32)

CLEAR_DB = -18.0
"""Share of the power above 1 kHz from which speech counts as clear. Unit: dB."""

MUFFLED_DB = -26.0
"""Share of the power above 1 kHz below which nobody can follow it. Unit: dB."""


class Clarity:
    """The share of a stretch's power above 1 kHz, without that of the line's noise."""

    def __init__(self) -> None:
        self._noise = np.zeros(2)
        self._sums = np.zeros(2)
        self._chunks = 0

    def start(self) -> None:
        """A new stretch."""
        self._sums = np.zeros(2)
        self._chunks = 0

    def step(self, chunk: Audio, speaking: bool) -> None:
        """One chunk of 512 samples at 16 kHz."""
        power = np.abs(np.fft.rfft(chunk * _WINDOW)) ** 2
        bands = np.array([np.add.reduce(power[_FIRST_HIGH:]), np.add.reduce(power[2:_FIRST_HIGH])])
        if speaking:
            self._sums += bands
            self._chunks += 1
        else:
            self._noise += 0.05 * (bands - self._noise)

    def value(self) -> float:
        """0 (muffled) to 1 (clear) for the stretch so far; 1 before there is any."""
        if not self._chunks:
            return 1.0
        high, low = np.maximum(self._sums - self._chunks * self._noise, 1e-12)
        share_db = 10 * math.log10(high / (high + low))
        return min(max((share_db - MUFFLED_DB) / (CLEAR_DB - MUFFLED_DB), 0.0), 1.0)
