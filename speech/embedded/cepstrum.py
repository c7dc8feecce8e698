"""The cepstral mean of the utterance that a decoder is at, while it goes on.

pocketsphinx subtracts a mean that it was given, and tells it mixed with what it has heard since.
What it was given counts as five seconds, so what was heard alone can be found from the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pocketsphinx

_GIVEN_FRAMES = 500
"""What a mean that was set weighs (``CMN_WIN``)."""

_BEFORE_FRAMES = 250
"""What the mean before an utterance weighs in that of the utterance: a short word has a few sounds,
and its own mean alone would take them away: with 0 an "uh-huh" was heard as "the" on a wide line.
"""

_SHIFT, _WINDOW = 160, 410  # samples from frame to frame, and in one


class UtteranceMean:
    """The mean of one decoder's utterance, from which it can go on.

    It is to be taken every second or so: after 8 s the decoder begins to forget.
    """

    def __init__(self, decoder: pocketsphinx.Decoder) -> None:
        self._decoder = decoder
        self._given = self._before = _numbers(decoder.get_cmn(False))
        self._sum = np.zeros_like(self._given)
        self._frames = 0  # that are in the sum
        self._since = 0  # frames of the utterance when the mean was last set
        self._samples = 0

    def begin(self, mean: str | None = None) -> None:
        """A new utterance, begun with this mean, or with the decoder's own."""
        before = self._decoder.get_cmn(False)
        if mean is None:
            self._before = _numbers(before)
        self._sum = np.zeros_like(self._sum)
        self._frames = self._since = self._samples = 0
        self._set(before if mean is None else mean)

    def fed(self, samples: int) -> None:
        """So many samples more were decoded."""
        self._samples += samples

    def take(self) -> str:
        """The utterance's mean so far, which the decoder goes on with."""
        frames = max((self._samples - _WINDOW) // _SHIFT + 1, 0)
        new, self._since = frames - self._since, frames
        if new > 0:
            mixed = _numbers(self._decoder.get_cmn(True))
            self._sum += mixed * (_GIVEN_FRAMES + new) - self._given * _GIVEN_FRAMES
            self._frames += new
        known = self._sum + self._before * _BEFORE_FRAMES
        self._set(",".join(f"{one:.3f}" for one in known / (self._frames + _BEFORE_FRAMES)))
        mean: str = self._decoder.get_cmn(False)
        return mean

    def _set(self, mean: str) -> None:
        self._given = _numbers(mean)
        self._decoder.set_cmn(mean)


def _numbers(mean: str) -> NDArray[np.float64]:
    return np.array([float(number) for number in mean.split(",")])
