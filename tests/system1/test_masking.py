"""What a mask leaves of a text."""

from __future__ import annotations

import pytest

from system1.language import language_of
from system1.masking import masked


@pytest.mark.parametrize(
    ("language", "text", "whole", "values", "left"),
    [
        ("en", "my number is oh seven 7", False, (), "my number is # # #"),
        ("en", "double four then b as in bravo", False, (), "# # then # as in #"),
        ("en", "i want a fault fixed", False, (), "i want a fault fixed"),
        ("en", "um john smith and the", True, (), "um # # and the"),
        ("en", "So, Mr Smith, is that right?", False, ("smith",), "# # # # # #"),
        ("en", "Is it S W, three 5?", False, ("SW35",), "is it # # # #"),
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
