"""What must be true of the whole call: one function for each key of ``expect``.

Each gives a check with the moment that decided it: where something happened too often, the
occurrence that was one too many; where it never did, the end of the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent.figures import Figures, response_gaps
from agent.records import CallEnded, ErrandDone, PerceptSeen, Record, ThinkDone, Utterance
from agent.result import Check
from agent.spans import Span
from agent.think_figures import was_for_nothing
from scenarios.director import Spoken
from scenarios.script import Expect, Never, Range
from scenarios.steps import contains
from system1.acts import Kind
from system1.percepts import Thought
from system1.thoughts import Progress

_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is over. ``heard``, ``spoken``: the caller's and the agent's sounds (s).

    ``remembered``: what long-term memory knows of the caller now.
    """

    records: Sequence[Record]
    lines: Sequence[Spoken]
    heard: Sequence[Span]
    spoken: Sequence[Span]
    figures: Figures
    remembered: Mapping[str, str] = field(default_factory=dict)

    @property
    def end(self) -> CallEnded:
        """The record of its end."""
        return next(one for one in reversed(self.records) if isinstance(one, CallEnded))

    @property
    def said(self) -> list[Utterance]:
        """The utterances of which anything was played, in the order of their start."""
        said = [one for one in self.records if isinstance(one, Utterance)]
        return sorted((one for one in said if one.end > one.start), key=lambda one: one.start)


def expectations(expect: Expect, call: Call) -> Iterator[Check]:
    """A check for each thing that a scenario expects of the whole call."""
    if expect.outcome is not None:
        yield outcome(expect.outcome, call)
    if expect.gap_p50 is not None:
        yield gap_p50(expect.gap_p50, call)
    if expect.gap_max is not None:
        yield gap_max(expect.gap_max, call)
    if expect.false_cuts is not None:
        yield false_cuts(expect.false_cuts, call)
    if expect.thinks is not None:
        yield thinks(expect.thinks, call)
    if expect.check_ins is not None:
        yield check_ins(expect.check_ins, call)
    if expect.fillers is not None:
        yield fillers(expect.fillers, call)
    if expect.backchannels is not None:
        yield backchannels(expect.backchannels, call)
    for name, wanted in expect.tools.items():
        yield tools(name, wanted, call)
    for name, value in expect.slots.items():
        yield slot(name, value, call)
    for name, known in expect.remembers.items():
        yield remembers(name, known, call)
    for item in expect.never:
        yield never(item, call)


def outcome(wanted: str, call: Call) -> Check:
    """How the call ended."""
    end = call.end
    message = f"{end.outcome}, by the {end.by}"
    message += "" if end.outcome == wanted else f"; wanted {wanted}"
    return Check(f"outcome is {wanted}", end.outcome == wanted, end.at, message)


def gap_p50(limit: float, call: Call) -> Check:
    """The median response gap; the moment is that of the longest one."""
    median = call.figures.gap_p50_s
    return _gap_check(f"median gap at most {limit:g} s", median, limit, call)


def gap_max(limit: float, call: Call) -> Check:
    """The longest response gap."""
    longest = max(call.figures.gaps_s, default=None)
    return _gap_check(f"every gap at most {limit:g} s", longest, limit, call)


def false_cuts(limit: int, call: Call) -> Check:
    """Agent onsets inside a caller's line or its pause."""
    cuts = [
        one
        for one in call.said
        if one.kind is not Kind.BACKCHANNEL
        and any(line.start < one.start < line.end for line in call.lines if not line.during)
    ]
    name = f"cut-ins by the agent: at most {limit}"
    if len(cuts) <= limit:
        return Check(name, True, call.end.at, f"there were {len(cuts)}")
    message = f'there were {len(cuts)}; here with "{cuts[limit].text}"'
    return Check(name, False, cuts[limit].start, message)


def thinks(wanted: Range, call: Call) -> Check:
    """How often System 2 was asked, abandoned thoughts included, but for those thought ahead."""
    thoughts = [one for one in call.records if isinstance(one, ThinkDone)]
    asked = [one for one in thoughts if not was_for_nothing(one)]
    started = sorted(one.started for one in asked)
    return _count_check("thinks", wanted, started, call)


