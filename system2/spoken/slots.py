"""What a caller said, as the value of a slot."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import assert_never

from policies.dialogue import ChoiceType, Collect, DigitsType, PatternType, SlotKind
from system1.language import Language
from system2.spoken import dates_en, dates_zh, numbers_en, numbers_zh, times_en, times_zh
from system2.spoken.characters import digit_runs, find_characters
from system2.spoken.choices import choices
from system2.spoken.corrections import latest_first, meant
from system2.spoken.found import Found, Words, words_of
from system2.spoken.names import names
from system2.spoken.patterns import fit

Find = Callable[[Words], Found | None]


def read_slot(collect: Collect, said: str, language: Language, today: date) -> str | None:
    """The canonical value of the slot in ``said``, or None where there is none.

    Dates are ISO 8601, times "HH:MM", numbers decimal, yes/no "yes" or "no", a choice as the
    policy writes it, digits and patterns without what was only said between the characters.
    Second thoughts within the utterance win over first ones.
    """
    if collect.type == "text":
        return _text(said, language)
    found = find_slot(collect, words_of(said, language), language, today)
    return found.value if found else None


def canonical(collect: Collect, value: str) -> str | None:
    """``value`` where it is written as the slot keeps it already (see ``read_slot``)."""
    value = value.strip()
    match collect.type:
        case PatternType(pattern=pattern):
            return value if re.fullmatch(pattern, value) else None
        case DigitsType(digits=length):
            return value if len(value) == length and _FIGURES.fullmatch(value) else None
        case ChoiceType(choice=options):
            return next((one for one in options if one.casefold() == value.casefold()), None)
        case "date":
            with suppress(ValueError):
                return date.fromisoformat(value).isoformat() if _ISO.fullmatch(value) else None
            return None
        case "time":
            return value if _CLOCK.fullmatch(value) else None
        case "number" | "digits":
            return value if _FIGURES.fullmatch(value) else None
        case "yes_no":
            return value if value in ("yes", "no") else None
        case "name" | "text":
            return None
        case _:
            assert_never(collect.type)


_FIGURES = re.compile(r"[0-9]{1,32}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def find_slot(
    collect: Collect, words: Words, language: Language, today: date, *, asked: bool = True
) -> Found | None:
    """The slot's value among ``words`` (of ``words_of``), and where.

    Not ``asked``: only what can hardly be anything else, so that a caller may give a value
    before the question. Free text, numbers, yes and no then never count.
    """
    match collect.type:
        case PatternType(pattern=pattern):
            return _corrected(words, language, _characters(pattern, language))
        case DigitsType(digits=length):
            return _digits(words, language, length)
        case ChoiceType(choice=options):
            return _corrected(
                words,
                language,
                lambda part: meant(choices(part, options, language), part, language),
            )
        case str() as kind:
            return _kind(kind, words, language, today, asked)
        case _:
            assert_never(collect.type)


def _kind(
    kind: SlotKind, words: Words, language: Language, today: date, asked: bool
) -> Found | None:
    chinese = language.code == "zh"
    match kind:
        case "date":
            dates = dates_zh.dates if chinese else dates_en.dates
            found = _corrected(words, language, lambda one: meant(dates(one, today), one, language))
            since = found is not None and words[found.start - 1 : found.start] in _SINCE
            return None if since and not asked else found
        case "time":
            times = times_zh.times if chinese else times_en.times
            return _corrected(words, language, lambda one: meant(times(one), one, language))
        case "name":
            return _corrected(
                words, language, lambda one: meant(names(one, language, asked=asked), one, language)
            )
        case "yes_no" | "number" | "digits" | "text" if not asked:
            return None
        case "yes_no":
            answer = language.answer(words)
            return Found(answer, 0, language.answer_length(words)) if answer else None
        case "number":
            return _corrected(words, language, lambda one: _number(one, language))
        case "digits":
            return _corrected(words, language, lambda one: _any_digits(one, language))
        case "text":
            return Found(" ".join(words), 0, len(words)) if words else None
        case _:
            assert_never(kind)


_SINCE = (("since",), ("from",), ("last",), ("从",), ("自",))


def _corrected(words: Words, language: Language, find: Find) -> Found | None:
    for part, start in latest_first(words, language):
        if found := find(part):
            return found.moved(start)
    return find(words)


def _characters(pattern: str, language: Language) -> Find:
    return lambda words: find_characters(
        words, language, lambda text: fit(text, pattern), letters=True
    )


def _digits(words: Words, language: Language, length: int) -> Found | None:
    def accept(text: str) -> str | None:
        return text if len(text) == length and text.isdecimal() else None

    second: Found | None = None
    for part, start in latest_first(words, language):
        first = _last_run(part, language)
        if second is not None and first is not None:
            return _repaired(first.moved(start), second, length)
        if found := find_characters(part, language, accept, letters=False):
            return found.moved(start)
        if first and set(part[: first.start] + part[first.end :]) <= _AROUND_A_REPAIR:
            second = first.moved(start)
    return find_characters(words, language, accept, letters=False)


_AROUND_A_REPAIR = frozenset(("it", "is", "that", "the", "please", "是", "啊", "的", "应", "该"))


def _last_run(words: Words, language: Language) -> Found | None:
    return next(reversed(digit_runs(words, language)), None)


def _repaired(first: Found, second: Found, length: int) -> Found | None:
    """The second thought replaces the end of the first: "four two one, no, three one nine".

    Not so where it begins like the first: the caller started over, and is not through.
    """
    if len(second.value) > 1 and second.value[0] == first.value[0]:
        return None
    value = first.value[: max(0, length - len(second.value))] + second.value
    return Found(value, first.start, second.end) if len(value) == length else None


def _any_digits(words: Words, language: Language) -> Found | None:
    runs = digit_runs(words, language)
    longest = max((len(run.value) for run in runs), default=0)
    if longest == 1 and len(words) > 4 * len(runs):
        return None
    return next((run for run in reversed(runs) if len(run.value) == longest), None)


def _number(words: Words, language: Language) -> Found | None:
    found = (numbers_zh if language.code == "zh" else numbers_en).numbers(words)
    runs = [run for run in digit_runs(words, language) if run.end - run.start > 1]
    if len(found) > 1 and runs:
        # "one two zero" is a number said digit by digit.
        return runs[-1]
    return found[-1] if found else None


def _text(said: str, language: Language) -> str | None:
    if not language.without_hesitations(said):
        return None
    # Only sounds are taken off: 那个 and the like may be part of what is meant.
    sounds = sorted(one for one in language.hesitations if one.isascii() or len(one) == 1)
    leading = re.compile(rf"(?:{'|'.join(sounds)})(?![a-z'])[\s,，.…]*")
    kept = said.strip()
    while match := leading.match(kept.casefold()):
        kept = kept[match.end() :]
    return kept or None
