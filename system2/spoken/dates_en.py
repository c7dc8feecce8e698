"""English dates: "next tuesday", "the third of march", "march third", "in two weeks"."""

from __future__ import annotations

from datetime import date, timedelta

from system1.language import words as language_words
from system2.spoken import calendar, numbers_en
from system2.spoken.found import Found, Words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = language_words.listed(
    "january, february, march, april, may, june, july, august, september, october",
    "november, december",
)
_WEEKDAYS = {name: at for at, name in enumerate(WEEKDAYS)} | {
    "mondays": 0,
    "tues": 1,
    "weds": 2,
    "thurs": 3,
    "fri": 4,
}
_MONTHS = {name: at for at, name in enumerate(MONTHS, start=1)} | {
    "jan": 1,
    "feb": 2,
    "apr": 4,
    "aug": 8,
    "sept": 9,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        language_words.listed(
            "first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth",
            "eleventh, twelfth, thirteenth, fourteenth, fifteenth, sixteenth, seventeenth",
            "eighteenth, nineteenth, twentieth",
        ),
        start=1,
    )
} | {"thirtieth": 30}
_DAYS = {
    ("the", "day", "after", "tomorrow"): 2,
    ("day", "after", "tomorrow"): 2,
    ("the", "day", "before", "yesterday"): -2,
    ("day", "before", "yesterday"): -2,
    ("today",): 0,
    ("tonight",): 0,
    ("tomorrow",): 1,
    ("yesterday",): -1,
}
_LENGTHS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14, "fortnights": 14}
_MONTH_LENGTHS = {"month": 1, "months": 1, "year": 12, "years": 12}
# "the second house" is no date, "the second please" may be one.
_AFTER_A_DAY = language_words.phrase_set(
    "please, at, of, if, would, is, works, work, thanks, thank, in, this, then, and, or, that",
    "around, so, because, but, i, suits, fine, okay, after, before, from, for, will, are, not",
)

Day = tuple[date, int]
"""A date, and the position after its words."""


def dates(words: Words, today: date) -> list[Found]:
    """All dates among ``words``, as ISO 8601 ("2026-03-31")."""
    found: list[Found] = []
    at = 0
    while at < len(words):
        day = _day(words, at, today)
        if day is not None:
            found.append(Found(day[0].isoformat(), at, day[1]))
        at = day[1] if day else at + 1
    return found


