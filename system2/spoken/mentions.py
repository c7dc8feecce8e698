"""Which slots does the caller speak of: "actually my postcode is ...", 我的邮编应该是……"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

from policies.dialogue import Collect
from system1.language import Language
from system1.language import words as language_words
from system2.spoken.found import Words
from system2.terms import is_telling


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
        return tuple((word,) for word in words if is_telling(word, language))
    return tuple(
        pair
        for pair in itertools.pairwise(words)
        if all(is_telling(character, language) for character in pair)
    )
