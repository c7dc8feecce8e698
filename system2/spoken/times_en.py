"""English times of day: "half past nine", "nine thirty", "three in the afternoon", "at noon".

An hour without morning or afternoon is taken within the day of an office: seven to eleven in
the morning, twelve at noon, one to six in the afternoon.
"""

from __future__ import annotations

from dataclasses import dataclass

from system1.language import words as language_words
from system2.spoken import numbers_en
from system2.spoken.found import Found, Words

_NAMED = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
_FRACTIONS = {"half": 30, "quarter": 15}
_BEFORE = language_words.phrase_set(
    "at, by, around, about, from, until, till, before, after, to",
)
_EARLIEST_MORNING_HOUR = 7


@dataclass(frozen=True, slots=True)
class _Clock:
    hour: int
    minute: int
    end: int
    certain: bool
    """Whether these words can be nothing but a time."""


def times(words: Words) -> list[Found]:
    """All times among ``words``, as "HH:MM" on the 24-hour clock."""
    found: list[Found] = []
    at = 0
    while at < len(words):
        one = _time(words, at)
        if one:
            found.append(one)
        at = one.end if one else at + 1
    return found


def _word(words: Words, at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _time(words: Words, at: int) -> Found | None:
    word = _word(words, at)
    if word in _NAMED:
        hour, minute = _NAMED[word]
        return Found(f"{hour:02}:{minute:02}", at, at + 1)
    clock = _past(words, at) or _plain(words, at)
    if clock is None or clock.hour > 24 or clock.minute > 59:
        return None
    part, end = _part_of_day(words, clock.end)
    sure = clock.certain or part is not None or _word(words, at - 1) in _BEFORE
    alone = all(one in _FILL for one in (*words[:at], *words[clock.end :]))
    if not (sure or alone):
        return None
    hour = _on_24_hours(clock.hour, part)
    return Found(f"{hour:02}:{clock.minute:02}", at, end) if hour < 24 else None


_FILL = language_words.phrase_set(
    "please, it, is, that, would, be, good, great, fine, thanks, sharp, um, uh, maybe, say",
)


def _past(words: Words, at: int) -> _Clock | None:
    """As "half past nine", "a quarter to five", "twenty to six", "half nine"."""
    start = at + (_word(words, at) in ("a", "the"))
    word = _word(words, start)
    if word in _FRACTIONS:
        amount, end = _FRACTIONS[word], start + 1
    elif (minutes := numbers_en.below_100(words, start)) and minutes[0] < 60:
        amount, end = minutes[0], minutes[1]
        end += _word(words, end) in ("minutes", "minute")
    else:
        return None
    link = _word(words, end)
    if link in ("past", "after", "to", "before", "of", "til", "till"):
        hour = _hour(words, end + 1)
        if hour is None:
            return None
        if link in ("past", "after"):
            return _Clock(hour[0], amount, hour[1], certain=True)
        return _Clock((hour[0] - 2) % 12 + 1, 60 - amount, hour[1], certain=True)
    if word == "half" and (hour := _hour(words, end)):
        return _Clock(hour[0], 30, hour[1], certain=False)
    return None


def _hour(words: Words, at: int) -> tuple[int, int] | None:
    if _word(words, at) in ("noon", "midnight"):
        return (12 if words[at] == "noon" else 24), at + 1
    hour = numbers_en.below_100(words, at)
    if hour is None and _word(words, at).isdecimal():
        hour = int(words[at]), at + 1
    return hour if hour and 1 <= hour[0] <= 12 else None


def _plain(words: Words, at: int) -> _Clock | None:
    """As "nine thirty", "nine oh five", "nine o'clock", "9 30", "9am", "0930"."""
    word = _word(words, at)
    for suffix in ("am", "pm"):
        if word.endswith(suffix) and word[:-2].isdecimal():
            return _plain((*words[:at], word[:-2], suffix, *words[at + 1 :]), at)
    if word.isdecimal() and len(word) == 4:
        return _Clock(int(word[:2]), int(word[2:]), at + 1, certain=False)
    hour = numbers_en.below_100(words, at)
    if hour is None and word.isdecimal() and len(word) <= 2:
        hour = int(word), at + 1
    if hour is None or hour[0] > 24:
        return None
    value, end = hour
    if _word(words, end) in ("o'clock", "oclock"):
        return _Clock(value, 0, end + 1, certain=True)
    if words[end : end + 2] == ("o", "clock"):
        return _Clock(value, 0, end + 2, certain=True)
    if words[end : end + 2] == ("hundred", "hours"):
        return _Clock(value, 0, end + 2, certain=True)
    end += _word(words, end) == "point"
    if _word(words, end) in ("oh", "o", "zero") and _word(words, end + 1) in numbers_en.UNITS:
        return _Clock(value, numbers_en.UNITS[words[end + 1]], end + 2, certain=False)
    minute = numbers_en.below_100(words, end)
    if minute is None and _word(words, end).isdecimal() and len(_word(words, end)) == 2:
        minute = int(words[end]), end + 1
    if minute and 0 <= minute[0] <= 59 and (minute[0] >= 10 or words[end].isdecimal()):
        return _Clock(value, minute[0], minute[1], certain=minute[0] % 5 == 0)
    return _Clock(value, 0, end, certain=False)


def _part_of_day(words: Words, at: int) -> tuple[str | None, int]:
    word = _word(words, at)
    for length, joined in ((1, word), (2, "".join(words[at : at + 2]))):
        if joined in ("am", "pm"):
            return joined, at + length
    start = at + (word in ("in", "at", "tomorrow", "this"))
    start += start > at and _word(words, start) in ("the", "this")
    part = {"morning": "am", "afternoon": "pm", "evening": "pm", "night": "night", "tonight": "pm"}
    if (found := part.get(_word(words, start))) is not None:
        return found, start + 1
    return None, at


def _on_24_hours(hour: int, part: str | None) -> int:
    if hour > 12:
        return hour % 24
    match part:
        case "am":
            return hour % 12
        case "pm":
            return hour % 12 + 12
        case "night":
            return hour % 12 + 12 if 6 <= hour < 12 else hour % 12
        case _:
            return hour if hour == 0 or hour >= _EARLIEST_MORNING_HOUR else hour + 12


def speak(hour: int, minute: int) -> str:
    """As "nine thirty in the morning", "noon"."""
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    said = numbers_en.spell_out(hour % 12 or 12)
    if 0 < minute < 10:
        said += f" oh {numbers_en.spell_out(minute)}"
    elif minute:
        said += f" {numbers_en.spell_out(minute)}"
    if hour < 12:
        return f"{said} in the morning"
    return f"{said} in the {'afternoon' if hour < 18 else 'evening'}"
