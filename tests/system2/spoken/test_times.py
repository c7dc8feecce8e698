"""Times of day as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.system2.spoken.slots import read, spoken


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("half past nine", "09:30"),
        ("half nine", "09:30"),
        ("a quarter past ten", "10:15"),
        ("quarter to five", "16:45"),
        ("twenty past six pm", "18:20"),
        ("twenty to noon", "11:40"),
        ("nine thirty", "09:30"),
        ("nine oh five", "09:05"),
        ("nine", "09:00"),
        ("at nine please", "09:00"),
        ("nine o'clock", "09:00"),
        ("9:30", "09:30"),
        ("at 9.30 a.m.", "09:30"),
        ("9am", "09:00"),
        ("three in the afternoon", "15:00"),
        ("three", "15:00"),
        ("seven in the evening", "19:00"),
        ("eight tomorrow morning", "08:00"),
        ("ten at night", "22:00"),
        ("at noon", "12:00"),
        ("midnight", "00:00"),
        ("13:45", "13:45"),
        ("eighteen hundred hours", "18:00"),
        ("half past nine no ten", "10:00"),
        ("i have two phones", None),
        ("one moment", None),
        ("上午九点半", "09:30"),
        ("下午三点", "15:00"),
        ("三点", "15:00"),
        ("九点一刻", "09:15"),
        ("晚上八点零五分", "20:05"),
        ("早上8点30分", "08:30"),
        ("上午 9:30", "09:30"),
        ("十五点", "15:00"),
        ("差十分九点", "08:50"),
        ("中午", "12:00"),
        ("明天下午两点半", "14:30"),
        ("九点不对十点", "10:00"),
        ("快一点", None),
        ("晚一点", None),
        ("有点问题", None),
    ],
)
def test_times(said: str, value: str | None) -> None:
    assert read("time", said) == value


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["en", "zh"]))
def test_every_time_read_back_is_understood(hour: int, minute: int, code: str) -> None:
    value = f"{hour:02}:{minute:02}"
    assert read("time", spoken("time", value, code)) == value


def test_how_times_are_said() -> None:
    assert spoken("time", "09:30") == "nine thirty in the morning"
    assert spoken("time", "12:00") == "noon"
    assert spoken("time", "15:00") == "three in the afternoon"
    assert spoken("time", "09:30", "zh") == "上午九点半"
    assert spoken("time", "14:05", "zh") == "下午两点零五分"
