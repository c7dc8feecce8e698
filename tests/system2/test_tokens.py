"""Tokens, counted without a tokenizer."""

from __future__ import annotations

import pytest

from system2.tokens import estimate_tokens


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("four", 1), ("hello", 2), ("您好", 2)])
def test_tokens_are_estimated(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
