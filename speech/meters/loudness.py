"""How loud the speech under way is, and how much it moves: near or far, words or a hum.

Both are told every 64 ms while there is speech. The level is that of its loudest 0.1 s of late,
without the line's noise: what stands out of it is a talker's distance, not which sound it is. The
change is how far the shape of the spectrum moves in 64 ms (the median over the last half second of
the mean difference over ten bands, dB): synthetic speech gives 4 to 8 dB, a drawn-out "um", "er" or
hum 1 to 3.5.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.meters.bands import Bands
from speech.meters.chunks import Chunk
from speech.meters.quantiles import median
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from system1.percepts import Level

_CHUNK_S = VAD_CHUNK / VAD_RATE
_LEAST_POWER = 1e-9


@dataclass(frozen=True, slots=True)
class LoudnessSettings:
    """The numbers of level and change."""

    every: int = 2
    """Chunks between reports, 32 ms each."""
    window: int = 16
    """Chunks that a report looks back on, as far as the speech goes back."""
    loudest: int = 3
    """Chunks over which the loudest stretch is averaged: about a syllable."""
    range_db: float = 25.0
    """What lies so far under a spectrum's peak does not belong to its shape. Unit: dB."""
    noise_share: float = 0.1
    """How fast the line's noise is followed, from chunk to chunk. No unit."""


@dataclass(frozen=True, slots=True)
class _Frame:
    power: float
    bands: Bands


class LoudnessMeter:
    """Level and change of one caller's speech."""

    def __init__(self, settings: LoudnessSettings | None = None) -> None:
        self._settings = settings or LoudnessSettings()
        # two more, so that the first change of a window has something to be compared with
        self._frames: deque[_Frame] = deque(maxlen=self._settings.window + 2)
        self._noise: _Frame | None = None
        self._since = 0

    def step(
        self, chunk: Chunk, ends: float, onset: float | None, at: float, echo: float = 0.0
    ) -> Level | None:
        """One chunk that ends at ``ends``; ``onset``: of the speech under way (s)."""
        frame = _Frame(chunk.power, chunk.bands[1])
        self._frames.append(frame)
        if onset is None:
            self._since = 0
            self._follow_noise(frame)
            return None
        self._since += 1
        if self._since % self._settings.every:
            return None
        count = min(max(round((ends - onset) / _CHUNK_S), 1), len(self._frames))
        recent = list(self._frames)[-count:]
        return Level(
            at,
            round(self._level_db(recent[-self._settings.window :]), 2),
            self._change_db(recent),
            round(echo, 2),
        )

    def _follow_noise(self, frame: _Frame) -> None:
        if self._noise is None:
            self._noise = frame
            return
        share = self._settings.noise_share
        self._noise = _Frame(
            self._noise.power + share * (frame.power - self._noise.power),
            self._noise.bands + share * (frame.bands - self._noise.bands),
        )

    def _level_db(self, frames: list[_Frame]) -> float:
        noise = self._noise.power if self._noise is not None else 0.0
        powers = np.array([max(frame.power - noise, 0.0) for frame in frames])
        width = min(self._settings.loudest, len(powers))
        loudest = float(np.convolve(powers, np.ones(width) / width, "valid").max())
        return 10 * math.log10(loudest + _LEAST_POWER)

    def _change_db(self, frames: list[_Frame]) -> float | None:
        """None where there is not enough speech to compare."""
        if len(frames) < 5:
            return None
        noise = self._noise.bands if self._noise is not None else 0.0
        bands = np.array([frame.bands for frame in frames])
        db = 10 * np.log10(np.maximum(bands, 4 * noise) + 1e-6)
        db = np.maximum(db, np.maximum.reduce(db, axis=1)[:, None] - self._settings.range_db)
        shapes = db - (np.add.reduce(db, axis=1) / db.shape[1])[:, None]
        changes = np.add.reduce(np.abs(shapes[2:] - shapes[:-2]), axis=1) / db.shape[1]
        found: list[float] = changes.tolist()
        return round(median(found), 2)
