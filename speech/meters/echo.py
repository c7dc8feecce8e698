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

from speech.meters.bands import BANDS, BANDS_HOP, Bands, Spectra, band_powers
from speech.meters.chunks import Chunk
from speech.meters.silero import VAD_RATE
from speech.protocols import Audio
from speech.resampling import Downsampler

_HOP_S = BANDS_HOP / VAD_RATE
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
        self._downsampler = Downsampler(_CHUNK)
        self._spectra = Spectra()
        self._silent = 0  # chunks in a row in which nothing was played
        self._silence = self._compressed(np.zeros((2, BANDS)))
        self._pending: list[Audio] = []
        self._samples = 0  # that are pending
        self._ahead = 0

    def played(self, block: Audio) -> None:
        """What the agent says, at 24 kHz, in the order in which it is played."""
        self._pending.append(block.astype(np.float32))
        self._samples += block.size
        if self._samples < _CHUNK:
            return
        pending = np.concatenate(self._pending)
        whole = pending.size - pending.size % _CHUNK
        for start in range(0, whole, _CHUNK):
            frames = self._bands(self._downsampler.resample(pending[start : start + _CHUNK]))
            self._played.extend(frames)
            self._ahead += len(frames)
        self._pending = [pending[whole:]]
        self._samples = pending.size - whole

    def step(self, chunk: Chunk, speech_s: float | None) -> float:
        """One chunk of the caller's; ``speech_s``: for how long there has been speech.

        0 (nothing alike, or nothing known) to 1.
        """
        frames = self._compressed(chunk.bands)
        self._heard.extend(frames)
        self._ahead -= len(frames)
        if speech_s is None or speech_s < self._limits.least_s or not self._played:
            return 0.0
        count = min(round(speech_s / _HOP_S), len(self._heard))
        return _at_least(self._best(count), count)

    def _best(self, count: int) -> float:
        """The best correlation of the last ``count`` frames with what was played before them."""
        # ``_ahead`` frames more have been played than were heard.
        last = len(self._played) - max(self._ahead, 0) - max(-self._ahead, 0) - count
        first = max(len(self._played) - max(self._ahead, 0) - self._longest - count, 0)
        # The first frame of silence still has some of the sound before it.
        silence = 2 * self._silent > len(self._played)
        if last < first or silence:
            return 0.0
        heard = np.array(list(self._heard)[-count:])
        heard = (heard - np.add.reduce(heard) / count).ravel()
        played = np.array(self._played)[first : last + count]
        before = np.lib.stride_tricks.sliding_window_view(played, count, axis=0)
        before = np.ascontiguousarray(before.transpose(0, 2, 1))
        before = before - (np.add.reduce(before, axis=1) / count)[:, None]
        before = before.reshape(len(before), heard.size)
        energies = np.add.reduce(heard * heard) * np.add.reduce(before * before, axis=1)
        energies = np.sqrt(energies)
        products = np.add.reduce(heard * before, axis=1)
        known = energies > 1e-6
        return float(np.max(products[known] / energies[known], initial=0.0))

    def _bands(self, chunk: Audio) -> Bands:
        """Of a chunk that is played, at 16 kHz."""
        self._silent = 0 if chunk.any() else self._silent + 1
        if self._silent > 2:  # and the spectra's windows are silent by now
            return self._silence
        return self._compressed(band_powers(self._spectra.step(chunk)))

    def _compressed(self, bands: Bands) -> Bands:
        return np.asarray((bands + 1e-6) ** self._limits.compression)


def _at_least(likeness: float, count: int) -> float:
    """A correlation over ``count`` frames, less one standard error of its Fisher transform."""
    if count <= 3:
        return 0.0
    z = math.atanh(min(likeness, 0.9999)) - 1.0 / math.sqrt(count - 3)
    return max(math.tanh(z), 0.0)
