"""Beeps: one steady tone of 0.2 to 1 s, as answering machines give before they record.

A chunk is a tone if nearly all of its power lies in one narrow peak. Key tones (DTMF) have two,
speech and music have many, noise has none; a dial tone or a fax's lasts longer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from speech.meters.chunks import Chunk
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from system1.percepts import SoundEvent

_HZ = VAD_RATE / VAD_CHUNK
_CHUNK_S = VAD_CHUNK / VAD_RATE


@dataclass(frozen=True, slots=True)
class BeepLimits:
    """The numbers of beeps."""

    shortest_s: float = 0.2
    longest_s: float = 1.0
    lowest_hz: float = 380.0
    """Hums and the fundamentals of voices lie below."""
    highest_hz: float = 2500.0
    peak_share: float = 0.85
    """Of the power, within 62 Hz of the peak: Hann's main lobe. No unit."""
    drift_hz: float = 16.0
    """From one chunk to the next; a whistle or a vowel wanders more. Unit: Hz."""
    level_db: float = -45.0
    """Quieter tones are the line's own. Unit: dBFS."""


class BeepMeter:
    """Watches one line for beeps."""

    def __init__(self, limits: BeepLimits | None = None) -> None:
        self._limits = limits or BeepLimits()
        self._hz: float | None = None
        self._chunks = 0

    def step(self, chunk: Chunk, at: float) -> SoundEvent | None:
        """One chunk; a percept of ``at`` once a beep has ended."""
        hz = self._tone(chunk)
        if hz is not None and self._hz is not None and abs(hz - self._hz) <= self._limits.drift_hz:
            self._hz = hz
            self._chunks += 1
            return None
        # The chunks in which it began and ended are no pure tone and are not counted.
        lasted = (self._chunks + 1) * _CHUNK_S
        beeped = hz is None and self._limits.shortest_s <= lasted <= self._limits.longest_s
        self._hz, self._chunks = hz, int(hz is not None)
        return SoundEvent(at, "beep") if beeped else None

    def _tone(self, chunk: Chunk) -> float | None:
        """The frequency of a chunk that is one tone, Hz; else None."""
        limits = self._limits
        if chunk.power < 10 ** (limits.level_db / 10):
            return None
        power = chunk.spectra[1]
        peak = int(np.argmax(power))
        if not limits.lowest_hz <= peak * _HZ <= limits.highest_hz:
            return None
        near = power[peak - 2 : peak + 3]
        if near.sum() < limits.peak_share * power.sum():
            return None
        return float(np.dot(near, np.arange(peak - 2, peak + 3)) / near.sum() * _HZ)
