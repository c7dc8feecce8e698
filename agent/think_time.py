"""What a think is charged in virtual time: the latency of the model that a scenario declares."""

from __future__ import annotations

from dataclasses import dataclass

from system1.thoughts import Clarify, Sentence, ThoughtContent
from system2.tokens import estimate_tokens

DEFAULT_THINK_S = 0.3
"""Charged to a thought in virtual time where a scenario declares nothing else."""


@dataclass(frozen=True, slots=True)
class ThinkTime:
    """A model's speed. ``first_s``: until its first token. ``tokens_per_s``: how fast text comes
    then; None: all at once.
    """

    first_s: float = DEFAULT_THINK_S
    tokens_per_s: float | None = None

    def text_s(self, tokens: int) -> float:
        """Seconds after the first token until so many are there."""
        return tokens / self.tokens_per_s if self.tokens_per_s is not None else 0.0


def charged(think: float | ThinkTime) -> ThinkTime:
    """A bare number of seconds is charged to every thought of a think."""
    return think if isinstance(think, ThinkTime) else ThinkTime(think)


def tokens_of(content: ThoughtContent) -> int:
    """About how many tokens of a model's answer a thought is."""
    match content:
        case Sentence(text=text) | Clarify(text=text):
            return estimate_tokens(text)
        case _:
            return 0
