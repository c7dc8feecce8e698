"""Dates as people say them. Today is Wednesday, 25 February 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system2.spoken import calendar, dates_en, dates_zh
from tests.system2.spoken.slots import WEDNESDAY, read, spoken


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("today", "2026-02-25"),
        ("tomorrow morning", "2026-02-26"),
        ("the day after tomorrow", "2026-02-27"),
        ("tuesday", "2026-03-03"),
        ("wednesday", "2026-03-04"),
        ("next tuesday", "2026-03-03"),
        ("next friday", "2026-03-06"),
        ("this friday", "2026-02-27"),
        ("this coming friday", "2026-02-27"),
        ("last friday", "2026-02-20"),
        ("monday next week", "2026-03-02"),
        ("tuesday week", "2026-03-10"),
        ("a week on tuesday", "2026-03-10"),
        ("the third of march", "2026-03-03"),
        ("march third", "2026-03-03"),
        ("march the 3rd twenty twenty seven", "2027-03-03"),
        ("tuesday the third of march", "2026-03-03"),
        ("on the first of may please", "2026-05-01"),
        ("the twenty first", "2026-03-21"),
        ("twelfth", "2026-03-12"),
        ("the first of next month", "2026-03-01"),
        ("the end of the month", "2026-02-28"),
        ("in two weeks", "2026-03-11"),
        ("in three days' time", "2026-02-28"),
        ("a week from today", "2026-03-04"),
        ("in a month", "2026-03-25"),
        ("the twenty ninth of february", "2028-02-29"),
        ("i was born on the fourth of july nineteen eighty five", "1985-07-04"),
        ("2026-03-31", "2026-03-31"),
        ("no tuesday i mean wednesday", "2026-03-04"),
        ("not tuesday wednesday", "2026-03-04"),
        ("thursday not friday", "2026-02-26"),
        ("may i ask something", None),
        ("the second house", None),
        ("one two three", None),
        ("the thirty first of february", None),
        ("今天", "2026-02-25"),
        ("明天下午", "2026-02-26"),
        ("大后天", "2026-02-28"),
        ("下周二", "2026-03-03"),
        ("我想约在下周二", "2026-03-03"),
        ("周五", "2026-02-27"),
        ("这周五", "2026-02-27"),
        ("下下周一", "2026-03-09"),
        ("星期天", "2026-03-01"),
        ("礼拜三", "2026-03-04"),
        ("三月三号", "2026-03-03"),
        ("3月3号", "2026-03-03"),
        ("二〇二六年三月三日", "2026-03-03"),
        ("明年一月一号", "2027-01-01"),
        ("二十一号", "2026-03-21"),
        ("下个月五号", "2026-03-05"),
        ("月底", "2026-02-28"),
        ("两周后", "2026-03-11"),
        ("三个月后", "2026-05-25"),
        ("不对周三", "2026-03-04"),
        ("周三不是周二", "2026-03-04"),
        ("不是周二是周三", "2026-03-04"),
        ("三号楼", None),
        ("我不知道", None),
    ],
)
def test_dates(said: str, value: str | None) -> None:
    assert read("date", said) == value


@settings(deadline=None, max_examples=50)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["en", "zh"]))
def test_any_date_read_back_is_understood(day: date, code: str) -> None:
    assert read("date", spoken("date", day.isoformat(), code)) == day.isoformat()


@settings(deadline=None, max_examples=50)
@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 364), st.sampled_from(["en", "zh"])
)
def test_a_date_in_the_year_ahead_needs_no_year(today: date, days: int, code: str) -> None:
    day = today + timedelta(days=days)
    said = spoken("date", day.isoformat(), code, today)
    assert read("date", said, today) == day.isoformat()
    assert not any(char.isdigit() for char in said)


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("offset", range(7))
def test_a_weekday_is_the_next_one(weekday: int, offset: int) -> None:
    today = WEDNESDAY + timedelta(days=offset)
    meant = read("date", dates_en.WEEKDAYS[weekday], today)
    assert meant == read("date", f"星期{dates_zh.WEEKDAYS[weekday]}", today)
    assert meant == calendar.coming(weekday, today).isoformat()
    assert 1 <= (date.fromisoformat(meant) - today).days <= 7
    assert date.fromisoformat(meant).weekday() == weekday


def test_how_dates_are_said() -> None:
    assert spoken("date", "2026-03-03", "en", WEDNESDAY) == "Tuesday the third of March"
    assert spoken("date", "2026-03-03", "zh", WEDNESDAY) == "三月三号星期二"
    assert spoken("date", "1985-07-04", "en", WEDNESDAY).endswith("July nineteen eighty-five")
    assert spoken("date", "2005-03-21", "en").endswith(
        "twenty-first of March two thousand and five"
    )
    assert spoken("date", "1985-07-04", "zh", WEDNESDAY) == "一九八五年七月四号星期四"


def test_a_wrong_weekday_does_not_move_the_date() -> None:
    assert read("date", "monday the third of march") == "2026-03-03"
    # yesterday was the 24th, a Tuesday: the weekday tells that the past one is meant
    assert read("date", "tuesday the twenty fourth of february") == "2026-02-24"
