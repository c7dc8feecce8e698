"""A slot's value as the agent says it, so that a listener can check it and an engine reads it."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import assert_never

from policies.dialogue import ChoiceType, Collect, DigitsType, PatternType
from system1.language import Language
from system2.spoken import dates_en, dates_zh, times_en, times_zh

_MARKS = {
    "en": {"-": "dash", "/": "slash", ".": "dot", "_": "underscore"},
    "zh": {"-": "横杠", "/": "斜杠", ".": "点", "_": "下划线"},
}
_JOINT = {"en": ", ", "zh": "，"}
_YES_NO = {"en": {"yes": "yes", "no": "no"}, "zh": {"yes": "是", "no": "不是"}}


def speak_value(collect: Collect, value: str, language: Language, today: date | None = None) -> str:
    """``value`` as it is read back: "4, 2, 1, 9"; "Tuesday the third of March".

    Reading the result back with ``read_slot`` gives ``value``. The year of a date is said
    unless ``today`` is given and the date lies within the year ahead.
    """
    match collect.type:
        case DigitsType() | PatternType() | "digits":
            return spell(value, language)
        case ChoiceType() | "text" | "name" | "number":
            return value
        case "yes_no":
            return _YES_NO[language.code].get(value, value)
        case "date":
            return speak_date(value, language, today) or value
        case "time":
            clock = time.fromisoformat(value)
            times = times_zh if language.code == "zh" else times_en
            return str(times.speak(clock.hour, clock.minute))
        case _:
            assert_never(collect.type)


def speak_date(value: str, language: Language, today: date | None = None) -> str | None:
    """A date such as 2026-03-03 as it is said; None for what is none. See ``speak_value``."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    near = today is not None and timedelta(0) <= day - today < timedelta(days=365)
    dates = dates_zh if language.code == "zh" else dates_en
    return str(dates.speak(day, year=not near))


def spell(value: str, language: Language) -> str:
    """Character by character: "S, W, 1, A, 1, A, A"; the commas keep an engine from making
    one word or one number of them."""
    marks = _MARKS[language.code]
    return _JOINT[language.code].join(marks.get(one, one.upper()) for one in value if one != " ")
