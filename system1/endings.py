"""The chance that a sentence ends after these last words.

Counted over what callers say anywhere (``policies/endings.json``, English) and over the phrases
that the policy itself listens for (any language): by the last word, and by the last two where
they came often enough. In Chinese a word is a character.
"""

from __future__ import annotations

from functools import lru_cache

from policies.endings import shipped_endings
from policies.policy import Policy
from system1.language import Language
from system1.odds import log_odds
from system1.policy_phrases import Identical, phrases_heard

Words = tuple[str, ...]

SHORTER_COUNTS = 2.0
"""The chance by the shorter history counts as so many sentences (Witten and Bell's idea)."""

OF_POLICY = 2
"""A phrase of the policy counts as so many sentences: it is what this line is called about."""

MOST = 3.0
"""The log-odds stay within this."""


class SentenceEnds:
    """Counts of one policy."""

    def __init__(self, policy: Policy, language: Language) -> None:
        shipped = shipped_endings(language.code)
        self._counts: dict[Words, tuple[int, int]] = {
            tuple(key.split()): counts
            for table in (shipped.words, shipped.pairs)
            for key, counts in table.items()
        }
        for words in sorted({language.folded(one) for one in phrases_heard(policy)}):
            self._add(words)
        ended = sum(counts[0] for words, counts in self._counts.items() if len(words) == 1)
        seen = sum(counts[1] for words, counts in self._counts.items() if len(words) == 1)
        self._base = (ended + 1.0) / (seen + 2.0)

    def _add(self, words: Words) -> None:
        for at in range(1, len(words) + 1):
            for length in (1, 2)[: min(at, 2)]:
                key = words[at - length : at]
                ended, seen = self._counts.get(key, (0, 0))
                over = OF_POLICY if at == len(words) else 0
                self._counts[key] = (ended + over, seen + OF_POLICY)

    def log_odds(self, said: Words) -> float | None:
        """Of an end after ``said`` (folded), above those after any word; None if never heard."""
        by_word = self._counts.get(said[-1:])
        if by_word is None:
            return None
        chance = _blend(by_word, self._base)
        if len(said) > 1 and (by_pair := self._counts.get(said[-2:])) is not None:
            chance = _blend(by_pair, chance)
        above = log_odds(chance) - log_odds(self._base)
        return min(max(above, -MOST), MOST)


def _blend(counts: tuple[int, int], shorter: float) -> float:
    ended, seen = counts
    return (ended + SHORTER_COUNTS * shorter) / (seen + SHORTER_COUNTS)


@lru_cache(maxsize=64)
def _of(policy: Identical, language: Language) -> SentenceEnds:
    return SentenceEnds(policy.policy, language)


def sentence_ends(policy: Identical, language: Language) -> SentenceEnds:
    """The counts of a policy, made once."""
    return _of(policy, language)
