from __future__ import annotations

import pytest

from speech.sentences import sentences, tokens


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One moment. Let me check!", ["One moment.", "Let me check!"]),
        ("It costs 12.50 now. Fine", ["It costs 12.50 now.", "Fine"]),
        ("Ask Dr. Smith or J. Doe.", ["Ask Dr. Smith or J. Doe."]),
        ("您好。请问？好的！", ["您好。", "请问？", "好的！"]),
        ("“Really?” Yes.", ["“Really?”", "Yes."]),
        ("one\ntwo", ["one", "two"]),
        ("...", []),
        ("", []),
        ("  ok  ", ["ok"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_a_word_is_a_run_and_a_chinese_character_alone() -> None:
    text = "订单47291 is (here) — ok，好"
    assert [text[start:end] for start, end in tokens(text)] == [
        *("订", "单", "47291", "is", "(here)", "ok，", "好"),
    ]
