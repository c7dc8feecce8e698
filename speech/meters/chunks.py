"""A chunk of the caller's line, with what several meters need of it: worked out once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from speech.meters.bands import Bands, Spectra, band_powers
from speech.meters.silero import VAD_CHUNK
from speech.protocols import Audio

STEP = 64
"""Samples of an energy step: 4 ms."""

STEPS = VAD_CHUNK // STEP
"""Energy steps of a chunk."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """32 ms: 512 ``samples`` at 16 kHz.

    ``power``: their mean square; ``step_powers``: that of each energy step. ``spectra`` and
    ``bands``: of the 32 ms up to its middle, and up to its end (2 x 257 and 2 x 10).
    """

    samples: Audio
    power: float
    step_powers: Bands
    spectra: Bands
    bands: Bands


class Chunks:
    """Makes the chunks of one line."""

    def __init__(self) -> None:
        self._spectra = Spectra()

    def take(self, samples: Audio) -> Chunk:
        """The next 512 samples at 16 kHz."""
        squares = np.square(samples, dtype=np.float64)
        spectra = self._spectra.step(samples)
        return Chunk(
            samples,
            float(np.add.reduce(squares)) / VAD_CHUNK,
            _means(squares),
            spectra,
            band_powers(spectra),
        )


def step_powers(samples: Audio) -> Bands:
    """The mean squares of 512 samples' energy steps."""
    return _means(np.square(samples, dtype=np.float64))


def levels_db(powers: Bands) -> Bands:
    """Of energy steps."""
    return np.asarray(10 * np.log10(powers + 1e-9))


def _means(squares: Bands) -> Bands:
    return np.asarray(np.add.reduce(squares.reshape(STEPS, STEP), axis=1) / STEP)
