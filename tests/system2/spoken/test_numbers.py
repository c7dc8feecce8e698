"""Numbers in words, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system2.spoken import numbers_en, numbers_zh
from tests.system2.spoken.slots import read


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("one hundred and twenty", "120"),
        ("a hundred", "100"),
        ("two thousand and five", "2005"),
        ("nineteen hundred", "1900"),
        ("five million two hundred thousand and three", "5200003"),
        ("two point five", "2.5"),
        ("2.5", "2.5"),
        ("1,200 pounds", "1200"),
        ("minus three", "-3"),
        ("one and a half", "1.5"),
        ("two dozen", "24"),
        ("about forty five i think", "45"),
        ("one two zero", "120"),
        ("twenty no thirty", "30"),
        ("nothing of the kind", None),
        ("二十三", "23"),
        ("一百零五", "105"),
        ("一百二", "120"),
        ("两千三", "2300"),
        ("三万五", "35000"),
        ("一亿两千万", "120000000"),
        ("一万零三百", "10300"),
        ("二点五", "2.5"),
        ("两个半", "2.5"),
        ("大概一百二十块吧", "120"),
        ("不知道", None),
    ],
)
def test_numbers(said: str, value: str | None) -> None:
    assert read("number", said) == value


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 9999))
def test_every_number_is_read_back(value: int) -> None:
    english = tuple(numbers_en.spell_out(value).replace("-", " ").split())
    assert [one.value for one in numbers_en.numbers(english)] == [str(value)]
    chinese = tuple(numbers_zh.spell_out(value))
    assert [one.value for one in numbers_zh.numbers(chinese)] == [str(value)]
