from __future__ import annotations

import pytest

from speech.sherpa.tokens import TOKEN_S, Timed, words_of


def texts(*tokens: str) -> list[str]:
    return [word.text for word in words_of(tokens, [0.1 * n for n in range(len(tokens))], 9.0)]


def test_pieces_become_words() -> None:
    assert texts(" he", "llo", " the", "re") == ["hello", "there"]
    assert texts("▁he", "llo", "▁yes") == ["hello", "yes"]


def test_each_chinese_character_is_a_word() -> None:
    assert texts("你", "好", "吗") == ["你", "好", "吗"]
    assert texts("你好吗") == ["你", "好", "吗"]


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ((" my", " wi", "fi", "坏", "了"), ["my", "wifi", "坏", "了"]),
        (("坏", "o", "k", "了"), ["坏", "ok", "了"]),
        (("▁", "你", "好"), ["你", "好"]),
    ],
)
def test_both_languages_in_one_sentence(tokens: tuple[str, ...], expected: list[str]) -> None:
    assert texts(*tokens) == expected


def test_a_character_in_bytes_is_put_together() -> None:
    assert texts("<0xE4>", "<0xBD>", "<0xA0>", "好") == ["你", "好"]
    assert texts("<0xE4>", "好") == ["好"]


def test_a_word_lasts_to_the_next_one_and_no_longer_than_a_token() -> None:
    words = words_of((" he", "llo", " you", "好"), (0.2, 0.4, 0.5, 2.0), 2.1)
    assert words == (
        Timed("hello", 0.2, 0.5),
        Timed("you", 0.5, 0.5 + TOKEN_S),
        Timed("好", 2.0, 2.1),
    )


def test_nothing_said_is_no_words() -> None:
    assert words_of((), (), 1.0) == ()
