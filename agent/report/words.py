"""The words of a call at their times, and the row each needs so that none covers another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.records import CallerTurn, Record, Utterance
from agent.wording import is_wide
from system1.percepts import Heard, Percept, PlaybackStarted, Word, WordPlayed

_READING_PX_PER_S = 120.0
"""The zoom at which rows are laid out; the page opens at it."""
_LATIN_PX, _CJK_PX, _GAP_PX = 7.4, 12.5, 7.0
_ROWS = 2
_LATEST_S = 0.4


@dataclass(frozen=True, slots=True)
class Placed:
    """A word on the time line, drawn at ``drawn`` (s) in ``row``, counted from the waveform."""

    text: str
    start: float
    end: float
    drawn: float
    row: int


def caller_words(percepts: Sequence[Percept]) -> tuple[Placed, ...]:
    """The caller's words as they were last heard, stretch by stretch."""
    stretches: dict[int, tuple[Word, ...]] = {}
    for percept in percepts:
        match percept:
            case Heard(stretch=stretch, words=now):
                stretches[stretch] = now
            case _:
                pass
    words = [word for stretch in sorted(stretches) for word in stretches[stretch]]
    return _in_rows((word.text, word.start, word.end) for word in words)


def caller_turns(records: Sequence[Record]) -> tuple[CallerTurn, ...]:
    """The caller's turns as they ended up: a turn that was reopened counts as it ended last."""
    turns: list[CallerTurn] = []
    for record in records:
        if isinstance(record, CallerTurn):
            while turns and turns[-1].end > record.start:
                turns.pop()
            turns.append(record)
    return tuple(turns)


def unheard(utterance: Utterance) -> str:
    """The part of an utterance's text that was never played."""
    if utterance.text.startswith(utterance.heard):
        return utterance.text[len(utterance.heard) :]
    return "" if utterance.heard else utterance.text


def agent_words(percepts: Sequence[Percept], utterances: Sequence[Utterance]) -> tuple[Placed, ...]:
    """The agent's words as they were played; one whole text where no word was reported."""
    texts = {one.id: one for one in utterances}
    since: dict[int, tuple[float, int]] = {}
    words: list[tuple[str, float, float]] = []
    for percept in percepts:
        match percept:
            case PlaybackStarted(at=at, utterance=utterance):
                since[utterance] = (at, 0)
            case WordPlayed(at=at, utterance=utterance, chars=chars) if utterance in texts:
                one = texts[utterance]
                start, heard = since.get(utterance, (one.start, 0))
                word = one.text[heard:chars].strip()
                if word:
                    words.append((word, start, at))
                since[utterance] = (at, max(chars, heard))
            case _:
                pass
    timed = {utterance for utterance, (_, heard) in since.items() if heard}
    words += [(one.heard, one.start, one.end) for one in utterances if one.id not in timed]
    return _in_rows(sorted((word for word in words if word[0]), key=lambda word: word[1]))


def _in_rows(words: Iterable[tuple[str, float, float]]) -> tuple[Placed, ...]:
    """Words in one row, drawn a little late where the one before needs the room.

    When that would be later than a reader forgives, a new row begins at the word's own time.
    """
    free = [0.0] * _ROWS
    row = 0
    placed = []
    for text, start, end in words:
        if free[row] <= start:
            row = 0 if free[0] <= start else row
        elif free[row] - start > _LATEST_S:
            row = free.index(min(free))
        drawn = max(start, min(free[row], start + _LATEST_S))
        free[row] = drawn + _width_s(text)
        placed.append(Placed(text, start, end, round(drawn, 3), row))
    return tuple(placed)


def _width_s(text: str) -> float:
    """Seconds that a word covers when it is drawn at reading zoom."""
    px = sum(_CJK_PX if is_wide(char) else _LATIN_PX for char in text)
    return (px + _GAP_PX) / _READING_PX_PER_S
