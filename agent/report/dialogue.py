"""The conversation as people read it: who said what, what was heard of it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from agent.figures import Gap
from agent.records import (
    CallEnded,
    Decision,
    ErrandDone,
    PerceptSeen,
    Record,
    Remembered,
    ThinkDone,
    Utterance,
)
from agent.report.timeline import flags
from agent.report.words import caller_turns, unheard
from agent.result import Check
from agent.wording import Wording, evidence, joined, length, used
from system1.percepts import Heard, SoundEvent

Side: TypeAlias = Literal["caller", "agent", "note"]

_WITHIN_S = 0.25
"""A word this far outside a turn still belongs to it: turn edges come from voice activity."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the conversation. ``name`` is its class: an utterance's kind, a note's sort.

    ``rest``: the part of the text that was never heard. ``gap``: how long the caller had waited.
    ``more``: checks that failed at the same moment. ``rule``, ``evidence``: why it was said.
    """

    start: float
    end: float
    side: Side
    name: str
    label: str
    text: str
    rest: str = ""
    cut: bool = False
    gap: str = ""
    more: int = 0
    rule: str = ""
    evidence: tuple[tuple[str, str], ...] = ()


def conversation(
    records: Sequence[Record], gaps: Sequence[Gap], failed: Sequence[Check], words: Wording
) -> tuple[Line, ...]:
    """All lines in time order; at the same time callers, agents, notes."""
    lines = [*_turns(records), *_asides(records, words), *_failures(failed)]
    for record in records:
        match record:
            case Utterance():
                lines.append(_utterance(record, gaps, words))
            case ThinkDone():
                lines.append(_thought(record, words))
            case Decision(do="transfer" | "hang_up" | "send_dtmf" as do):
                text = words.named("act", do)
                if isinstance(record.to, str):
                    text += f" → {record.to}"
                lines.append(_because(record, do, text))
            case PerceptSeen(percept=SoundEvent(sound=sound, detail=detail), at=at):
                lines.append(
                    Line(at, at, "note", "sound", "", f"{sound} {detail}".replace("_", " ").strip())
                )
            case ErrandDone(started=started, done=done):
                text = used(record, words)
                lines.append(Line(started, done, "note", "tool", "", text))
            case Remembered(at=at, op=op, detail=detail):
                text = f"{words('memory')}: {op} {detail}".strip()
                lines.append(Line(at, at, "note", "memory", "", text))
            case CallEnded(at=at, outcome=outcome):
                text = words.named("outcome", outcome)
                lines.append(Line(at, at, "note", "end", "", text))
            case _:
                pass
    order = {"caller": 0, "agent": 1, "note": 2}
    return tuple(sorted(lines, key=lambda line: (line.start, order[line.side], line.end)))


def _turns(records: Sequence[Record]) -> list[Line]:
    """The caller's turns, each with the reason why it was taken as over."""
    taken = {
        record.at: record.because
        for record in records
        if isinstance(record, Decision) and record.do == "take_turn"
    }
    lines = []
    for turn in caller_turns(records):
        because = taken.get(turn.at)
        line = Line(turn.start, turn.end, "caller", "turn", "", turn.text)
        if because is not None:
            line = replace(line, rule=because.rule, evidence=evidence(because))
        lines.append(line)
    return lines


def _utterance(one: Utterance, gaps: Sequence[Gap], words: Wording) -> Line:
    waited = [gap for gap in gaps if one.start - 0.1 <= gap.onset <= one.start + 0.1]
    return Line(
        one.start,
        one.end,
        "agent",
        str(one.kind),
        words.named("kind", str(one.kind)),
        one.heard,
        rest=unheard(one),
        cut=one.cut,
        gap=length(waited[0].length) if waited else "",
        rule=one.because.rule,
        evidence=evidence(one.because),
    )


def _thought(one: ThinkDone, words: Wording) -> Line:
    end = one.at if one.done is None else one.done
    took = length(max(0.0, end - one.started))
    text = f"{words('thought')} {took} · {words.named('thought', one.outcome)}"
    if one.tokens_in or one.tokens_out:
        text += f" · {one.tokens_in} → {one.tokens_out} {words('tokens')}"
    cites = tuple(("cites", cite) for cite in one.cites)
    return Line(one.started, end, "note", "thought", "", text, evidence=cites)


def _because(one: Decision, name: str, text: str) -> Line:
    because = one.because
    rule, told = because.rule, evidence(because)
    return Line(one.at, one.at, "note", name, "", text, rule=rule, evidence=told)


def _failures(failed: Sequence[Check]) -> list[Line]:
    """A line for each moment, with its first check and how many more failed then."""
    lines = []
    for flag in flags(failed):
        (name, message), *others = flag.checks
        more = len(others)
        lines.append(Line(flag.at, flag.at, "note", "failure", name, message, more=more))
    return lines


def _asides(records: Sequence[Record], words: Wording) -> list[Line]:
    """What the caller said outside every turn: a backchannel over the agent, say."""
    turns = caller_turns(records)
    said = [record for record in records if isinstance(record, Utterance)]
    last: dict[int, Heard] = {}
    for record in records:
        match record:
            case PerceptSeen(percept=Heard() as heard):
                last[heard.stretch] = heard
            case _:
                pass
    lines = []
    for heard in last.values():
        outside = [
            word
            for word in heard.words
            if not any(
                turn.start - _WITHIN_S <= word.start and word.end <= turn.end + _WITHIN_S
                for turn in turns
            )
        ]
        if outside:
            text = joined([word.text for word in outside])
            start, end = outside[0].start, outside[-1].end
            over = any(one.start < end and start < one.end for one in said)
            label = words("over_agent") if over else ""
            lines.append(Line(start, end, "caller", "aside", label, text))
    return lines
