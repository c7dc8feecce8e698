"""Which of a policy's items do these words ask for.

Each phrasing of an item is compared with the query term by term: words (lightly stemmed, a
misheard one still counts a little) in English, characters and pairs of characters in Chinese.
A term weighs by how few items use it. The score is Tversky's index (1977),

    shared / (shared + MISSING · only in the phrasing + EXTRA · only in the query),

where a word of the query that no item has costs little, since callers say much around a
question; one that other items have costs more, and a word of the question that was not said, most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from system1.language import Language
from system2.terms import SHORTEST_MISHEARD, Terms, likeness, terms_of

_MISSING = 0.7
_EXTRA = 0.25
_ELSEWHERE = 0.55
"""Price of a word of the query that other items have: it speaks for them."""

_FROM_ANSWER = 0.35
"""How much of its weight a word counts that stands in the item's answer, not in its question."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be asked for, in several phrasings. ``answer`` may help to find it."""

    id: str
    asks: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An item, how well it fits (0 to 1), and its phrasing that fitted best."""

    item: Item
    score: float
    ask: str


@dataclass(frozen=True, slots=True)
class _Phrasing:
    item: Item
    ask: str
    terms: Terms


class Index:
    """The items of a policy, ready to be asked for. Deterministic; ties go to the earlier item."""

    def __init__(self, items: Sequence[Item], language: Language) -> None:
        self._language = language
        self._phrasings = tuple(
            _Phrasing(item, ask, terms_of(ask, language)) for item in items for ask in item.asks
        )
        self._answers = {item.id: frozenset(terms_of(item.answer, language)) for item in items}
        self._order = {item.id: at for at, item in enumerate(items)}
        used: dict[str, set[str]] = {}
        for phrasing in self._phrasings:
            for term in phrasing.terms:
                used.setdefault(term, set()).add(phrasing.item.id)
        count = max(1, len(items))
        self._rarity: Mapping[str, float] = {
            term: math.log(1 + count / len(ids)) / math.log(1 + count) for term, ids in used.items()
        }

    def search(self, query: str) -> list[Match]:
        """All items that share anything with ``query``, the best first."""
        asked = terms_of(query, self._language)
        best: dict[str, Match] = {}
        for phrasing in self._phrasings:
            score = self._score(asked, phrasing)
            known = best.get(phrasing.item.id)
            if score > 0 and (known is None or score > known.score):
                best[phrasing.item.id] = Match(phrasing.item, score, phrasing.ask)
        return sorted(best.values(), key=lambda one: (-one.score, self._order[one.item.id]))

    def _weight(self, term: str, terms: Terms) -> float:
        return terms[term] * self._rarity.get(term, 1.0)

    def _score(self, asked: Terms, phrasing: _Phrasing) -> float:
        wanted = phrasing.terms
        total = sum(self._weight(term, wanted) for term in wanted)
        if not total or not asked:
            return 0.0
        answer = self._answers[phrasing.item.id]
        shared = extra = 0.0
        unmet = dict.fromkeys(wanted, 0.0)
        for term in asked:
            close, credit = _closest(term, wanted)
            if close is not None and credit > unmet[close]:
                unmet[close] = credit
                continue
            weight = self._weight(term, asked)
            from_answer = _FROM_ANSWER if term in answer else 0.0
            shared += from_answer * weight * 0.5
            price = _ELSEWHERE if term in self._rarity else _EXTRA
            extra += (1 - from_answer) * weight * price
        shared += sum(credit * self._weight(term, wanted) for term, credit in unmet.items())
        missing = sum((1 - credit) * self._weight(term, wanted) for term, credit in unmet.items())
        return min(1.0, shared / (shared + _MISSING * missing + extra))


def _closest(term: str, terms: Iterable[str]) -> tuple[str | None, float]:
    if term in terms:
        return term, 1.0
    best, credit = None, 0.0
    if len(term) < SHORTEST_MISHEARD or not term.isascii():
        return best, credit
    for other in terms:
        like = _alike(term, other)
        if like > credit:
            best, credit = other, like
    return best, credit


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    return likeness(one, other)
