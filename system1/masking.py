"""What the policy's ``privacy.mask`` names, taken out of texts that leave the house.

For the adviser (``masked``) the number of words is kept: whether a turn is over can be told from
"my number is # # #". Under any mask digits are hidden wherever they stand, in figures and in words,
as are spelled letters; in an answer to a masked slot's question so is every word that is no
function word; and a line in which a masked value is read back is hidden whole.

For the human who takes a call over (``censored``) the rest has to be of use: long numbers are taken
out, and a turn in which a masked value can still be read is hidden whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.policy import Policy
from system1.language import Language
from system1.memory import ShortTermMemory

HIDDEN = "#"
"""In place of a word."""

REMOVED = "***"
"""In place of a value, a number or a turn."""

SECRET_DIGITS = 4
"""So many digits in a row, said or written, are somebody's number."""


def secrets(policy: Policy, memory: ShortTermMemory) -> list[str]:
    """What the masked slots are known to be."""
    task = memory.task.slots if memory.task is not None else ()
    known = [*memory.slots, *((slot.name, slot.value) for slot in task)]
    return [value for name, value in known if name in policy.privacy.mask and value]


def masked(text: str, language: Language, *, whole: bool, values: Iterable[str] = ()) -> str:
    """``text`` as the adviser may have it; ``whole``: it answers a masked slot's question.

    ``values``: what masked slots are known to be, in any spelling.
    """
    words = language.tokens(text)
    hidden = [HIDDEN if _hides(word, language, whole) else word for word in words]
    if _reads(text, language, values):
        hidden = [HIDDEN for _ in words]
    return _joined(hidden, language)


def censored(text: str, language: Language, *, values: Iterable[str] = ()) -> str:
    """``text`` as a colleague may read it."""
    words = list(text) if language.code == "zh" else text.split(" ")
    kept: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        said = word.strip(",.?!，。？！").lower()
        if said and (said in language.digits or said in language.repeats or _is_number(said)):
            run.append(word)
            continue
        digits = sum(len(one) if one.isdigit() else 1 for one in run)
        kept += [REMOVED] if digits >= SECRET_DIGITS else run
        run = []
        kept += [word] if word else []
    left = _joined(kept, language)
    return REMOVED if _reads(left, language, values) else left


def _is_number(said: str) -> bool:
    return said == "-" or said.isdigit()


def _hides(word: str, language: Language, whole: bool) -> bool:
    if any(char.isdigit() for char in word) or word in language.digits or word in language.repeats:
        return True
    if (len(word) == 1 and word.isascii() and word.isalpha()) or word in language.spelling:
        return word not in ("a", "i") or whole
    if not whole:
        return False
    return not (word in language.dangling or language.is_hesitation(word))


def _reads(text: str, language: Language, values: Iterable[str]) -> bool:
    """Whether one of the values stands in the text, however it is spelled or spaced."""
    squeezed = _squeezed(text, language)
    return any((value := _squeezed(one, language)) and value in squeezed for one in values)


def _squeezed(text: str, language: Language) -> str:
    words = (language.digits.get(word, word) for word in language.tokens(text))
    return "".join(char for word in words for char in word.casefold() if char.isalnum())


def _joined(words: Iterable[str], language: Language) -> str:
    return ("" if language.code == "zh" else " ").join(words)
