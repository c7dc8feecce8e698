"""Which slots does the caller speak of: "actually my postcode is ...", 我的邮编应该是……"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from policies.dialogue import Collect
from system1.language import Language
from system1.language import words as language_words
from system2.spoken.found import Words
from system2.terms import terms_of

_TELLING = 0.9
"""Weight of a term's kind from which it names a thing (words of content, not of grammar)."""


def mentioned(words: Words, collects: Sequence[Collect], language: Language) -> list[Collect]:
    """The slots that are named among ``words``, in the policy's order.

    A slot goes by its own name and by the words of its question that no other question has.
    """
    return [
        collect
        for collect, names in zip(collects, _names(tuple(collects), language), strict=True)
        if any(language_words.position(words, name) >= 0 for name in names)
    ]


@lru_cache(maxsize=256)
def _names(collects: tuple[Collect, ...], language: Language) -> tuple[tuple[Words, ...], ...]:
    asked = [_telling(collect.ask, language) for collect in collects]
    names: list[tuple[Words, ...]] = []
    for at, collect in enumerate(collects):
        others = {word for to, words in enumerate(asked) if to != at for word in words}
        own = tuple(language.folded(collect.slot.replace("_", " ").replace("-", " ")))
        names.append((own, *(word for word in asked[at] if word not in others)))
    return tuple(names)


def _telling(ask: str, language: Language) -> tuple[Words, ...]:
    """The words of a question that say what it is about; in Chinese, pairs of characters."""
    words = language.folded(ask)
    if language.code != "zh":
        return tuple(
            (word,) for word in words if terms_of(word, language).get(_only(word, language), 0) >= 1
        )
    pairs = zip(words, words[1:], strict=False)
    return tuple(
        (one, other) for one, other in pairs if _weight(one, language) + _weight(other, language) >= 2 * _TELLING
    )


def _only(word: str, language: Language) -> str:
    return next(iter(terms_of(word, language)), "")


def _weight(character: str, language: Language) -> float:
    return terms_of(character, language).get(character, 0.0) / 0.35
