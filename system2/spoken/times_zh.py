"""Chinese times of day: 上午九点半, 下午三点一刻, 晚上八点零五分, 差十分九点.

An hour without its part of the day is taken within the day of an office: seven to eleven in
the morning, twelve at noon, one to six in the afternoon.
"""

from __future__ import annotations

import re

from system2.spoken import numbers_zh
from system2.spoken.found import Found, Words

_N = r"[零〇一二两三四五六七八九十\d]+"
_PART = r"凌晨|清晨|早上|早晨|上午|中午|下午|午后|傍晚|晚上|夜里|半夜|今晚|明晚|今早|明早|早|晚"
_TIME = re.compile(
    rf"(?P<part>{_PART})?的?(?:差(?P<to>{_N}|一刻)分?钟?)?(?P<hour>{_N})(?:点钟?|时)(?!儿|点|东西)"
    rf"(?:(?P<half>半)|(?P<quarter>[一三])刻钟?|过?(?P<minute>{_N})分?|整)?"
)
_NOON = re.compile(r"(?P<noon>中午|正午)|(?P<midnight>午夜|半夜)")
_MORNING = ("凌晨", "清晨", "早上", "早晨", "上午", "今早", "明早", "早")
_DEGREES = tuple("快慢早晚多少好大小差有轻重高低")
_EARLIEST_MORNING_HOUR = 7


def times(words: Words) -> list[Found]:
    """All times among ``words``, as "HH:MM" on the 24-hour clock."""
    text = "".join(words)
    starts = {sum(map(len, words[:at])): at for at in range(len(words) + 1)}
    found: list[Found] = []
    at = 0
    while at < len(text):
        match = _TIME.match(text, at)
        value = _clock(match) if match and not _a_little(match) else None
        if value is None and (match := _NOON.match(text, at)):
            value = "12:00" if match["noon"] else "00:00"
        if match is None or value is None or at not in starts or match.end() not in starts:
            at += 1
            continue
        found.append(Found(value, starts[at], starts[match.end()]))
        at = match.end()
    return found


def _a_little(match: re.Match[str]) -> bool:
    """Whether 一点 means a little: 快一点, 晚一点."""
    bare = match["hour"] == "一" and match.group().endswith("一点")
    return bare and (
        match["part"] in ("早", "晚") or match.string[: match.start()][-1:] in _DEGREES
    )


def _value(text: str) -> int:
    if text.isdecimal():
        return int(text)
    while len(text) > 1 and text[0] in "零〇":
        text = text[1:]
    whole = numbers_zh.cardinal(tuple(text), 0)
    return whole[0] if whole is not None and whole[1] == len(text) else 99


def _clock(match: re.Match[str]) -> str | None:
    hour, minute = _value(match["hour"]), 0
    if match["half"]:
        minute = 30
    elif match["quarter"]:
        minute = 15 * _value(match["quarter"])
    elif match["minute"]:
        minute = _value(match["minute"])
    if hour > 24 or minute > 59:
        return None
    hour = _on_24_hours(hour, match["part"])
    if match["to"]:
        before = 15 if match["to"] == "一刻" else _value(match["to"])
        if before > 59 or minute:
            return None
        hour, minute = (hour - 1) % 24, 60 - before
    return f"{hour % 24:02}:{minute:02}"


def _on_24_hours(hour: int, part: str | None) -> int:
    if hour > 12:
        return hour
    if part is None:
        return hour if hour == 0 or hour >= _EARLIEST_MORNING_HOUR else hour + 12
    if part in _MORNING:
        return hour % 12
    if part == "中午":
        return hour if hour >= 10 else hour + 12
    if part in ("晚上", "夜里", "半夜", "今晚", "明晚", "晚"):
        return hour + 12 if 5 <= hour < 12 else hour % 12
    return hour % 12 + 12


def speak(hour: int, minute: int) -> str:
    """上午九点半, 中午十二点."""
    if hour == 12:
        part = "中午"
    elif hour < 6:
        part = "凌晨"
    else:
        part = "上午" if hour < 12 else "下午" if hour < 18 else "晚上"
    clock = hour % 12 or 12
    said = f"{part}{'两' if clock == 2 else numbers_zh.spell_out(clock)}点"
    if minute == 30:
        return f"{said}半"
    if 0 < minute < 10:
        return f"{said}零{numbers_zh.spell_out(minute)}分"
    return f"{said}{numbers_zh.spell_out(minute)}分" if minute else said
