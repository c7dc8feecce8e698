"""What a speech-to-speech engine has said: the text of each answer, and its sound.

The mind of the engine writes it down as it comes; the voice looks up what it is to speak. Nothing
in here waits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.duplex.timing import ends_of_words
from speech.protocols import SAMPLE_RATE, Audio
from speech.sentences import tokens

KEPT = 8
"""Answers that are kept: the last ones may be said again, or to their end."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer that was given to System 1 as one.

    ``begins``: its first character in the answer's text; ``sounds``: False for a line that the
    engine has no sound of; ``withheld``: it was not given to System 1 after all, and is not to be
    heard.
    """

    text: str
    begins: int
    sounds: bool = True
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text is in an answer: from character ``begins`` on, which is in the piece number
    ``first``, to the end of the piece number ``last``."""

    answer: Answer
    begins: int
    first: int
    last: int


class Answer:
    """One answer. ``heard``: samples of its sound that were played, from its beginning."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.text = ""
        self.audio: Audio = np.zeros(0, np.float32)
        self.whole = False
        self.heard = 0
        self._begins: list[int] = []
        self._chunks: list[Audio] = []
        self._known: tuple[int, int, int, bool] | None = None
        self._ends: list[int | None] = []

    def writes(self, text: str, sounds: bool = True, withheld: bool = False) -> None:
        """The next piece; see ``Piece``."""
        self.text += " " if self.text else ""
        self.pieces.append(Piece(text, len(self.text), sounds, withheld))
        self.text += text

    def begins_word(self, at: int) -> None:
        """The engine's next word begins at this sample."""
        self._begins.append(at)

    def sounds(self, audio: Audio) -> None:
        """The next of the sound, at ``SAMPLE_RATE``."""
        # In one piece only when asked for: an answer may come in thousands of chunks.
        self._chunks.append(audio)

    def end(self) -> None:
        """Nothing more comes."""
        self.whole = True

    def sound(self) -> Audio:
        """All of the sound so far."""
        if self._chunks:
            self.audio = np.concatenate((self.audio, *self._chunks))
            self._chunks.clear()
        return self.audio

    @property
    def spoken(self) -> str:
        """The text that the sound is of."""
        upto = next((one.begins for one in self.pieces if not one.sounds), len(self.text))
        return self.text[:upto]

    def words(self) -> list[tuple[int, int, int | None]]:
        """Of each word that sounds: its characters, and the sample at which it is over."""
        audio, spoken = self.sound(), self.spoken
        known = (len(audio), len(spoken), len(self._begins), self.whole)
        if known != self._known:
            self._known = known
            self._ends = ends_of_words(spoken, audio, tuple(self._begins), self.whole)
        spans = tokens(spoken)
        return [(*span, until) for span, until in zip(spans, self._ends, strict=True)]

    def sample_of(self, character: int) -> int | None:
        """Where the word begins that has this character; None: not yet known."""
        before = 0
        for _, end, until in self.words():
            if character < end:
                return before
            if until is None:
                return None
            before = until
        return len(self.sound()) if self.whole else None

    @property
    def heard_s(self) -> float:
        """How much of it was played (s)."""
        return self.heard / SAMPLE_RATE

    @property
    def heard_out(self) -> bool:
        """It was played to its end, but for what nobody misses."""
        return self.whole and self.heard >= len(self.sound()) - _MISSED


_MISSED = SAMPLE_RATE // 5
"""The silence at an answer's end is not played; a word is longer than this."""


class Spoken:
    """The last answers of a call."""

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque(maxlen=KEPT)

    def begin(self) -> Answer:
        """A new answer."""
        answer = Answer()
        self.answers.append(answer)
        return answer

    def find(self, text: str, after: Found | None = None) -> Found | None:
        """Where a text that System 1 says comes from; None: it is none of the engine's.

        It is pieces of one answer, one after the other, joined by spaces or by nothing; the first
        may lack its beginning, where an answer that was cut off is said to its end. ``after``: what
        was said just before, which it most likely goes on from.
        """
        wanted = _bare(text)
        if not wanted:
            return None
        if after is not None and (found := _from(after.answer, after.last + 1, wanted)):
            return found
        for answer in reversed(self.answers):
            for first in range(len(answer.pieces)):
                if found := _from(answer, first, wanted):
                    return found
        for answer in reversed(self.answers):
            if answer.heard and (found := _rest(answer, wanted)):
                return found
        return None


def _from(answer: Answer, first: int, wanted: str, skipped: int = 0) -> Found | None:
    """The text as the pieces from number ``first`` on, without its first ``skipped`` characters."""
    begins, had = 0, ""
    for number, piece in enumerate(answer.pieces[first:], first):
        if piece.withheld:
            continue
        if not had:
            begins = piece.begins + skipped
        had += _bare(piece.text[skipped:] if number == first else piece.text)
        if had == wanted:
            return Found(answer, begins, first, number)
        if not wanted.startswith(had):
            return None
    return None


def _rest(answer: Answer, wanted: str) -> Found | None:
    """The text as an answer's end, from a word in the middle of a piece on."""
    for number, piece in enumerate(answer.pieces):
        for start, _ in tokens(piece.text)[1:]:
            if found := _from(answer, number, wanted, start):
                return found
    return None


def _bare(text: str) -> str:
    return "".join(text.split())
