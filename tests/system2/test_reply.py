"""Cutting a text into sentences."""

from __future__ import annotations

import pytest

from system2.reply import sentences


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Ask for Mr. Miller. He knows.", ["Ask for Mr. Miller.", "He knows."]),
        ("It costs 2.5 pounds. Fine", ["It costs 2.5 pounds.", "Fine"]),
        ("您好。有什么可以帮您？请说", ["您好。", "有什么可以帮您？", "请说"]),
        ("", []),
    ],
)
def test_sentences(text: str, cut: list[str]) -> None:
    assert [one.text for one in sentences(text)] == cut
