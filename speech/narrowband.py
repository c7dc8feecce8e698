"""24 kHz to a telephone line's 8 kHz and back, sample for sample, with a delay of 2.7 ms each.

Three samples stand for one, always, so that the time of every sample is exact whatever the length
of the pieces. Flat to 3.4 kHz, the end of a telephone's band; what would be mirrored about 4 kHz
is 50 dB down from 4.6 kHz.
"""

from __future__ import annotations

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio

LINE_RATE = 8_000
"""Samples a second on a telephone line."""

_RATIO = SAMPLE_RATE // LINE_RATE
_HALF = 63  # samples at 24 kHz to each side: a multiple of three, and the delay
_CUTOFF = 3_950 / SAMPLE_RATE
_BETA = 4.5  # Kaiser window of 50 dB

DELAY_S = _HALF / SAMPLE_RATE
"""How far output lags input, either way, s."""


def _taps() -> Audio:
    distance = np.arange(-_HALF, _HALF + 1)
    window = np.i0(_BETA * np.sqrt(1 - (distance / (_HALF + 1)) ** 2))
    taps = np.sinc(2 * _CUTOFF * distance) * window
    unity: Audio = (taps / taps.sum()).astype(np.float32)
    return unity


_DOWN = _taps()
# Of the taps, those that meet a sample and not a zero between two, for each place between them.
_UP = [_DOWN[place::_RATIO] * _RATIO for place in range(_RATIO)]


class ToLine:
    """Streaming 24 kHz to 8 kHz, in pieces of any length."""

    def __init__(self) -> None:
        self._kept = np.zeros(2 * _HALF, np.float32)

    def resample(self, audio: Audio) -> Audio:
        """A sample for every three of all that was given so far."""
        samples = np.concatenate((self._kept, audio.astype(np.float32)))
        count = max((len(samples) - 2 * _HALF + _RATIO - 1) // _RATIO, 0)
        if not count:
            self._kept = samples
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(samples, 2 * _HALF + 1)[::_RATIO]
        self._kept = samples[count * _RATIO :]
        line: Audio = windows[:count] @ _DOWN
        return line


class FromLine:
    """Streaming 8 kHz to 24 kHz, in pieces of any length."""

    def __init__(self) -> None:
        self._kept = np.zeros(2 * _HALF // _RATIO, np.float32)

    def resample(self, audio: Audio) -> Audio:
        """Three samples for every one."""
        samples = np.concatenate((self._kept, audio.astype(np.float32)))
        self._kept = samples[len(audio) :]
        out = np.empty((len(audio), _RATIO), np.float32)
        if len(audio):
            for place, taps in enumerate(_UP):
                out[:, place] = np.convolve(samples, taps, "valid")[-len(audio) :]
        return out.reshape(-1)
