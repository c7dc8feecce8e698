"""Audio from any rate to any other while it streams, sample for sample.

A windowed sinc, evaluated at the phases that the two rates have in common. As with 24 to 16 kHz
(``speech.resampling``), a general streaming resampler would come out tens of milliseconds behind,
which each reaction of the agent would pay for; this one is behind by 1 ms between 24 and 48 kHz,
by 3 ms from or to 8 kHz, and every sample's time is exact.
"""

from __future__ import annotations

from functools import cache
from math import gcd

import numpy as np

from speech.protocols import Audio

_CROSSINGS = 24  # of the sinc's zeros to each side, at the lower of the two rates
_CUTOFF = 0.46  # of the lower rate: -6 dB there, flat below 0.42, -60 dB above 0.5
_BETA = 5.65  # Kaiser window of 60 dB
_LOWEST_HZ, _HIGHEST_HZ = 4_000, 192_000


class RateConverter:
    """One stream's. ``convert`` takes blocks of any length; how it is cut does not matter."""

    def __init__(self, source_hz: int, target_hz: int) -> None:
        for rate in (source_hz, target_hz):
            if not _LOWEST_HZ <= rate <= _HIGHEST_HZ:
                raise ValueError(f"{rate} Hz; {_LOWEST_HZ} to {_HIGHEST_HZ} Hz are converted")
        common = gcd(source_hz, target_hz)
        self._up, self._down = target_hz // common, source_hz // common
        self._table = _phases(self._up, self._down)
        self._width = self._table.shape[1]
        self._half = (self._width - 1) // 2
        self.delay_s = 0.0 if self._same else self._half / source_hz
        """How far the output lags the input."""
        self._held = np.zeros(self._width - 1, np.float32)
        self._place = 0  # of the next output sample: 1/up input samples after the held ones' start

    @property
    def _same(self) -> bool:
        return self._up == self._down

    def convert(self, block: Audio) -> Audio:
        """float32 mono in, what is known of the other rate by then out: it may be empty.

        After n samples in, ``ceil(n * target / source)`` have come out.
        """
        if self._same or not block.size:
            return block
        samples = np.concatenate((self._held, block))
        count = max(0, -(-(block.size * self._up - self._place) // self._down))
        places = self._place + self._down * np.arange(count)
        windows = np.lib.stride_tricks.sliding_window_view(samples, self._width)
        chosen, phases = windows[places // self._up], self._table[places % self._up]
        out: Audio = np.einsum("nk,nk->n", chosen, phases)
        self._place += count * self._down - block.size * self._up
        self._held = samples[block.size :]
        return out


@cache
def _phases(up: int, down: int) -> Audio:
    """The filter at each of the ``up`` places between two input samples, [up, taps]."""
    slower = max(1.0, down / up)
    half = round(_CROSSINGS * slower)
    distance = np.arange(-half, half + 1)[None, :] - np.arange(up)[:, None] / up
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (distance / (half + 1)) ** 2, 0, 1)))
    cutoff = _CUTOFF / slower
    taps = np.sinc(2 * cutoff * distance) * window
    unity: Audio = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    return unity
