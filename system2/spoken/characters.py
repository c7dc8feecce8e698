"""Digits and letters said one by one: "four two one nine", "s for sugar w one a", 幺三八.

A word may be read in several ways ("oh" is 0 or O; "twenty three" is 23, or 20 and 3), so the
words span a lattice whose edges carry characters and a cost. The cheapest path whose
characters the slot accepts is the value.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from system1.language import Language
from system2.spoken import characters_en, characters_zh
from system2.spoken.corrections import denied
from system2.spoken.edges import Edge, Reading
from system2.spoken.found import Found, Words

Accept = Callable[[str], str | None]
"""From characters (upper case) to the canonical value, or None where they do not fit."""

_DROP = 0.4
"""Cost of leaving out a word that need not be a character ("a", "for", "see")."""

_GAP = 0.1
"""Cost of a word between two stretches that are read as one value."""

_DOUBT = 0.5
"""Highest cost for each character of a value: more guesses than that are no value."""

_MOST_PATHS = 4000
"""Paths looked at before giving up; a bound on the work for a long utterance."""

_MOST_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int


def find_characters(
    words: Words, language: Language, accept: Accept, *, letters: bool
) -> Found | None:
    """The last stretch of spoken characters that ``accept`` takes.

    Where no stretch does by itself, neighbouring ones are read as one value ("four two ...
    then it's one nine"). Without ``letters`` only digits are read.
    """
    readings = _readings(words, language, letters)
    stretches = list(_stretches(readings))
    turned_down = False
    for stretch in reversed(stretches):
        for part in (stretch, *_parts(stretch, readings)):
            if found := _cheapest(part, readings, accept):
                if not denied(found, words, language):
                    return found
                turned_down = True
    if len(stretches) > 1 and not turned_down:
        whole = _Stretch(stretches[0].start, stretches[-1].end)
        return _cheapest(whole, readings, accept, over_gaps=True)
    return None


def digit_runs(words: Words, language: Language) -> list[Found]:
    """The digits of every stretch, each read in the cheapest way."""
    readings = _readings(words, language, letters=False)
    found = (
        _cheapest(stretch, readings, lambda text: text or None) for stretch in _stretches(readings)
    )
    return [one for one in found if one]


def _readings(words: Words, language: Language, letters: bool) -> list[Reading]:
    read = characters_zh.reading if language.code == "zh" else characters_en.reading
    return [
        Reading(skip=True, edges=(Edge(at + 1, "", 0.0),))
        if language.is_hesitation((word,))
        else read(words, at, letters)
        for at, word in enumerate(words)
    ]


def _stretches(readings: list[Reading]) -> Iterator[_Stretch]:
    at = 0
    while at < len(readings):
        start, covered = at, at
        while at < len(readings) and (readings[at].edges or at < covered):
            covered = max([covered, *(edge.end for edge in readings[at].edges)])
            at += 1
        if any(edge.text for reading in readings[start:at] for edge in reading.edges):
            yield _Stretch(start, at)
        at = max(at, start + 1)


def _parts(stretch: _Stretch, readings: list[Reading]) -> Iterator[_Stretch]:
    """A stretch cut at "and", "then" and the like, the last part first."""
    cuts = [at for at in range(stretch.start, stretch.end) if readings[at].link]
    ends = [stretch.start - 1, *cuts, stretch.end]
    if cuts:
        for before, after in reversed(list(itertools.pairwise(ends))):
            if after > before + 1:
                yield _Stretch(before + 1, after)


def _cheapest(
    stretch: _Stretch, readings: list[Reading], accept: Accept, *, over_gaps: bool = False
) -> Found | None:
    queue: list[tuple[float, int, str, int]] = [(0.0, -stretch.start, "", -1)]
    looked = 0
    seen: set[tuple[int, str]] = set()
    while queue and looked < _MOST_PATHS:
        cost, negative, text, first = heapq.heappop(queue)
        at = -negative
        if (at, text) in seen:
            continue
        seen.add((at, text))
        looked += 1
        if at == stretch.end:
            sure = cost <= _DOUBT * len(text)
            if text and sure and (value := accept(text)) is not None:
                return Found(value, max(first, stretch.start), stretch.end)
            continue
        reading = readings[at]
        for edge in reading.edges:
            longer = text + edge.text
            if edge.end <= stretch.end and len(longer) <= _MOST_CHARACTERS:
                begun = at if first < 0 and edge.text else first
                heapq.heappush(queue, (cost + edge.cost, -edge.end, longer, begun))
        if not reading.must and (reading.edges or over_gaps):
            left_out = _DROP if reading.edges else _GAP
            heapq.heappush(queue, (cost + left_out, -(at + 1), text, first))
    return None
