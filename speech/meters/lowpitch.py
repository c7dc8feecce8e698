"""Stretches of low pitch in the caller's voice, the cue for a listener's backchannel.

Ward and Tsukahara (2000): pitch below the speaker's own 26th percentile for 110 ms, after at least
700 ms of speech. The percentile is that of every voiced frame so far, in quarters of a semitone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_LOWEST_HZ = 60.0
_BINS_A_SEMITONE = 4
_BINS = 36 * _BINS_A_SEMITONE


@dataclass(frozen=True, slots=True)
class LowPitchSettings:
    """The numbers of the cue."""

    percentile: float = 0.26
    """Pitch below this share of the caller's own is low; 0 to 1."""
    lasting_s: float = 0.11
    """It has been low for so long. Unit: s."""
    speech_s: float = 0.7
    """So much speech comes before it. Unit: s."""
    known_s: float = 2.0
    """Voiced speech from which the percentile is known. Unit: s."""
    gap_s: float = 0.05
    """A stretch goes on over a consonant of this length, which has no pitch. Unit: s."""


class LowPitchMeter:
    """Takes frames of speech, ``hop_s`` apart, and finds the stretches, each once."""

    def __init__(self, hop_s: float, settings: LowPitchSettings | None = None) -> None:
        self._hop_s = hop_s
        self._settings = settings or LowPitchSettings()
        self._counts = [0] * _BINS
        self._total = 0
        self._speech = 0
        self._low = 0
        self._gap = 0
        self._told = False

    def copy(self) -> LowPitchMeter:
        """An independent meter in the same state."""
        twin = LowPitchMeter(self._hop_s, self._settings)
        twin._counts, twin._total = [*self._counts], self._total
        return twin

    def begin(self) -> None:
        """Speech begins anew: what was low before is over."""
        self._speech = 0
        self._over()

    def step(self, pitch_hz: float) -> float | None:
        """One frame, 0 Hz where it is unvoiced.

        Returns how long pitch has been low (s), once a stretch, when that is long enough.
        """
        self._speech += 1
        if pitch_hz:
            self._voiced(pitch_hz)
        else:
            self._gap += 1
            if self._gap * self._hop_s > self._settings.gap_s:
                self._over()
        low_s = self._low * self._hop_s
        before_s = self._speech * self._hop_s - low_s
        enough = low_s >= self._settings.lasting_s and before_s >= self._settings.speech_s
        if self._told or not enough:
            return None
        self._told = True
        return low_s

    def _voiced(self, pitch_hz: float) -> None:
        semitones = 12 * math.log2(max(pitch_hz, _LOWEST_HZ) / _LOWEST_HZ)
        place = min(int(semitones * _BINS_A_SEMITONE), _BINS - 1)
        if self._is_low(place):
            self._low += self._gap + 1 if self._low else 1
        else:
            self._over()
        self._gap = 0
        self._counts[place] += 1
        self._total += 1

    def _is_low(self, place: int) -> bool:
        if self._total * self._hop_s < self._settings.known_s:
            return False
        # So few frames lie at this pitch or below that it is under the percentile.
        return sum(self._counts[: place + 1]) < self._settings.percentile * self._total

    def _over(self) -> None:
        self._low, self._gap, self._told = 0, 0, False
