"""How the voice ends: the fall of its pitch, the length of its last syllable, its loudness.

Worked out once when the caller stops, from the frames of ``speech.meters.prosody``. What is looked
for, and what it says of a turn's end: Gravano and Hirschberg 2011 (final pitch slope, lengthening
and intensity over the last 0.2 to 0.5 s before a pause).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech.meters.prosody import HOP_S, Frame, ProsodyMeter, nuclei
from speech.meters.quantiles import median
from system1.percepts import Contour


@dataclass(frozen=True, slots=True)
class ContourSettings:
    """The numbers of the contour."""

    final_s: float = 0.3
    """Voice whose course is told. Unit: s."""
    within_s: float = 0.6
    """It lies within so much of the end: longer ago is no end. Unit: s."""
    before_s: float = 0.2
    """Voice that must have come before it for a median. Unit: s."""
    octave_st: float = 7.0
    """Pitch so far from the median is the tracker's slip by an octave. Unit: semitones."""
    syllables: int = 40
    """The caller's mean syllable is that of about so many. No unit."""


class ContourMeter:
    """Contours of one caller's stretches of speech."""

    def __init__(self, meter: ProsodyMeter, settings: ContourSettings | None = None) -> None:
        self._meter = meter
        self._settings = settings or ContourSettings()
        self._started = 0
        self._mean_s: float | None = None
        self._counted = 0

    def start(self) -> None:
        """A stretch of speech begins."""
        self._started = self._meter.taken

    def of_end(self, offset: float, ends: float, at: float) -> Contour | None:
        """The contour of speech that stopped at ``offset``; None if there was too little voice.

        ``ends``: the end of the last frame that the meter took; all in s. What it is compared
        with may be of the caller's stretch of speech before: a "yes" alone has no median.
        """
        quiet = max(round((ends - offset) / HOP_S), 0)
        frames = self._meter.frames
        stretch = min(self._meter.taken - self._started, len(frames))
        frames = frames[: max(len(frames) - quiet, 0)]
        began = len(frames) + quiet - stretch
        voiced = [
            (index, frame.pitch_hz, frame.level_db)
            for index, frame in enumerate(frames)
            if frame.pitch_hz > 0.0
        ]
        settings = self._settings
        count = round(settings.final_s / HOP_S)
        first = max(len(frames) - round(settings.within_s / HOP_S), began)
        final = [one for one in voiced if one[0] >= first][-count:]
        before = voiced[: len(voiced) - len(final)]
        if len(final) < count // 3 or len(before) * HOP_S < settings.before_s:
            return None
        middle = median([pitch for _, pitch, _ in voiced])
        heights = [(index, 12 * math.log2(pitch / middle)) for index, pitch, _ in final]
        heights = [one for one in heights if abs(one[1]) < settings.octave_st]
        if len(heights) < count // 3:
            return None
        level = _median_db(final) - _median_db(before)
        last = [height for _, height in heights[-max(len(heights) // 3, 1) :]]
        return Contour(
            at,
            offset,
            fall_st=round(-_course(heights), 2),
            height_st=round(median(last), 2),
            lengthening=round(self._lengthening(frames[began:]), 2),
            level_db=round(level, 2),
            voiced_s=round(len(final) * HOP_S, 3),
        )

    def _lengthening(self, frames: Sequence[Frame]) -> float:
        """The last syllable's length over the caller's mean; 1 while that is unknown."""
        places = nuclei(frames, self._meter.settings)
        if len(places) < 2:
            return 1.0
        mean_s = self._learn((places[-1] - places[0]) * HOP_S, len(places) - 1)
        if self._counted < 3:
            return 1.0
        # From half way between the last two nuclei to the end of the voice.
        end = max(index for index, frame in enumerate(frames) if frame.pitch_hz > 0.0)
        last_s = (end - (places[-1] + places[-2]) / 2) * HOP_S
        return min(max(last_s / mean_s, 0.2), 5.0)

    def _learn(self, seconds: float, count: int) -> float:
        """The caller's mean syllable (s), these ``count`` in ``seconds`` being part of it."""
        known = min(self._counted, self._settings.syllables)
        total = (self._mean_s or 0.0) * known + seconds
        self._counted = known + count
        self._mean_s = max(total / self._counted, HOP_S)
        return self._mean_s


def _course(heights: Sequence[tuple[int, float]]) -> float:
    """Semitones that a straight line through the heights rises from first to last."""
    places = np.array([index for index, _ in heights], np.float64)
    values = np.array([height for _, height in heights], np.float64)
    places -= places.mean()
    spread = float(places @ places)
    if spread == 0.0:
        return 0.0
    slope = float(places @ (values - values.mean())) / spread
    return slope * float(places[-1] - places[0])


def _median_db(voiced: Sequence[tuple[int, float, float]]) -> float:
    return median([level for _, _, level in voiced])
