"""Words with what the policy's ``privacy.mask`` names taken out, their number kept.

Whether a turn is over can be told from "my number is # # #": that something was said there, and
how much of it. Under any mask digits are hidden wherever they stand, in figures and in words, as
are spelled letters; in an answer to a masked slot's question so is every word that is no
function word; and a line in which a masked value is read back is hidden whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from system1.language import Language

HIDDEN = "#"


def masked(text: str, language: Language, *, whole: bool, values: Iterable[str] = ()) -> str:
    """``text`` as it may leave the house; ``whole``: it answers a masked slot's question.

    ``values``: what masked slots are known to be, in any spelling.
    """
    words = language.tokens(text)
    hidden = [HIDDEN if _hides(word, language, whole) else word for word in words]
    squeezed = _squeezed(text)
    if any((value := _squeezed(one)) and value in squeezed for one in values):
        hidden = [HIDDEN for _ in words]
    return ("" if language.code == "zh" else " ").join(hidden)


def _hides(word: str, language: Language, whole: bool) -> bool:
    if any(char.isdigit() for char in word) or word in language.digits or word in language.repeats:
        return True
    if (len(word) == 1 and word.isascii() and word.isalpha()) or word in language.spelling:
        return word not in ("a", "i") or whole
    if not whole:
        return False
    return not (word in language.dangling or language.is_hesitation(word))


def _squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
