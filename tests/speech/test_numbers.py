from __future__ import annotations

import pytest

from speech.numbers import spoken


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0", "zero"),
        ("14", "fourteen"),
        ("40", "forty"),
        ("42", "forty two"),
        ("305", "three hundred and five"),
        ("1200", "one thousand two hundred"),
        ("007", "zero zero seven"),
        ("47291", "four seven two nine one"),
    ],
)
def test_numbers_as_they_are_said(digits: str, words: str) -> None:
    assert " ".join(spoken(digits)) == words