def tools(name: str, wanted: Range, call: Call) -> Check:
    """How often a tool was used."""
    used = [one for one in call.records if isinstance(one, ErrandDone) and one.tool == name]
    began = sorted(one.started for one in used if one.why not in ("refused", "cancelled"))
    return _count_check(f"uses of {name}", wanted, began, call)


def doubled(missing: Sequence[str], call: Call) -> Check:
    """Whether the scenario stood in for every tool that was used."""
    name = "every tool that is used has a double"
    if not missing:
        return Check(name, True, call.end.at, "it has")
    message = f"none fits what {missing[0]!r} was used with; add one under tools"
    return Check(name, False, call.end.at, message)


def check_ins(wanted: Range, call: Call) -> Check:
    """How many silence check-ins were begun."""
    return _count_check("check-ins", wanted, _starts(Kind.CHECK_IN, call), call)


def fillers(wanted: Range, call: Call) -> Check:
    """How many fillers were begun."""
    return _count_check("fillers", wanted, _starts(Kind.FILLER, call), call)


def backchannels(wanted: Range, call: Call) -> Check:
    """How many backchannels the agent gave."""
    return _count_check("backchannels", wanted, _starts(Kind.BACKCHANNEL, call), call)


def slot(name: str, wanted: str, call: Call) -> Check:
    """The value that a task's slot had last, in thoughts that were not abandoned."""
    abandoned = {
        one.id for one in call.records if isinstance(one, ThinkDone) and one.outcome == "abandoned"
    }
    value, at = None, call.end.at
    for record in call.records:
        match record:
            case PerceptSeen(percept=Thought(think=think, content=Progress(task=task))):
                states = () if task is None or think in abandoned else task.slots
                for state in states:
                    if state.name == name and state.value is not None:
                        value, at = state.value, record.at
            case _:
                pass
    message = "it has no value" if value is None else f"it is {value!r}"
    message += "" if value == wanted else f"; wanted {wanted!r}"
    return Check(f"slot {name} is {wanted!r}", value == wanted, at, message)


def remembers(name: str, wanted: str | None, call: Call) -> Check:
    """What long-term memory knows under a name once the call is over."""
    value = call.remembered.get(name)
    title = f"memory of {name} is " + ("empty" if wanted is None else repr(wanted))
    message = "nothing is remembered" if value is None else f"it is {value!r}"
    message += (
        "" if value == wanted else f"; wanted {'nothing' if wanted is None else repr(wanted)}"
    )
    return Check(title, value == wanted, call.end.at, message)


def never(item: Never, call: Call) -> Check:
    """An utterance that must not be played."""
    what = "utterance" if item.kind is None else item.kind.value
    name = f"never a {what}" + ("" if item.says is None else f" with {item.says!r}")
    for one in call.said:
        if item.kind in (None, one.kind) and contains(one.heard, item.says):
            return Check(name, False, one.start, f'the agent said "{one.heard}"')
    return Check(name, True, call.end.at, "there was none")


def _starts(kind: Kind, call: Call) -> list[float]:
    return [one.start for one in call.said if one.kind is kind]


def _gap_check(name: str, value: float | None, limit: float, call: Call) -> Check:
    if value is None:
        return Check(name, False, call.end.at, "the agent answered nothing, so there is no gap")
    gaps = response_gaps(call.heard, call.spoken, call.said)
    longest = max(gaps, key=lambda gap: gap.length)
    message = f"it is {value:.2f} s; the longest, of {longest.length:.2f} s, ends here"
    return Check(name, value <= limit + _ROUNDING_S, longest.onset, message)


def _count_check(what: str, wanted: Range, at: Sequence[float], call: Call) -> Check:
    """``at``: when each occurrence began (s)."""
    low, high = wanted.min or 0, wanted.max
    bounds = [f"at least {low}"] if wanted.min is not None else []
    bounds += [f"at most {high}"] if high is not None else []
    name = f"{what}: " + (f"exactly {low}" if low == high else ", ".join(bounds))
    if high is not None and len(at) > high:
        return Check(name, False, at[high], f"there were {len(at)}; this was one too many")
    return Check(name, len(at) >= low, call.end.at, f"there were {len(at)}")
