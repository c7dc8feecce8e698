"""Whisper's log-mel spectrogram in numpy, for models that were trained on Whisper's encoder.

As defined with Whisper (Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", 2022, section 2.2): power spectra of 25 ms under a periodic Hann window every 10 ms,
mirrored at the edges; 80 triangular bands of Slaney's mel scale up to 8 kHz, each of unit area;
the logarithm, at most 8 decades below its maximum, scaled to about [-1, 1].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.protocols import Audio

RATE_HZ = 16_000
BANDS = 80

_WINDOW = 400
_HOP = 160
_LOWEST_POWER = 1e-10
_DECADES = 8.0

# Slaney's scale: 15 mels of 66.7 Hz up to 1 kHz, from there 27 to a factor of 6.4.
_LINEAR_HZ = 200.0 / 3.0
_LINEAR_MELS = 15.0
_LOG_STEP = np.log(6.4) / 27.0


def log_mel(audio: Audio) -> NDArray[np.float32]:
    """``(BANDS, samples // 160)`` of mono audio at ``RATE_HZ``."""
    edge = _WINDOW // 2
    padded = np.pad(audio.astype(np.float64), edge, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    # the last frame lies half beyond the end: Whisper leaves it out
    spectra = np.fft.rfft(frames[: len(audio) // _HOP] * _HANN)
    power = np.square(spectra.real) + np.square(spectra.imag)
    levels = np.log10(np.maximum(_FILTERS @ power.T, _LOWEST_POWER))
    levels = np.maximum(levels, levels.max() - _DECADES)
    scaled: NDArray[np.float32] = ((levels + 4.0) / 4.0).astype(np.float32)
    return scaled


def _hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = mels * _LINEAR_HZ
    steps = np.maximum(mels - _LINEAR_MELS, 0.0)
    return np.where(
        mels < _LINEAR_MELS, linear, _LINEAR_MELS * _LINEAR_HZ * np.exp(steps * _LOG_STEP)
    )


def _filters() -> NDArray[np.float64]:
    """A row of weights for each band: a triangle from its lower over its middle to its upper Hz."""
    highest = _LINEAR_MELS + np.log(RATE_HZ / 2 / (_LINEAR_MELS * _LINEAR_HZ)) / _LOG_STEP
    corners = _hz(np.linspace(0.0, highest, BANDS + 2))
    lower, middle, upper = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bins = np.linspace(0.0, RATE_HZ / 2, _WINDOW // 2 + 1)[None, :]
    rising, falling = (bins - lower) / (middle - lower), (upper - bins) / (upper - middle)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    filters: NDArray[np.float64] = triangles * 2.0 / (upper - lower)
    return filters


_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
_FILTERS = _filters()
