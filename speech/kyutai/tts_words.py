"""The words of a text as Kyutai TTS takes them, while the text still comes in."""

from __future__ import annotations

from dataclasses import dataclass

_REPLACED = {"’": "'", "‘": "'"}
_DROPPED = frozenset("()")
_SEPARATES = frozenset(":")
"""Signs that the model was not trained to read; a colon stands between words ("10:30")."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word: what the model reads, and where it is in the utterance's text."""

    reads: str
    start: int
    end: int


class WordSplitter:
    """Cuts a text at its spaces, wherever its pieces were cut.

    A word is given once it is known to be whole: at the space after it, or at the end.
    """

    def __init__(self) -> None:
        self._length = 0
        self._start = 0
        self._reads = ""

    def add(self, text: str) -> list[SpokenWord]:
        """The words that are whole now."""
        words: list[SpokenWord] = []
        for sign in text:
            place, self._length = self._length, self._length + 1
            if sign.isspace():
                words += self._word(place)
            elif sign in _SEPARATES:
                words += self._word(place + 1)
            elif sign not in _DROPPED:
                if not self._reads:
                    self._start = place
                self._reads += _REPLACED.get(sign, sign)
        return words

    def end(self) -> list[SpokenWord]:
        """The last word, if there is one left."""
        return self._word(self._length)

    def _word(self, end: int) -> list[SpokenWord]:
        reads, self._reads = self._reads, ""
        return [SpokenWord(reads, self._start, end)] if reads else []
