"""Disfluency and repair, counted in words."""

from __future__ import annotations

import pytest

from policies.affect import Affect
from system1.language import language_of
from system1.language.repairs import (
    asks_the_same,
    asks_to_repeat,
    filled_pauses,
    is_only_puzzled,
    is_puzzled,
    restarts,
)
from system1.manner import Manner, dictation, manner_of
from system1.percepts import Word


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "um i want uh to know", 2),
        ("en", "uh-huh", 0),
        ("en", "mm-hm okay uh-huh", 0),
        ("en", "er um", 2),
        ("en", "my number is four two", 0),
        ("zh", "呃我想查一下那个那个快递", 2),
        ("zh", "我的余额是多少", 0),
    ],
)
def test_filled_pauses(language: str, text: str, count: int) -> None:
    assert filled_pauses(language_of(language), text) == count


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "i i want to know", 1),
        ("en", "i want um i want to know", 1),
        ("en", "when is my when is my bill due", 1),
        ("en", "the bill i mean the account", 1),
        ("en", "five five two two", 0),
        ("en", "very very slow", 0),
        ("en", "no no that is wrong", 0),
        ("en", "thank you thank you", 0),
        ("en", "the house and the garden", 0),
        ("zh", "我我想查快递", 1),
        ("zh", "我想我想查快递", 1),
        ("zh", "我看看", 0),
        ("zh", "谢谢谢谢", 0),
        ("zh", "一个一个来", 0),
    ],
)
def test_restarts(language: str, text: str, count: int) -> None:
    assert restarts(language_of(language), text) == count


@pytest.mark.parametrize(
    ("language", "text", "puzzled", "only"),
    [
        ("en", "what do you mean", True, True),
        ("en", "sorry i don't understand", True, True),
        ("en", "um what does that mean", True, True),
        ("en", "i do not understand how do i restart the router", True, False),
        ("en", "i understand", False, False),
        ("en", "what does red mean", False, False),
        ("zh", "我没听懂，什么意思", True, True),
        ("zh", "我听懂了", False, False),
    ],
)
def test_incomprehension(language: str, text: str, puzzled: bool, only: bool) -> None:
    assert is_puzzled(language_of(language), text) is puzzled
    assert is_only_puzzled(language_of(language), text) is only


@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("en", "sorry", True),
        ("en", "sorry?", True),
        ("en", "pardon", True),
        ("en", "sorry could you say that again", True),
        ("en", "sorry my name is john", False),
        ("en", "what is my balance", False),
        ("zh", "什么", True),
        ("zh", "麻烦您再说一遍", True),
        ("zh", "什么时候到", False),
    ],
)
def test_requests_to_repeat(language: str, text: str, asks: bool) -> None:
    assert asks_to_repeat(language_of(language), text) is asks


@pytest.mark.parametrize(
    ("language", "one", "other", "same"),
    [
        ("en", "when will the engineer come", "but when does the engineer come", True),
        ("en", "when will the engineer come", "how much does the engineer cost", False),
        ("en", "i moved house last month", "i moved house last month", False),
        ("en", "why", "why", False),
        ("zh", "快递什么时候到", "那快递几时能到", True),
        ("zh", "快递什么时候到", "保价多少钱", False),
    ],
)
def test_the_same_question(language: str, one: str, other: str, same: bool) -> None:
    assert asks_the_same(language_of(language), one, other) is same


def test_long_pauses_are_longer_than_the_callers_own() -> None:
    english = language_of("en")
    words = [Word("my", 0.0, 0.3), Word("line", 1.4, 1.7), Word("is", 3.0, 3.3)]

    def manner(own_pause_s: float, dictates: bool = False) -> Manner:
        return manner_of(
            english,
            words,
            own_pause_s=own_pause_s,
            dictates=dictates,
            before=(),
            numbers=Affect(),
        )

    assert [manner(own).long_pauses for own in (0.7, 0.8, 0.9)] == [2, 1, 0]
    assert manner(0.7, dictates=True).long_pauses == 0


def test_dictation() -> None:
    english = language_of("en")
    assert dictation(english, "five two six nine") == 4
    assert dictation(english, "sierra w three") == 3
    assert dictation(english, "i have a question") == 0
