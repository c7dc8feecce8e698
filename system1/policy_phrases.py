"""The phrases that a policy listens for, and how a caller's words so far fit them."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from policies.policy import Policy
from system1.language import Language
from system1.language.words import position

Words = tuple[str, ...]


def phrases_heard(policy: Policy) -> list[str]:
    """What rules and tasks listen for and what knowledge is asked with, in the policy's order."""
    phrases = [phrase for rule in policy.rules for phrase in rule.when.says or ()]
    phrases += [phrase for task in policy.tasks for phrase in task.when.says or ()]
    return phrases + [phrase for item in policy.knowledge for phrase in item.asks]


class PolicyPhrases:
    """Every phrase of rules, tasks and knowledge as folded words, and all their beginnings."""

    def __init__(self, policy: Policy, language: Language) -> None:
        self._language = language
        self._whole = frozenset(map(language.folded, phrases_heard(policy))) - {()}
        self._begun = (
            frozenset(words[:length] for words in self._whole for length in range(1, len(words)))
            - self._whole
        )
        self._longest = max((len(words) for words in self._whole), default=0)

    def within(self, said: Words) -> bool:
        """Whether a whole phrase stands anywhere in ``said``.

        A phrase that itself asks to wait does not count: it tells nothing about the matter.
        """
        folded = self._language.folded(said)
        return any(
            position(folded, words) >= 0 and not self._language.is_holding(words)
            for words in self._whole
        )

    def fit(self, said: Words) -> Literal["policy_phrase", "phrase_under_way"] | None:
        """Whether ``said`` ends with a whole phrase, or else in the middle of one."""
        folded = self._language.folded(said)
        endings = [folded[-length:] for length in range(1, min(self._longest, len(folded)) + 1)]
        if any(ending in self._whole for ending in endings):
            return "policy_phrase"
        # One word alone begins too many phrases to mean anything.
        if any(ending in self._begun for ending in endings[1:]):
            return "phrase_under_way"
        return None


class Identical:
    """A policy compared by identity: comparing its hundreds of fields would cost more."""

    __slots__ = ("policy",)

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identical) and other.policy is self.policy

    def __hash__(self) -> int:
        return id(self.policy)


@lru_cache(maxsize=64)
def _of(policy: Identical, language: Language) -> PolicyPhrases:
    return PolicyPhrases(policy.policy, language)


def phrases_of(policy: Policy, language: Language) -> PolicyPhrases:
    """The phrases of a policy, made once."""
    return _of(Identical(policy), language)
