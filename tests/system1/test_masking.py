"""What a mask leaves of a text."""

from __future__ import annotations

from typing import Any

import pytest

from system1.language import language_of
from system1.masking import Censor, masked
from tests.stage import bot

MASK: dict[str, Any] = {"privacy": {"mask": ["card_number"]}}


@pytest.mark.parametrize(
    ("language", "text", "whole", "values", "left"),
    [
        ("en", "my number is oh seven 7", False, (), "my number is # # #"),
        ("en", "double four then b as in bravo", False, (), "# # then # as in #"),
        ("en", "i want a fault fixed", False, (), "i want a fault fixed"),
        ("en", "um john smith and the", True, (), "um # # and the"),
        ("en", "So, Mr Smith, is that right?", False, ("smith",), "# # # # # #"),
        ("en", "Is it S W, three 5?", False, ("SW35",), "# # # # # #"),
        ("en", "Is it S W, three 5?", False, ("SE35",), "is it # # # #"),
        ("en", "Is it S W 3 5?", False, ("SW35",), "# # # # # #"),
        ("en", "How can I help?", False, ("", "-"), "how can i help"),
        ("zh-CN", "我的号码是一三五", False, (), "我的号码是###"),
        ("zh-CN", "嗯王小明", True, (), "嗯###"),
        ("en", "", False, ("x",), ""),
    ],
)
def test_what_is_left(
    language: str, text: str, whole: bool, values: tuple[str, ...], left: str
) -> None:
    assert masked(text, language_of(language), whole=whole, values=values) == left


@pytest.mark.parametrize(
    ("language", "text", "values", "left"),
    [
        ("en", "on the one hand, 1 2 3 4 and two", (), "on the one hand, *** and two"),
        ("en", "it is four two one nine i want a person", ("4219",), "it is *** i want a person"),
        ("en", "it is double four two one please", (), "it is *** please"),
        ("en", "my postcode is s w three five", ("SW35",), "my postcode is ***"),
        ("en", "So, Mr Smith, is that right?", ("smith",), "***"),
        ("en", "my bill is wrong", ("smith", ""), "my bill is wrong"),
        ("zh-CN", "我的电话是一三八零零转人工", (), "我的电话是***转人工"),
        ("zh-CN", "我叫王小明，要退货", ("王小明",), "***"),
        ("zh-CN", "单号是A三五", ("A35",), "***"),
        ("zh-CN", "我要退货", ("王小明",), "我要退货"),
    ],
)
def test_what_a_colleague_may_read(
    language: str, text: str, values: tuple[str, ...], left: str
) -> None:
    assert Censor(bot(language=language, greeting="好", **MASK), values).text(text) == left


NAMED: dict[str, Any] = {
    "privacy": {"mask": ["name", "medicine"]},
    "tasks": [
        {
            "id": "t",
            "when": {"says": ["task"]},
            "collect": [
                {"slot": "name", "ask": "Who is calling?", "type": "name"},
                {"slot": "medicine", "ask": "Which medicine?"},
                {"slot": "day", "ask": "Which day?"},
            ],
            "then": {"say": "OK."},
        }
    ],
}


def test_an_answer_is_hidden_where_it_was_asked_for_and_where_it_is_said_again() -> None:
    said = [
        ("agent", "Which medicine?"),
        ("caller", "it is um paracetamol please"),
        ("agent", "Is that paracetamol?"),
        ("caller", "no it's ibuprofen"),
        ("agent", "Which day?"),
        ("caller", "tomorrow and ibuprofen is working"),
    ]
    assert Censor(bot(**NAMED), turns=said).turns(said) == [
        "Which medicine?",
        "it is um *** please",
        "Is that ***?",
        "no it's ***",
        "Which day?",
        "tomorrow and *** is working",
    ]


def test_a_question_asked_back_is_no_answer() -> None:
    said = [("agent", "Which medicine?"), ("caller", "why do you need my medicine")]
    assert Censor(bot(**NAMED)).turns(said) == [text for _, text in said]


def test_a_name_once_introduced_is_hidden_in_every_turn() -> None:
    said = [("caller", "hi my name is john smith"), ("agent", "Thanks, John."), ("caller", "johns")]
    assert Censor(bot(**NAMED), turns=said).turns(said) == [
        "hi my name is ***", "Thanks, ***.", "johns",
    ]  # fmt: skip
    assert Censor(bot(**NAMED), ["Ann Lee"]).text("i cannot annoy ann") == "i cannot annoy ***"


def test_a_chinese_given_name_is_hidden_too() -> None:
    policy = bot(language="zh-CN", greeting="您好。", **NAMED)
    said = [("caller", "我叫王小明，宽带坏了"), ("agent", "小明您好，王先生")]
    assert Censor(policy, turns=said).turns(said) == ["我叫***，宽带坏了", "***您好，***先生"]


def test_without_a_mask_nothing_changes() -> None:
    text = "my name is john smith 4111 1111"
    assert Censor(bot(), ["john"]).text(text, answer=True) == text
