"""Chinese dates: 明天, 下周二, 三月三号, 二十一号, 两周后, 二〇二六年三月三日."""

from __future__ import annotations

import re
from datetime import date, timedelta

from system2.spoken import calendar, numbers_zh
from system2.spoken.found import Found, Words

_DAYS = {
    "大后天": 3,
    "大前天": -3,
    "后天": 2,
    "前天": -2,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "昨天": -1,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
}
_WEEKDAYS = (
    {name: at for at, name in enumerate("一二三四五六日")}
    | {"天": 6}
    | {str(number): number - 1 for number in range(1, 8)}
)
WEEKDAYS = "一二三四五六日"
_N = r"[零〇一二两三四五六七八九十百\d]+"
_WEEK = r"(?:周|星期|礼拜)"
_WEEKDAY = rf"(?P<which>下下|下个?|上个?|这个?|本)?{_WEEK}(?P<weekday>[一二三四五六日天1-7])(?!个)"
_YEAR = rf"(?:(?P<year>{_N}|今|明|后|去)年)?"
_MONTH = rf"(?:(?P<month>{_N})月份?|(?P<later>下下|下|这|本)个?月)"
_NUMBER = rf"(?P<number>{_N})[号日]"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<name>{'|'.join(_DAYS)})",
        rf"{_YEAR}{_MONTH}{_NUMBER}(?:{_WEEK}(?P<weekday>[一二三四五六日天1-7]))?",
        _WEEKDAY,
        rf"{_NUMBER}(?!楼|院|店|线|门|房)",
        rf"(?P<count>{_N})个?(?P<unit>天|日|周|星期|礼拜|月)(?:之?后|以后|过后)",
        rf"过(?P<count>{_N})个?(?P<unit>天|周|星期|礼拜|月)",
        r"(?P<end>下个?|这个?|本)?月(?:底|末)",
    )
)


def dates(words: Words, today: date) -> list[Found]:
    """All dates among ``words``, as ISO 8601 ("2026-03-31")."""
    text = "".join(words)
    starts = {sum(map(len, words[:at])): at for at in range(len(words) + 1)}
    found: list[Found] = []
    at = 0
    while at < len(text):
        day = _day(text, at, today) if at in starts else None
        end = day[1] if day else at
        if day is not None and end in starts and end > at:
            found.append(Found(day[0].isoformat(), starts[at], starts[end]))
        at = max(end, at + 1)
    return found


def _day(text: str, at: int, today: date) -> tuple[date, int] | None:
    for pattern in _PATTERNS:
        match = pattern.match(text, at)
        if match and (day := _meaning(match.groupdict(), today)):
            return day, match.end()
    return None


def _meaning(said: dict[str, str | None], today: date) -> date | None:
    weekday = _WEEKDAYS.get(said.get("weekday") or "")
    if name := said.get("name"):
        return today + timedelta(days=_DAYS[name])
    if unit := said.get("unit"):
        return _later(said.get("count") or "", unit, today)
    if number := said.get("number"):
        return _numbered(said, _value(number), today, weekday)
    if weekday is not None:
        return _in_week(said.get("which") or "", weekday, today)
    if "end" in said:
        return calendar.end_of_month(today, int((said["end"] or "").startswith("下")))
    return None


def _value(text: str) -> int:
    """A day, month or count; digit by digit where it is no number (二〇二六)."""
    whole = numbers_zh.cardinal(tuple(text), 0)
    if text.isdecimal():
        return int(text)
    if whole is not None and whole[1] == len(text):
        return whole[0]
    digits = [numbers_zh.DIGITS.get(one) for one in text]
    return int("".join(map(str, digits))) if None not in digits else 0


def _numbered(
    said: dict[str, str | None], number: int, today: date, weekday: int | None
) -> date | None:
    later, month, year = said.get("later"), said.get("month"), said.get("year")
    if later:
        months = later.count("下")
        return calendar.day(*calendar.months_later(today, months), number)
    if month is None:
        return calendar.next_day_of_month(number, today, weekday)
    if year is None:
        return calendar.next_date(_value(month), number, today, weekday)
    named = {"今": 0, "明": 1, "后": 2, "去": -1}
    which = today.year + named[year] if year in named else _value(year)
    which += 2000 if which < 100 else 0
    return calendar.day(which, _value(month), number)


def _in_week(which: str, weekday: int, today: date) -> date:
    if which.startswith("下"):
        return calendar.in_week(weekday, which.count("下"), today)
    if which.startswith("上"):
        return calendar.in_week(weekday, -1, today)
    this = calendar.in_week(weekday, 0, today)
    return this if which and this >= today else calendar.coming(weekday, today)


def _later(count: str, unit: str, today: date) -> date | None:
    value = _value(count)
    if value > 1200:
        return None
    if unit == "月":
        return calendar.same_day_later(today, value)
    return today + timedelta(days=value * (1 if unit in "天日" else 7))


def speak(day: date, *, year: bool) -> str:
    """三月三号星期二, with the year if wanted."""
    said = f"{numbers_zh.spell_out(day.month)}月{numbers_zh.spell_out(day.day)}号"
    said += f"星期{WEEKDAYS[day.weekday()]}"
    return f"{numbers_zh.digit_by_digit(str(day.year))}年{said}" if year else said
