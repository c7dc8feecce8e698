"""The corpus of caller turns: which clips there are, dealt out from the texts by seed.

Every text is spoken twice, by two voices over two lines. Voices, rates, bands, noise and manners
are dealt in equal (declared) shares within each category, so that none stands for another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar, get_args

import numpy as np

from scenarios.laboratory.clips import Category, Manner, Recipe
from scenarios.laboratory.texts import PAUSE, Split, SplitTexts, said, texts
from scenarios.script import LineQuality
from system1.questions import AnswerKind, Question

VOICES: Mapping[Split, tuple[str, ...]] = MappingProxyType(
    {
        "tuning": ("en-us+klatt4", "en-us+f5"),
        "held_out": ("en-us+klatt5", "en-us+klatt3", "en-us+f2"),
    }
)
SEEDS: Mapping[Split, int] = MappingProxyType({"tuning": 2009, "held_out": 2011})
RATES = (125, 165, 165, 210)
"""Words a minute: a quarter slow, half normal, a quarter fast."""
BANDS = ("wide", "phone")
SNRS_DB: tuple[float | None, ...] = (*[None] * 4, *[20.0] * 3, *[10.0] * 2, 5.0)
"""The lines' shares of ten: four clean, three at 20 dB, two at 10 dB, one at 5 dB."""
NOISES = ("white", "pink")
MANNERS: tuple[Manner, ...] = ("cut", "comma")
TAKES = 2
"""How often each text is spoken."""

PAUSE_MEDIAN_S, PAUSE_SIGMA = 0.7, 0.7
PAUSE_RANGE_S = (0.4, 2.0)
"""Mid-turn pauses are lognormal; what is drawn outside of the range is drawn again, so that no
length is more frequent for having been clipped to."""

Dealt = TypeVar("Dealt")


@dataclass(frozen=True, slots=True)
class _Line:
    """A text with its category and the question that it answers."""

    category: Category
    text: str
    question: Question | None


def recipes(split: Split) -> tuple[Recipe, ...]:
    """The clips of a split before they are rendered; always the same, in the same order."""
    lines = list(_lines(texts().of(split)))
    return tuple(
        recipe
        for number, category in enumerate(get_args(Category))
        for recipe in _of_category(
            split, number, [line for line in lines if line.category == category]
        )
    )


def few(every: Sequence[Dealt], limit: int | None) -> tuple[Dealt, ...]:
    """``limit`` of them, spread over all; all where there is no limit."""
    if limit is None or limit >= len(every):
        return tuple(every)
    return tuple(every[index * len(every) // limit] for index in range(limit))


def dealt(choices: Sequence[Dealt], count: int, rng: np.random.Generator) -> list[Dealt]:
    """``count`` of ``choices`` in equal shares, in an order that ``rng`` gives."""
    rounds = -(-count // len(choices))
    places = np.concatenate([rng.permutation(len(choices)) for _ in range(rounds)])
    return [choices[int(place)] for place in places[:count]]


def _lines(said_in: SplitTexts) -> Iterator[_Line]:
    for text in said_in.complete:
        yield _Line("complete", text, None)
    hesitant = said_in.hesitant
    for text in hesitant.function_word:
        yield _Line("function_word", text, None)
    for text in hesitant.filler:
        yield _Line("filler", text, None)
    for text in hesitant.content_word:
        yield _Line("content_word", text, None)
    for text in hesitant.whole_clause:
        yield _Line("whole_clause", text, None)
    for text in said_in.digits:
        asked = Question(AnswerKind.DIGITS, "number", len(said(text).split()))
        yield _Line("digits", text, asked)
    for text in said_in.spellings:
        asked = Question(AnswerKind.SPELLING, "name", len(said(text).split()))
        yield _Line("spelling", text, asked)
    for text in said_in.yes_no:
        yield _Line("yes_no", text, Question(AnswerKind.YES_NO))
    for answer in said_in.answers:
        yield _Line("answer", answer.says, Question(answer.kind, answer.slot))


def _of_category(split: Split, number: int, lines: Sequence[_Line]) -> Iterator[Recipe]:
    rng = np.random.default_rng((SEEDS[split], number))
    count = TAKES * len(lines)
    voices, rates = dealt(VOICES[split], count, rng), dealt(RATES, count, rng)
    bands, snrs = dealt(BANDS, count, rng), dealt(SNRS_DB, count, rng)
    noises = dealt(NOISES, count, rng)
    for index in range(count):
        line, take = lines[index // TAKES], index % TAKES
        parts = tuple(line.text.split(PAUSE))
        snr_db = snrs[index]
        yield Recipe(
            name=f"{split}/{line.category}-{index + 1:03d}",
            split=split,
            category=line.category,
            parts=parts,
            pauses_s=tuple(_pause_s(rng) for _ in parts[1:]),
            manner=MANNERS[take % len(MANNERS)],
            voice=voices[index],
            rate=rates[index],
            line=LineQuality.model_validate(
                {"band": bands[index], "noise": "none"}
                if snr_db is None
                else {"band": bands[index], "noise": noises[index], "snr_db": snr_db}
            ),
            question=line.question,
            seed=SEEDS[split] + 1000 * number + index,
            earlier=_earlier(split, line.text, index),
        )


def _earlier(split: Split, text: str, index: int) -> str:
    """Another whole sentence of the same split, in turn."""
    others = [one for one in texts().of(split).complete if one != text]
    return others[index % len(others)]


def _pause_s(rng: np.random.Generator) -> float:
    """A pause (s), to the millisecond."""
    shortest, longest = PAUSE_RANGE_S
    while True:
        drawn = float(rng.lognormal(np.log(PAUSE_MEDIAN_S), PAUSE_SIGMA))
        if shortest <= drawn <= longest:
            return round(drawn, 3)
