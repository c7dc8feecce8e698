"""How the words of a turn were said: what affect makes of them, beside the voice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from policies.affect import Affect
from system1.language import Language
from system1.language.repairs import (
    asks_the_same,
    asks_to_repeat,
    filled_pauses,
    is_puzzled,
    restarts,
)
from system1.percepts import Word

DICTATED = 3
"""So many digits in a turn are a number that is being dictated."""


@dataclass(frozen=True, slots=True)
class Manner:
    """The signs that one turn's words bear. Counts, but for ``complains`` and the last three.

    ``long_pauses``: longer by far than this caller's own; ``puzzled``: says that something was not
    understood; ``repeat``: asks for something to be said again; ``same``: asks what was asked, and
    answered, a moment ago.
    """

    words: int = 0
    complains: bool = False
    filled_pauses: int = 0
    restarts: int = 0
    long_pauses: int = 0
    puzzled: bool = False
    repeat: bool = False
    same: bool = False

    @property
    def confusion(self) -> int:
        """Signs of confusion: words of incomprehension weigh as two, the others as one."""
        return 2 * self.puzzled + self.repeat + self.same


def manner_of(
    language: Language,
    words: Sequence[Word],
    *,
    own_pause_s: float,
    dictates: bool,
    before: Sequence[str],
    numbers: Affect,
) -> Manner:
    """The manner of a turn that was understood.

    ``own_pause_s``: median of this caller's pauses; ``dictates``: numbers and letters come in
    groups, with pauses and repeats that mean nothing; ``before``: earlier turns whose question
    was answered, the last of them last.
    """
    text = ("" if language.code == "zh" else " ").join(word.text for word in words)
    said = language.folded(text)
    longest = numbers.hesitant.pause_ratio * own_pause_s
    gaps = [after.start - word.end for word, after in pairwise(words)]
    return Manner(
        words=len(said),
        complains=language.complains(said),
        filled_pauses=filled_pauses(language, said),
        restarts=0 if dictates else restarts(language, said),
        long_pauses=0 if dictates else sum(math.isfinite(gap) and gap >= longest for gap in gaps),
        puzzled=is_puzzled(language, said),
        repeat=asks_to_repeat(language, said),
        same=any(asks_the_same(language, text, one) for one in before),
    )


def dictation(language: Language, text: str) -> int:
    """How many digits and spelled letters the words have."""
    return sum(
        word in language.digits or word in language.spelling or word.isdigit() or _letter(word)
        for word in language.folded(text)
    )


def _letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha() and word not in ("a", "i")
