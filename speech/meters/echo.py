"""Echo: how like the caller's line is to what the agent has just played into it.

The spectra of both, in ten bands every 16 ms, are correlated over the speech under way for each
delay up to half a second. The best is told, less one standard error (Fisher's z): two voices may be
alike by chance for a fifth of a second, and no longer. It says that what is heard is the agent's
own voice, not how to take it out: that is an echo canceller's work.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.meters.bands import Bands, band_powers
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio
from speech.resampling import Downsampler

_HOP = VAD_CHUNK // 2
_HOP_S = _HOP / VAD_RATE
_CHUNK = 768


@dataclass(frozen=True, slots=True)
class EchoLimits:
    """The numbers of echo."""

    longest_s: float = 0.5
    """The longest delay that is looked at. Unit: s."""
    window_s: float = 0.64
    """Speech that is compared. Unit: s."""
    least_s: float = 0.16
    """Less speech than this says nothing. Unit: s."""
    compression: float = 0.15
    """Power to this is compared, about loudness: no single peak outweighs the rest. No unit."""


class EchoMeter:
    """Compares what one caller's line brings with what was played into it."""

    def __init__(self, limits: EchoLimits | None = None) -> None:
        self._limits = limits or EchoLimits()
        self._window = round(self._limits.window_s / _HOP_S)
        self._longest = round(self._limits.longest_s / _HOP_S)
        size = self._window + self._longest + 4
        self._heard: deque[Bands] = deque(maxlen=self._window)
        self._played: deque[Bands] = deque(maxlen=size)
        self._heard_tail = np.zeros(_HOP, np.float32)
        self._played_tail = np.zeros(_HOP, np.float32)
        self._downsampler = Downsampler(_CHUNK)
        self._pending = np.zeros(0, np.float32)
        self._ahead = 0

    def played(self, block: Audio) -> None:
        """What the agent says, at 24 kHz, in the order in which it is played."""
        self._pending = np.concatenate((self._pending, block.astype(np.float32, copy=False)))
        while len(self._pending) >= _CHUNK:
            chunk = self._downsampler.resample(self._pending[:_CHUNK])
            self._pending = self._pending[_CHUNK:]
            frames, self._played_tail = self._frames(self._played_tail, chunk)
            self._played.extend(frames)
            self._ahead += len(frames)

    def step(self, chunk: Audio, speech_s: float | None) -> float:
        """One chunk of the caller's at 16 kHz; ``speech_s``: for how long there has been speech.

        0 (nothing alike, or nothing known) to 1.
        """
        frames, self._heard_tail = self._frames(self._heard_tail, chunk)
        self._heard.extend(frames)
        self._ahead -= len(frames)
        if speech_s is None or speech_s < self._limits.least_s or not self._played:
            return 0.0
        count = min(round(speech_s / _HOP_S), len(self._heard))
        heard = _centred(np.array(list(self._heard)[-count:]))
        played = np.array(self._played)
        best = 0.0
        for delay in range(self._longest + 1):
            # ``_ahead`` frames more have been played than were heard.
            stop = len(played) - max(self._ahead, 0) - delay
            if stop - count < 0 or delay < -self._ahead:
                continue
            before = _centred(played[stop - count : stop])
            energy = float(np.sqrt(np.sum(heard**2) * np.sum(before**2)))
            if energy > 1e-6:
                best = max(best, float(np.sum(heard * before)) / energy)
        return _at_least(best, count)

    def _frames(self, tail: Audio, chunk: Audio) -> tuple[list[Bands], Audio]:
        samples = np.concatenate((tail, chunk))
        found: list[Bands] = []
        for start in range(0, len(samples) - VAD_CHUNK + 1, _HOP):
            power = band_powers(samples[start : start + VAD_CHUNK])
            found.append((power + 1e-6) ** self._limits.compression)
        return found, samples[-_HOP:]


def _at_least(likeness: float, count: int) -> float:
    """A correlation over ``count`` frames, less one standard error of its Fisher transform."""
    if count <= 3:
        return 0.0
    z = math.atanh(min(likeness, 0.9999)) - 1.0 / math.sqrt(count - 3)
    return max(math.tanh(z), 0.0)


def _centred(bands: Bands) -> Bands:
    return np.asarray(bands - bands.mean(axis=0))
