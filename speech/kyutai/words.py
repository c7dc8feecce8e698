"""Words with their times, from the tokens that the model writes a frame at a time.

The text is ``delay_frames`` behind the audio: a start token, the word's pieces, and padding until
the next word. A flush puts silence into the model's stream that the call never had, so times are
not counted in steps: every step carries the time of its frame in the call, and a word begins where
the frame begins that lies the delay before its start token.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from speech.kyutai.stt_batch import Frame, Step
from speech.kyutai.stt_model import FRAME_S

_LETTER_S = 0.09
_LEAST_S = 0.16
"""A word sounds no longer than a letter's worth each and this; the model tells no ends. The mean of
English speech is 14 letters a second. Unit: s."""

_MOST_PIECES = 32
"""No word is longer: a model that writes on and on is broken off there."""


@dataclass(frozen=True, slots=True)
class Written:
    """A word: ``begins`` in s on the call's clock; ``sure``: the probability of its pieces."""

    text: str
    begins: float
    sure: float

    @property
    def longest(self) -> float:
        """When it is over at the latest (s)."""
        return self.begins + _LEAST_S + _LETTER_S * len(self.text)


class WordReader:
    """Reads one slot's steps. ``decode``: the tokenizer's, from pieces to text."""

    def __init__(
        self,
        decode: Callable[[list[int]], str],
        delay_frames: int,
        start_token: int,
        padding_token: int,
    ) -> None:
        self._decode = decode
        self._start = start_token
        self._padding = padding_token
        self._frames: deque[Frame] = deque(maxlen=max(delay_frames, 1))
        self._pieces: list[int] = []
        self._sure: list[float] = []
        self._begins = 0.0

    @property
    def amid_word(self) -> bool:
        """A word is being written."""
        return bool(self._pieces)

    @property
    def under_way(self) -> Written | None:
        """The word that is being written, as far as it is; more pieces may make it another."""
        if not self._pieces:
            return None
        text = spelled(self._decode(self._pieces))
        sure = sum(self._sure) / len(self._sure)
        return Written(text, round(self._begins, 3), sure) if text else None

    @property
    def heard_to(self) -> float:
        """Words that begin later than this (s) may still be written; those before are."""
        return self._frames[0].ends if self._frames else 0.0

    def read(self, step: Step) -> Written | None:
        """The word that this step completes, if it does."""
        self._frames.append(step.frame)
        if step.token not in (self._start, self._padding):
            self._pieces.append(step.token)
            self._sure.append(step.sure)
            return self._done() if len(self._pieces) >= _MOST_PIECES else None
        done = self._done()
        if step.token == self._start:
            self._begins = self._frames[0].begins
        return done

    def _done(self) -> Written | None:
        written = self.under_way
        self._pieces, self._sure = [], []
        return written


def spelled(text: str) -> str:
    """A word as System 1 reads words: small letters, and no punctuation around them."""
    return text.strip().lower().strip('.,;:?!…"“”()[]- ')


def lengths(words: Sequence[Written], until: float) -> list[tuple[float, float]]:
    """Where each word begins and ends (s); none ends after ``until`` or the next one's start."""
    ends = [later.begins for later in words[1:]] + [max(until, words[-1].begins + FRAME_S)]
    return [
        (word.begins, round(min(word.longest, end), 3))
        for word, end in zip(words, ends, strict=True)
    ]
