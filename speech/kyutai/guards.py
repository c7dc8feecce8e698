"""When the pause heads can be believed."""

from __future__ import annotations

from speech.numbers import DIGITS
from speech.terms import KyutaiStt
from system1.questions import AnswerKind, Question

_DICTATED = frozenset({AnswerKind.DIGITS, AnswerKind.SPELLING})


class PauseGuard:
    """Holds the heads' reports back where they are known to be wrong.

    They jitter in a call's first steps and before its first words, and they take each digit of a
    number that is dictated for its last.
    """

    def __init__(self, settings: KyutaiStt) -> None:
        self._first_steps = settings.ignore_first_steps
        self._steps = 0
        self._dictation = False
        self._last_word = ""

    def expect(self, question: Question | None) -> None:
        """The agent has asked this."""
        self._dictation = question is not None and question.kind in _DICTATED

    def step(self) -> None:
        """One step more of the call's own audio."""
        self._steps += 1

    def begins(self) -> None:
        """The caller begins to speak: what the heads say is of no use before the first word."""
        self._last_word = ""

    def word(self, text: str) -> None:
        """A word has come."""
        self._last_word = text

    def allows(self) -> bool:
        """Whether the heads can be believed now."""
        return (
            self._steps > self._first_steps
            and bool(self._last_word)
            and not self._dictation
            and not is_digits(self._last_word)
        )


def is_digits(word: str) -> bool:
    """A number's word or its figures."""
    return word in DIGITS or any(char.isdigit() for char in word)
