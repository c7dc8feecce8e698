"""What a mask leaves of a text."""

from __future__ import annotations

import pytest

from system1.language import language_of
from system1.masking import censored, masked


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
        ("en", "my postcode is s w three five", ("SW35",), "***"),
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
    assert censored(text, language_of(language), values=values) == left
