"""What stands on the time line of a report, and where: everything in percent of the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.figures import OVERLAP_GAP_S, barge_ins
from agent.records import (
    Decision,
    FloorChange,
    PerceptSeen,
    Record,
    ThinkDone,
    Utterance,
)
from agent.report.words import Placed, agent_words, caller_turns, caller_words, unheard
from agent.result import Check
from agent.spans import Span, both, bridged
from agent.wording import Wording, clock, evidence, length
from system1.notices import FloorState

SHOWN_ACTS = (
    "say", "stop", "duck", "resume", "take_turn", "reopen_turn", "disregard", "think", "abandon",
    "transfer", "hang_up", "send_dtmf",
)  # fmt: skip
_MARK_S = 0.2
"""Marks closer than this would cover each other at reading zoom, so they take another row."""
_MARK_ROWS = 3
_TICKS_S = (1, 2, 5, 10, 30, 60, 300)
_MOST_TICKS = 400


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasts: a speech span, a floor state, an overlap. ``name`` is its class."""

    start: float
    end: float
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance as a box around its words. ``rest``: what was never heard."""

    start: float
    end: float
    kind: str
    label: str
    heard: str
    rest: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """The caller's turn as a caption for when single words are too small to read."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An act: when, what, by which rule, on what evidence, and the row that it is drawn in."""

    at: float
    do: str
    label: str
    text: str
    rule: str
    evidence: tuple[tuple[str, str], ...]
    row: int


@dataclass(frozen=True, slots=True)
class Flag:
    """The checks that failed at one moment: name and message of each."""

    at: float
    checks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ThinkBar:
    """One call of System 2. ``first_text``: when it could have begun to speak (s), if it did."""

    start: float
    end: float
    first_text: float | None
    outcome: str
    speculative: bool
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All lanes of the time line, each in time order."""

    duration: float
    ticks: tuple[tuple[float, str], ...]
    caller_speech: tuple[Span, ...]
    agent_speech: tuple[Span, ...]
    caller_words: tuple[Placed, ...]
    agent_words: tuple[Placed, ...]
    turns: tuple[Turn, ...]
    said: tuple[Said, ...]
    floor: tuple[Stretch, ...]
    overlaps: tuple[Span, ...]
    stops: tuple[Span, ...]
    marks: tuple[Mark, ...]
    thinks: tuple[ThinkBar, ...]
    flags: tuple[Flag, ...]

    @property
    def mark_rows(self) -> int:
        """How many rows the marks take, at least one."""
        return 1 + max((mark.row for mark in self.marks), default=0)

    def x(self, at: float) -> str:
        """A time as a percentage of the call's length, to a thousandth."""
        return _percent(min(max(at, 0.0), self.duration) / self.duration)

    def w(self, start: float, end: float) -> str:
        """A stretch's width as a percentage of the call's length."""
        return _percent(max(0.0, min(end, self.duration) - max(start, 0.0)) / self.duration)


def lay_out(
    records: Sequence[Record],
    duration: float,
    caller_speech: Sequence[Span],
    agent_speech: Sequence[Span],
    failed: Sequence[Check],
    words: Wording,
) -> Timeline:
    """The time line of a call from its journal and from who was audible when."""
    utterances = sorted(
        (one for one in records if isinstance(one, Utterance) and one.end > one.start),
        key=lambda one: one.start,
    )
    percepts = [record.percept for record in records if isinstance(record, PerceptSeen)]
    return Timeline(
        duration=duration,
        ticks=_ticks(duration),
        caller_speech=tuple(caller_speech),
        agent_speech=tuple(agent_speech),
        caller_words=caller_words(percepts),
        agent_words=agent_words(percepts, utterances),
        turns=tuple(Turn(one.start, one.end, one.text) for one in caller_turns(records)),
        said=tuple(_said(one, words) for one in utterances),
        floor=_floor(records, duration, words),
        overlaps=bridged(both(caller_speech, agent_speech), OVERLAP_GAP_S),
        stops=tuple(barge_ins(caller_speech, agent_speech, utterances)),
        marks=_marks([one for one in records if isinstance(one, Decision)], words),
        thinks=tuple(_think(one, words) for one in records if isinstance(one, ThinkDone)),
        flags=flags(failed),
    )


def flags(failed: Sequence[Check]) -> tuple[Flag, ...]:
    """Failed checks by the moment that they failed; those without one have no flag."""
    moments: dict[float, list[tuple[str, str]]] = {}
    for check in failed:
        if check.at is not None:
            moments.setdefault(check.at, []).append((check.name, check.message))
    return tuple(Flag(at, tuple(checks)) for at, checks in sorted(moments.items()))


def _said(one: Utterance, words: Wording) -> Said:
    kind = str(one.kind)
    label = words.named("kind", kind)
    return Said(one.start, one.end, kind, label, one.heard, unheard(one).strip(), one.cut)


def _floor(records: Sequence[Record], duration: float, words: Wording) -> tuple[Stretch, ...]:
    """Floor states from the first change's source to the end of the call."""
    changes = [record for record in records if isinstance(record, FloorChange)]
    if not changes:
        return ()
    states: list[tuple[float, FloorState]] = [(0.0, changes[0].source)]
    states += [(change.at, change.target) for change in changes]
    ends = [at for at, _ in states[1:]] + [duration]
    return tuple(
        Stretch(at, end, str(state), words.named("floor", str(state)))
        for (at, state), end in zip(states, ends, strict=True)
        if end > at
    )


def _marks(decisions: Sequence[Decision], words: Wording) -> tuple[Mark, ...]:
    free = [float("-inf")] * _MARK_ROWS
    marks = []
    for one in decisions:
        if one.do not in SHOWN_ACTS:
            continue
        row = next((row for row in range(_MARK_ROWS) if one.at >= free[row]), _MARK_ROWS - 1)
        free[row] = one.at + _MARK_S
        label = words.named("act", one.do)
        if one.kind is not None:
            label += f" · {words.named('kind', str(one.kind))}"
        because = one.because
        target = one.to if isinstance(one.to, str) else ""
        text = one.text or target
        marks.append(Mark(one.at, one.do, label, text, because.rule, evidence(because), row))
    return tuple(marks)


def _think(one: ThinkDone, words: Wording) -> ThinkBar:
    end = one.at if one.done is None else one.done
    label = f"{length(max(0.0, end - one.started))} · {words.named('thought', one.outcome)}"
    if one.speculative:
        label += f" · {words('speculative')}"
    if one.tokens_in or one.tokens_out:
        label += f" · {one.tokens_in} → {one.tokens_out} {words('tokens')}"
    first = one.first_text
    return ThinkBar(one.started, max(end, one.started), first, one.outcome, one.speculative, label)


def _percent(share: float) -> str:
    return f"{100 * share:.3f}".rstrip("0").rstrip(".")


def _ticks(duration: float) -> tuple[tuple[float, str], ...]:
    step = next((one for one in _TICKS_S if duration / one <= _MOST_TICKS), _TICKS_S[-1])
    return tuple((float(at), clock(at)[:-2]) for at in range(0, int(duration) + 1, step))
