"""A stage for the director: an agent whose utterances are given, on a line without sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.figures import measure
from agent.records import CallEnded, CallOpened, Decision, Outcome, PerceptSeen, Record, Utterance
from agent.result import Check
from agent.spans import Span, agent_spans, bridged
from scenarios.checks import Call, expectations
from scenarios.director import CallerAct, Director, HangUp
from scenarios.script import Scenario
from system1.acts import Because, Kind
from system1.percepts import PlaybackCut, PlaybackFinished, PlaybackStarted

BECAUSE = Because("test")


@dataclass(frozen=True)
class Said:
    """An utterance of the agent's. ``heard``: what was played of it, if it was cut."""

    start: float
    end: float
    text: str = "Hello."
    kind: Kind = Kind.REPLY
    heard: str | None = None


@dataclass
class Played:
    """How the call went."""

    director: Director
    acts: list[CallerAct]
    records: list[Record]
    checks: tuple[Check, ...]

    def check(self, name: str) -> Check:
        """The check whose name begins so."""
        found = [one for one in self.checks if one.name.startswith(name)]
        assert len(found) == 1, (name, [one.name for one in self.checks])
        return found[0]

    @property
    def failed(self) -> list[str]:
        return [one.name for one in self.checks if not one.passed]

    @property
    def onsets(self) -> list[float]:
        return [round(one.at, 2) for one in self.acts if not isinstance(one, HangUp)]


def script(steps: Sequence[object], **more: object) -> Scenario:
    """A scenario of these steps."""
    top = {"scenario": "a-test", "policy": "broadband", "steps": list(steps)}
    return Scenario.model_validate({**top, **more})


def play(
    scenario: Scenario,
    said: Sequence[Said],
    *,
    length: float = 1.0,
    ends: tuple[float, Outcome] | None = None,
    others: Sequence[Record] = (),
) -> Played:
    """Lead a call from event to event; every caller's line is ``length`` s long.

    ``ends``: when and how the agent ends it, if it does; else the caller's leaving does.
    """
    director = Director(scenario, dict.fromkeys(range(len(scenario.steps)), length))
    records: list[Record] = [CallOpened(0.0, "broadband", None, "text", "grounded", "en")]
    todo = sorted((*_told(said), *others), key=lambda one: one.at)
    acts: list[CallerAct] = []
    now = 0.0
    while not isinstance(records[-1], CallEnded):
        while todo and todo[0].at <= now:
            records.append(todo.pop(0))
            director.hear(records[-1])
        new = director.act(now)
        acts += new
        if ends is not None and now >= ends[0]:
            records.append(CallEnded(now, ends[1], "agent", now))
        elif any(isinstance(act, HangUp) for act in new):
            records.append(CallEnded(now, "caller_hung_up", "caller", now))
        if isinstance(records[-1], CallEnded):
            director.hear(records[-1])
        else:
            dues = [director.due(), todo[0].at if todo else None, ends[0] if ends else None]
            soon = min(due for due in dues if due is not None)
            assert soon > now, "it would wait for ever"
            now = soon
    ended = records[-1]
    assert isinstance(ended, CallEnded)
    return Played(director, acts, records, _checks(scenario, director, records, ended.at))


def _checks(
    scenario: Scenario, director: Director, records: list[Record], end: float
) -> tuple[Check, ...]:
    lines = director.spoken
    spans = [Span(line.start, min(line.end, end)) for line in lines]
    call = Call(
        records=records,
        lines=lines,
        heard=bridged(spans, 0.0),
        spoken=agent_spans(records, None),
        figures=measure(records, None, None, spans),
    )
    return (*director.finish(end), *expectations(scenario.expect, call))


def _told(said: Sequence[Said]) -> list[Record]:
    records: list[Record] = []
    for number, one in enumerate(said):
        heard = one.text if one.heard is None else one.heard
        cut = one.heard is not None
        over = (
            PlaybackCut(one.end, number, len(heard)) if cut else PlaybackFinished(one.end, number)
        )
        records += [
            Decision(one.start, "say", number, BECAUSE, one.text, one.kind),
            PerceptSeen(one.start, PlaybackStarted(one.start, number)),
            PerceptSeen(one.end, over),
            Utterance(one.end, number, one.kind, one.text, one.start, one.end, heard, cut, BECAUSE),
        ]
    return records
