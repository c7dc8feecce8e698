"""The power of speech in ten bands from 200 to 3400 Hz, about evenly apart to the ear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio

_WINDOW = np.hanning(VAD_CHUNK)
_EDGES_HZ = np.array([200, 350, 500, 700, 900, 1150, 1450, 1850, 2300, 2800, 3400])
_EDGES = np.rint(_EDGES_HZ * VAD_CHUNK / VAD_RATE).astype(int)

Bands = NDArray[np.float64]


def band_powers(samples: Audio | Bands) -> Bands:
    """Of 32 ms (512 samples at 16 kHz)."""
    power = np.abs(np.fft.rfft(samples * _WINDOW)) ** 2
    return np.asarray(np.add.reduceat(power[: _EDGES[-1]], _EDGES[:-1]))
