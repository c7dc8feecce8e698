"""Moments whose right decision is known: silences (hold or end), overlaps (keep or yield).

For a scripted call the script knows: a line is over after its last part, and ``keeps`` and
``stops`` say what speech over the agent was. For a recorded call it is read off what the caller
did: who went on had only paused, and speech over the agent that became an answered turn was
meant to stop it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from agent.following import REACTION_S, Onset, What, onsets
from agent.moments import Silence, remembered
from agent.recorded import RecordedCall
from agent.records import CallerTurn, Decision, PerceptSeen, Record
from policies.policy import Policy
from scenarios.director import Spoken
from scenarios.runner import ScenarioResult
from scenarios.script import Scenario
from system1.percepts import PlaybackStarted, SpeechStarted

_EDGE_S = 0.25
"""The ears date the edges of a line within this of where they are (s)."""


@dataclass(frozen=True, slots=True)
class LabelledSilence:
    """``ends``: the caller's turn is over; else the caller goes on at ``silence.until``."""

    silence: Silence
    ends: bool


@dataclass(frozen=True, slots=True)
class LabelledOverlap:
    """``yields``: the agent is to stop; else to talk on."""

    onset: Onset
    yields: bool


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """One call's moments; ``name`` tells it from others."""

    name: str
    silences: tuple[LabelledSilence, ...]
    overlaps: tuple[LabelledOverlap, ...]


def scripted_call(name: str, played: ScenarioResult, policy: Policy) -> LabelledCall:
    """The moments of a scripted call that was held with ``policy``."""
    silences = []
    percepts = [one.percept for one in played.records if isinstance(one, PerceptSeen)]
    starts = [one.onset for one in percepts if isinstance(one, SpeechStarted)]
    for silence in remembered(policy, percepts):
        line = _line_at(played.lines, silence.onset)
        if line is None or not _speaks(played.script, line):
            continue
        ends = silence.onset >= line.end - _EDGE_S
        until = next((start for start in starts if start > silence.onset), None)
        labelled = _labelled(silence, None if ends else until)
        if labelled is not None and (ends or until is not None):
            silences.append(LabelledSilence(labelled, ends))
    overlaps = []
    truth = _overlap_truth(played.script, played.lines)
    for onset in onsets(played.records, policy):
        if onset.what is not What.OVERLAP:
            continue
        line = _line_at(played.lines, onset.at)
        if line is not None and line.step in truth:
            overlaps.append(LabelledOverlap(onset, truth[line.step]))
    return LabelledCall(name, tuple(silences), tuple(overlaps))


def recorded_call(name: str, call: RecordedCall) -> LabelledCall:
    """The moments of a recorded call in which the caller's behaviour tells what was right."""
    percepts = call.percepts
    starts = [one.onset for one in percepts if isinstance(one, SpeechStarted)]
    silences = []
    for silence in remembered(call.policy, percepts):
        spoke = next((start for start in starts if start > silence.known[-1].offset), None)
        answer = _answer_to(silence, call.records)
        if spoke is not None and (answer is None or spoke < answer + REACTION_S):
            labelled = _labelled(silence, spoke)
        else:
            labelled = None if answer is None else _labelled(silence, None)
        if labelled is not None:
            silences.append(LabelledSilence(labelled, labelled.until is None))
    turns = [one for one in call.records if isinstance(one, CallerTurn) and one.text]
    overlaps = [
        LabelledOverlap(onset, any(one.start <= onset.at + _EDGE_S < one.end for one in turns))
        for onset in onsets(call.records, call.policy)
        if onset.what is What.OVERLAP
    ]
    return LabelledCall(name, tuple(silences), tuple(overlaps))


def _labelled(silence: Silence, until: float | None) -> Silence | None:
    """The silence as it really ended; None if nothing was known before that."""
    known = tuple(takewhile(lambda one: until is None or one.since < until, silence.known))
    return replace(silence, until=until, known=known) if known else None


def _answer_to(silence: Silence, records: Sequence[Record]) -> float | None:
    """When the agent was first heard after it took the turn that this silence ended (s)."""
    taken = next(
        (
            one.at
            for one in records
            if isinstance(one, Decision) and one.do == "take_turn"
            if one.at >= silence.known[0].since
        ),
        None,
    )
    if taken is None:
        return None
    return next(
        (
            one.at
            for one in records
            if isinstance(one, PerceptSeen) and isinstance(one.percept, PlaybackStarted)
            if one.at >= taken
        ),
        None,
    )


def _line_at(lines: Sequence[Spoken], at: float) -> Spoken | None:
    found = [one for one in lines if one.start - _EDGE_S <= at <= one.end + _EDGE_S]
    return found[-1] if found else None


def _speaks(script: Scenario, line: Spoken) -> bool:
    """Whether a line is speech that wants an answer once it is over."""
    step = script.steps[line.step].caller
    truth = _overlap_truth(script, [line])
    return step is not None and step.say is not None and truth.get(line.step, True)


def _overlap_truth(script: Scenario, lines: Sequence[Spoken]) -> dict[int, bool]:
    """For each step said over the agent that a check speaks of: whether the agent is to stop."""
    return {
        line.step: yields
        for line in lines
        if line.during
        for yields in _verdict_after(script, line.step)
    }


def _verdict_after(script: Scenario, step: int) -> Iterator[bool]:
    for later in script.steps[step + 1 :]:
        if later.agent is not None:
            if later.agent.keeps is not None:
                yield False
            elif later.agent.stops is not None:
                yield True
            return
