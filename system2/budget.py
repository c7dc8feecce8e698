"""What fits into a number of tokens: the indispensable first, then the most useful."""

from __future__ import annotations

from collections.abc import Iterable

from system2.tokens import estimate_tokens

OF_A_MESSAGE = 4
"""Tokens that a message takes beside its text."""


class Budget:
    """Tokens that are left. What is indispensable may overdraw it; then nothing else fits."""

    def __init__(self, tokens: int) -> None:
        self.left = tokens

    def spend(self, *texts: str) -> None:
        """Texts that must be there."""
        self.left -= sum(_cost(text) for text in texts)

    def first(self, texts: Iterable[str]) -> list[str]:
        """As many texts, from the first on, as there is room for."""
        kept: list[str] = []
        for text in texts:
            cost = _cost(text)
            if cost > self.left:
                break
            self.left -= cost
            kept.append(text)
        return kept


def _cost(text: str) -> int:
    return estimate_tokens(text) + OF_A_MESSAGE
