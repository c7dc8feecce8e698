"""Dates as callers say them: whole, or only begun ("the third", 三月)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from system1.language.language import Language
from system1.language.words import Words, longest_at, longest_ending, phrase_set


@dataclass(frozen=True, slots=True)
class _Tables:
    alone: frozenset[str]
    """Each is a whole date."""
    months: frozenset[str]
    days: frozenset[str]
    """Days of the month."""
    under_way: frozenset[str]
    """Ends of what is only begun."""


_TABLES: Mapping[str, _Tables] = {
    "en": _Tables(
        phrase_set(
            "today, tomorrow, tonight, yesterday, monday, tuesday, wednesday, thursday, friday",
            "saturday, sunday, weekend, next week, this week, next month, as soon as possible",
            "any day, any time, whenever",
        ),
        phrase_set(
            "january, february, march, april, may, june, july, august, september, october",
            "november, december",
        ),
        phrase_set(
            "first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh",
            "twelfth, thirteenth, fourteenth, fifteenth, sixteenth, seventeenth, eighteenth",
            "nineteenth, twentieth, thirtieth, one, two, three, four, five, six, seven, eight",
            "nine, ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen",
            "nineteen, twenty, thirty",
        ),
        phrase_set("next, this, last, on, the, of, early, late"),
    ),
    "zh": _Tables(
        phrase_set(
            "今天, 明天, 后天, 大后天, 昨天, 今晚, 周一, 周二, 周三, 周四, 周五, 周六, 周日, 周末",
            "星期一, 星期二, 星期三, 星期四, 星期五, 星期六, 星期天, 星期日, 礼拜一, 礼拜二",
            "礼拜三, 礼拜四, 礼拜五, 礼拜六, 礼拜天, 号, 日, 都行, 随时, 都可以",
        ),
        phrase_set("月, 月份"),
        phrase_set("一, 二, 三, 四, 五, 六, 七, 八, 九, 十"),
        phrase_set("下周, 这周, 下个月, 下个, 下星期, 这个, 月, 月份, 的"),
    ),
}


def date_fit(language: Language, said: Words) -> Literal["date_whole", "date_begun"] | None:
    """Whether the words are a whole date, the beginning of one, or neither."""
    tables = _TABLES.get(language.code)
    if tables is None or not said:
        return None
    if longest_ending(said, tables.under_way):
        return "date_begun"
    if _has(said, tables.alone):
        return "date_whole"
    month, day = _has(said, tables.months), _has(said, tables.days)
    numbered = day or any(word.isdigit() or word[:-2].isdigit() for word in said)
    if month and numbered and language.code != "zh":
        return "date_whole"
    return "date_begun" if month or numbered else None


def ends_with_month(language: Language, said: Words) -> bool:
    """Whether the last word is a month's name."""
    tables = _TABLES.get(language.code)
    return tables is not None and longest_ending(said, tables.months) > 0


def _has(said: Words, phrases: frozenset[str]) -> bool:
    return any(longest_at(said, at, phrases) for at in range(len(said)))
