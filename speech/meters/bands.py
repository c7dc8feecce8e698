"""The power of speech in ten bands from 200 to 3400 Hz, about evenly apart to the ear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio

BANDS_HOP = VAD_CHUNK // 2
"""Samples from one spectrum to the next: 16 ms."""

_WINDOW = np.hanning(VAD_CHUNK)
_EDGES_HZ = np.array([200, 350, 500, 700, 900, 1150, 1450, 1850, 2300, 2800, 3400])
_EDGES = np.rint(_EDGES_HZ * VAD_CHUNK / VAD_RATE).astype(int)

BANDS = len(_EDGES) - 1
"""How many bands."""

Bands = NDArray[np.float64]


class Spectra:
    """Power spectra of one line, each of 32 ms, every 16 ms."""

    def __init__(self) -> None:
        self._samples = np.zeros(BANDS_HOP + VAD_CHUNK, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._samples, VAD_CHUNK)
        self._both = windows[::BANDS_HOP]

    def step(self, samples: Audio) -> Bands:
        """512 samples at 16 kHz: the spectra up to their middle and up to their end (2 x 257)."""
        self._samples[:BANDS_HOP] = self._samples[-BANDS_HOP:]
        self._samples[BANDS_HOP:] = samples
        return np.asarray(np.abs(np.fft.rfft(self._both * _WINDOW)) ** 2)


def band_powers(spectra: Bands) -> Bands:
    """Of power spectra in rows (n x 257): n x 10."""
    return np.asarray(np.add.reduceat(spectra[:, : _EDGES[-1]], _EDGES[:-1], axis=1))
