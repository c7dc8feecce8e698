"""24 kHz to 16 kHz, sample for sample, with a delay of 1.3 ms.

Three samples in, two out, always: the time of every sample is exact. A general streaming
resampler is later: soxr's comes out up to 20 ms behind at quality LQ, which also loses what lies
above 6 kHz, and 37 ms at MQ and HQ; each would be added to every reaction of the agent.
"""

from __future__ import annotations

import numpy as np

from speech.protocols import Audio

_HALF = 32  # input samples to each side of an output sample; also the delay
_CUTOFF = 7_600 / 24_000  # Hz over Hz: flat to 7 kHz, -60 dB from 8.7 kHz
_BETA = 5.65  # Kaiser window of 60 dB

RESAMPLE_DELAY_S = _HALF / 24_000
"""How far output lags input, s."""


def _taps(shift: float) -> Audio:
    distance = np.arange(-_HALF, _HALF + 1) - shift
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (distance / (_HALF + 1)) ** 2, 0, 1)))
    taps = np.sinc(2 * _CUTOFF * distance) * window
    unity: Audio = (taps / taps.sum()).astype(np.float32)
    return unity


_EVEN = _taps(0.0)  # outputs that fall on an input sample
_ODD = _taps(0.5)  # outputs half way between two, after one sample that is left out


class Downsampler:
    """Streaming 24 kHz to 16 kHz for blocks of one length, a multiple of three."""

    def __init__(self, length: int) -> None:
        if length % 3:
            raise ValueError(f"a block of {length} samples is no multiple of three")
        self._samples = np.zeros(2 * _HALF + length, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._samples, 2 * _HALF + 1)
        self._even, self._odd = windows[0::3], windows[1::3]

    def resample(self, block: Audio) -> Audio:
        """Two samples for every three, ``RESAMPLE_DELAY_S`` late."""
        self._samples[: 2 * _HALF] = self._samples[-2 * _HALF :].copy()
        self._samples[2 * _HALF :] = block
        if not self._samples.any():
            return np.zeros(len(block) * 2 // 3, np.float32)
        out = np.empty(len(block) * 2 // 3, np.float32)
        out[0::2] = self._even @ _EVEN
        out[1::2] = self._odd @ _ODD
        return out
