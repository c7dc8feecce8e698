"""A rise: the line becomes louder than its noise has been, whatever it is that is heard.

Voice activity knows an onset when it has heard some voice; a word that begins with an "s" has
sounded for a tenth of a second by then. A rise is known after 16 ms of it, and says nothing but
that something begins: it is a reason to lower one's voice, and to listen.

The line is looked at as it is, and by its differences from sample to sample, in which an "s"
stands out from the low noise of a room.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.meters.chunks import STEP, STEPS, Chunk, levels_db, step_powers
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from system1.percepts import SoundRose

_STEP_S = STEP / VAD_RATE
_CHUNK_S = VAD_CHUNK / VAD_RATE

Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RiseLimits:
    """The numbers of a rise."""

    above_db: float = 6.0
    """A step so far above the line's noise may be part of one. Unit: dB."""
    deviations: float = 3.0
    """And so many standard deviations of the noise's own steps above it: babble moves. No unit."""
    least_db: float = -60.0
    """Nothing below this is heard by anybody. Unit: dBFS."""
    below_voice_db: float = 42.0
    """What is so far below the loudest moment of the caller's voice is lost beside it. Unit: dB."""
    steps: int = 4
    """So many steps of the last ``within`` make a rise, 4 ms each: a click makes none."""
    within: int = 5
    known_after_s: float = 0.4
    """The noise is known after so long. Unit: s."""
    adapt_s: float = 0.5
    """The noise is followed with this time constant. Unit: s."""
    again_s: float = 0.3
    """What has been loud for so long without becoming speech is noise as well. Unit: s."""


class RiseMeter:
    """The rises of one caller's line."""

    def __init__(self, limits: RiseLimits | None = None) -> None:
        self._limits = limits or RiseLimits()
        self._whole, self._high = _Band(self._limits), _Band(self._limits)
        self._samples = np.zeros(1 + VAD_CHUNK, np.float32)
        self._known_s = 0.0
        self._recent: deque[bool] = deque(maxlen=self._limits.within)
        self._loud_s = 0.0
        self._told = False

    def step(self, chunk: Chunk, speaking: bool, ends: float, at: float) -> SoundRose | None:
        """One chunk that ends at ``ends``; a percept of ``at``, or None.

        ``speaking``: the chunk is part of speech, which no rise is looked for in.
        """
        self._samples[0] = self._samples[-1]
        self._samples[1:] = chunk.samples
        whole = levels_db(chunk.step_powers)
        high = levels_db(step_powers(self._samples[1:] - self._samples[:-1]))
        if speaking:
            self._whole.speaks(whole)
            self._high.speaks(high)
            self._recent.clear()
            self._loud_s, self._told = 0.0, False
            return None
        loud = (whole > self._whole.threshold_db()) | (high > self._high.threshold_db())
        rose = self._rise(loud, whole, ends, at)
        if 2 * int(np.count_nonzero(loud)) >= STEPS:
            self._loud_s += _CHUNK_S
        else:
            self._loud_s, self._told = 0.0, self._told and bool(loud.any())
        if self._loud_s == 0.0 or self._loud_s >= self._limits.again_s:
            self._whole.follow(whole)
            self._high.follow(high)
            self._known_s += _CHUNK_S
        return rose if self._known_s > self._limits.known_after_s else None

    def _rise(
        self, loud: NDArray[np.bool_], levels: Levels, ends: float, at: float
    ) -> SoundRose | None:
        for number, one in enumerate(loud.tolist()):
            self._recent.append(one)
            if self._told or sum(self._recent) < self._limits.steps:
                continue
            self._told = True
            after = len(loud) - number - 1 + len(self._recent) - self._recent.index(True)
            onset = max(ends - after * _STEP_S, 0.0)
            return SoundRose(at, onset, round(float(levels[: number + 1].max()), 1))
        return None


class _Band:
    """The noise of a line in one band, as its steps of 4 ms have been."""

    def __init__(self, limits: RiseLimits) -> None:
        self._limits = limits
        self._mean_db: float | None = None
        self._variance = 0.0
        self._voice_db: float | None = None

    def threshold_db(self) -> float:
        """A step above this may be part of a rise."""
        limits = self._limits
        spread_db = limits.deviations * math.sqrt(self._variance)
        least_db = limits.least_db
        if self._voice_db is not None:
            least_db = max(least_db, self._voice_db - limits.below_voice_db)
        if self._mean_db is None:
            return least_db
        return max(self._mean_db + max(limits.above_db, spread_db), least_db)

    def speaks(self, levels: Levels) -> None:
        """These are the caller's own."""
        level_db = float(levels.max())
        self._voice_db = level_db if self._voice_db is None else max(self._voice_db, level_db)

    def follow(self, levels: Levels) -> None:
        """These are noise."""
        share = min(_CHUNK_S / self._limits.adapt_s, 1.0)
        mean_db = float(np.add.reduce(levels)) / STEPS
        variance = float(np.add.reduce(np.square(levels - mean_db))) / STEPS
        if self._mean_db is None:
            self._mean_db, self._variance = mean_db, variance
        moved_db = mean_db - self._mean_db
        self._mean_db += share * moved_db
        self._variance += share * (variance + moved_db**2 - self._variance)