def _word(words: Words, at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _day(words: Words, at: int, today: date) -> Day | None:
    for phrase, days in _DAYS.items():
        if words[at : at + len(phrase)] == phrase:
            return today + timedelta(days=days), at + len(phrase)
    return (
        _by_weekday(words, at, today)
        or _by_month(words, at, today, None)
        or _by_span(words, at, today)
        or _by_number(words, at, today)
        or _by_digits(words, at)
    )


def _by_weekday(words: Words, at: int, today: date) -> Day | None:
    which = _word(words, at)
    start = at + (which in ("next", "this", "coming", "last", "the"))
    start += start > at and _word(words, start) == "coming"
    weekday = _WEEKDAYS.get(_word(words, start))
    if weekday is None:
        return None
    end = start + 1
    end += _word(words, end) in ("morning", "afternoon", "evening", "night")
    if dated := _by_month(words, end, today, weekday) or _by_number(words, end, today, weekday):
        return dated
    if words[end : end + 1] == ("week",):
        return calendar.coming(weekday, today) + timedelta(weeks=1), end + 1
    if words[end : end + 2] == ("next", "week"):
        return calendar.in_week(weekday, 1, today), end + 2
    if which == "next":
        return calendar.in_week(weekday, 1, today), end
    if which == "last":
        return calendar.coming(weekday, today - timedelta(days=8)), end
    this = calendar.in_week(weekday, 0, today)
    if which == "this" and this >= today:
        return this, end
    return calendar.coming(weekday, today), end


def _by_month(words: Words, at: int, today: date, weekday: int | None) -> Day | None:
    """As "the third of march" or "march the third", either with a year."""
    start = at + (_word(words, at) in ("the", "on"))
    start += start > at and _word(words, start) == "the"
    if number := _day_number(words, start):
        of = number[1] + (_word(words, number[1]) == "of")
        month, end = _MONTHS.get(_word(words, of)), of + 1
        if words[of : of + 2] == ("next", "month"):
            day = calendar.day(*calendar.months_later(today, 1), number[0])
            return (day, of + 2) if day else None
        if month is not None:
            return _dated(words, end, month, number[0], today, weekday)
    month = _MONTHS.get(_word(words, start))
    if month is None or start > at + 1:
        return None
    begin = start + 1 + (_word(words, start + 1) == "the")
    number = _day_number(words, begin)
    return _dated(words, number[1], month, number[0], today, weekday) if number else None


def _dated(
    words: Words, end: int, month: int, number: int, today: date, weekday: int | None
) -> Day | None:
    if year := _year(words, end):
        day = calendar.day(year[0], month, number)
        return (day, year[1]) if day else None
    day = calendar.next_date(month, number, today, weekday)
    return (day, end) if day else None


def _ordinal(words: Words, at: int) -> tuple[int, int] | None:
    word = _word(words, at)
    if word[:-2].isdecimal() and word[-2:] in ("st", "nd", "rd", "th"):
        return int(word[:-2]), at + 1
    if word in ("twenty", "thirty"):
        unit = _ORDINALS.get(_word(words, at + 1), 10)
        return (numbers_en.TENS[word] + unit, at + 2) if unit < 10 else None
    if _word(words, at - 1) in ("twenty", "thirty") and _ORDINALS.get(word, 10) < 10:
        return None
    return (_ORDINALS[word], at + 1) if word in _ORDINALS else None


def _day_number(words: Words, at: int) -> tuple[int, int] | None:
    number = _ordinal(words, at) or numbers_en.below_100(words, at)
    if number is None and _word(words, at).isdecimal():
        number = int(words[at]), at + 1
    return number if number and 1 <= number[0] <= 31 else None


def _year(words: Words, at: int) -> tuple[int, int] | None:
    at += _word(words, at) in ("in", "of")
    word = _word(words, at)
    if len(word) == 4 and word.isdecimal():
        return int(word), at + 1
    if _word(words, at + 1) == "thousand" and (whole := numbers_en.cardinal(words, at)):
        return whole if 1900 <= whole[0] <= 2199 else None
    century = numbers_en.below_100(words, at)
    if century is None or not 18 <= century[0] <= 21:
        return None
    first, at = century[0] * 100, century[1]
    if _word(words, at) == "hundred":
        return first, at + 1
    if _word(words, at) in ("oh", "o") and (unit := numbers_en.UNITS.get(_word(words, at + 1))):
        return first + unit, at + 2
    rest = numbers_en.below_100(words, at)
    return (first + rest[0], rest[1]) if rest and rest[0] >= 10 else None


def _by_span(words: Words, at: int, today: date) -> Day | None:
    """As "in two weeks", "a week from today", "a week on tuesday", "the end of the month"."""
    end_of = words[at : at + 4] if _word(words, at) == "end" else words[at + 1 : at + 5]
    if end_of[:2] == ("end", "of") and end_of[3:] == ("month",):
        end = at + 4 + (words[at] != "end")
        if end_of[2] in ("the", "this", "next"):
            return calendar.end_of_month(today, int(end_of[2] == "next")), end
    begun = _word(words, at) == "in"
    start = at + begun
    if _word(words, start) in ("a", "an"):
        count: tuple[int, int] | None = (1, start + 1)
    else:
        count = numbers_en.cardinal(words, start)
    if count is None:
        return None
    unit, end = _word(words, count[1]), count[1] + 1
    link, to = _word(words, end), _word(words, end + 1)
    if unit in _LENGTHS and link in ("on", "from") and to in _WEEKDAYS:
        start_of = calendar.coming(_WEEKDAYS[to], today)
        return start_of + timedelta(days=count[0] * _LENGTHS[unit]), end + 2
    since = today
    if link == "from" and to in ("now", "today", "tomorrow"):
        since, end = today + timedelta(days=int(to == "tomorrow")), end + 2
    elif link == "time" and begun:
        end += 1
    elif not begun:
        return None
    if count[0] > 1200:
        return None
    if unit in _LENGTHS:
        return since + timedelta(days=count[0] * _LENGTHS[unit]), end
    if unit in _MONTH_LENGTHS:
        return calendar.same_day_later(since, count[0] * _MONTH_LENGTHS[unit]), end
    return None


def _by_number(words: Words, at: int, today: date, weekday: int | None = None) -> Day | None:
    """As "the twenty first": the next day with that number."""
    start = at + (_word(words, at) == "on")
    start += _word(words, start) == "the"
    number = _ordinal(words, start)
    if number is None or (start == at and weekday is None and len(words) > number[1] - at):
        return None
    follows = _word(words, number[1])
    of_month = follows == "of" and _word(words, number[1] + 1) in _MONTHS
    if of_month or (follows and follows not in _AFTER_A_DAY):
        return None
    day = calendar.next_day_of_month(number[0], today, weekday)
    return (day, number[1]) if day else None


def _by_digits(words: Words, at: int) -> Day | None:
    three = words[at : at + 3]
    if len(three) < 3 or len(three[0]) != 4 or not all(one.isdecimal() for one in three):
        return None
    day = calendar.day(int(three[0]), int(three[1]), int(three[2]))
    return (day, at + 3) if day else None


def speak(day: date, *, year: bool) -> str:
    """As "Tuesday the third of March", with the year if wanted."""
    said = f"{WEEKDAYS[day.weekday()].capitalize()} the {ordinal(day.day)} of "
    said += MONTHS[day.month - 1].capitalize()
    return f"{said} {speak_year(day.year)}" if year else said


def speak_year(year: int) -> str:
    """As "twenty twenty-six", "nineteen oh five", "two thousand and five"."""
    century, rest = divmod(year, 100)
    if not 1100 <= year <= 9999 or (century % 10 == 0 and rest < 10):
        return numbers_en.spell_out(year)
    if rest == 0:
        return f"{numbers_en.spell_out(century)} hundred"
    low = f"oh {numbers_en.spell_out(rest)}" if rest < 10 else numbers_en.spell_out(rest)
    return f"{numbers_en.spell_out(century)} {low}"


def ordinal(number: int) -> str:
    """A day of the month, 1 to 31: "twenty-first"."""
    tens, unit = divmod(number, 10)
    word = {value: word for word, value in _ORDINALS.items()}
    if number in word:
        return word[number]
    return f"{'twenty' if tens == 2 else 'thirty'}-{word[unit]}"
