"""The director: reads the script during the call and tells the caller when to do what.

It does no I/O and knows no clock. It is handed the journal's records as they are written and
asked what the caller does at a time; how a line sounds is no matter to it, only how long it is.
So the same director leads a call of audio and a call of words.

A step is reached when the one before it is settled: an agent's step when the utterance that fits
has begun (so that the caller can talk over it), a caller's line when it has begun (so that the
agent may answer into it), ``keeps`` and ``stops`` when the utterance is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from agent.records import Record
from agent.result import Check
from scenarios import verdicts
from scenarios.overheard import Listener, Overheard
from scenarios.script import Scenario
from scenarios.steps import AgentStep, CallerStep, contains
from system1.acts import Kind

LATE_S = 10.0
"""How much longer than ``within`` an utterance is awaited, so that a check can say how late (s)."""
WAIT_S = 30.0
"""How long an utterance without ``within``, or the end of the call, is awaited (s)."""
_ROUNDING_S = 1e-9


@dataclass(frozen=True, slots=True)
class Speak:
    """The caller begins step ``step`` (from 0) at ``at``: a line, a sound or keys."""

    step: int
    at: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller leaves the line."""

    at: float


CallerAct: TypeAlias = Speak | HangUp


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line that the caller has begun: first and last audible sample (s)."""

    step: int
    start: float
    end: float
    during: bool


@dataclass(slots=True)
class _Reached:
    """The step that the call has come to, and what had been said by then.

    ``begun``: how many utterances; of those before ``mark`` none will do for this step.
    """

    step: int
    mark: int
    begun: int
    under_way: Overheard | None
    since: float
    after_silence: bool


@dataclass(frozen=True, slots=True)
class _Match:
    utterance: Overheard
    reference: float


class Director:
    """Leads the caller through ``script``; ``lengths``: seconds that each caller's step sounds."""

    def __init__(self, script: Scenario, lengths: Mapping[int, float]) -> None:
        self._script = script
        self._lengths = lengths
        self._listener = Listener()
        self._reached = _Reached(0, 0, 0, None, 0.0, False)
        self._checks: dict[int, Check] = {}
        self._matches: dict[int, _Match] = {}
        self._talked_over: Overheard | None = None
        self._interrupted: set[int] = set()
        self._quiet_until: float | None = 0.0
        self._quiet_after: tuple[Overheard, float] | None = None
        self._onset = 0.0
        self._until = 0.0
        self._left: str | None = None
        self.spoken: list[Spoken] = []

    def hear(self, record: Record) -> None:
        """Take in a record of the call's journal, in its order."""
        self._listener.hear(record)

    def act(self, now: float) -> list[CallerAct]:
        """What the caller does at ``now`` (s); times must not fall."""
        acts: list[CallerAct] = []
        while self._left is None and self._listener.ended is None:
            if not self._settle(now, acts):
                break
        return acts

    def due(self) -> float | None:
        """When ``act`` may next have something to do although no record comes (s)."""
        if self._left is not None or self._listener.ended is not None:
            return None
        times = [self._script.limit]
        if self._reached.step >= len(self._script.steps):
            times.append(self._leaves_at() or self._script.limit)
        else:
            step = self._script.steps[self._reached.step]
            soon = self._expires_at(step.agent) if step.agent else self._starts_at(step.caller)
            times.append(self._script.limit if soon is None else soon)
            if step.caller is not None and step.caller.during is not None and soon is None:
                times.append(self._awaited_since() + WAIT_S)
        return min(times)

    def finish(self, now: float) -> tuple[Check, ...]:
        """The verdicts on the steps, in their order, once the call is over."""
        self._settle_last(now)
        ended = self._listener.ended
        why = self._left or ("the call was over" + ("" if ended is None else f" ({ended.outcome})"))
        at = now if ended is None else ended.at
        for index, match in self._matches.items():
            step = self._script.steps[index].agent
            assert step is not None
            one = match.utterance
            self._checks[index] = verdicts.arrived(
                index + 1, step, one, match.reference, interrupted=one.id in self._interrupted
            )
        for index in range(self._reached.step, len(self._script.steps)):
            if index not in self._checks:
                step_ = self._script.steps[index]
                self._checks[index] = verdicts.not_reached(index + 1, step_, at, why)
        return tuple(self._checks[index] for index in sorted(self._checks))

    @property
    def answered(self) -> bool:
        """Whether the agent has said something, and has finished saying it."""
        return any(one.end is not None for one in self._listener.said)

    # Steps

    def _settle(self, now: float, acts: list[CallerAct]) -> bool:
        """Settle the step under way if it can be; False: it has to wait."""
        index = self._reached.step
        if now >= self._script.limit:
            if index < len(self._script.steps):
                step = self._script.steps[index]
                self._checks[index] = verdicts.out_of_time(index + 1, step, now)
            return self._leave(now, acts, f"the limit of {self._script.limit:g} s")
        if index >= len(self._script.steps):
            leaves = self._leaves_at()
            if leaves is None or now < leaves - _ROUNDING_S:
                return False
            return self._leave(now, acts, "the script was over")
        step = self._script.steps[index]
        if step.caller is not None:
            return self._caller(index, step.caller, now, acts)
        assert step.agent is not None
        return self._agent(index, step.agent, now, acts)

    def _agent(self, index: int, step: AgentStep, now: float, acts: list[CallerAct]) -> bool:
        if step.keeps:
            return self._keeps(index, now)
        if step.stops is not None:
            return self._stops(index, step, now, acts)
        said = self._listener.said
        for place in range(self._reached.mark, len(said)):
            one = said[place]
            if _fits(step, one):
                self._matches[index] = _Match(one, self._reference(one))
                self._reach(index + 1, now, mark=place + 1)
                return True
        expires = self._expires_at(step)
        if expires is None or now < expires - _ROUNDING_S:
            return False
        meanwhile = " / ".join(one.planned for one in self._listener.said[self._reached.mark :])
        since = self._awaited_since()
        return self._fail(verdicts.never_came(index + 1, step, now, since, meanwhile), acts)

    def _keeps(self, index: int, now: float) -> bool:
        one = self._talked_over or self._listener.under_way(now)
        one = one or (self._listener.said[-1] if self._listener.said else None)
        if one is not None and one.end is None:
            return False
        self._checks[index] = verdicts.kept(index + 1, one, now)
        self._reach(index + 1, now)
        return True

    def _stops(self, index: int, step: AgentStep, now: float, acts: list[CallerAct]) -> bool:
        one = self._talked_over
        check = verdicts.stopped(index + 1, step, one, self._onset, now)
        if one is not None and one.end is None:
            expires = self._expires_at(step)
            if expires is None or now < expires - _ROUNDING_S:
                return False
            return self._fail(check, acts)
        self._checks[index] = check
        self._reach(index + 1, now)
        return True

    def _caller(self, index: int, step: CallerStep, now: float, acts: list[CallerAct]) -> bool:
        if step.silent is not None:
            self._keep_quiet(step.silent)
            self._reach(index + 1, now, after_silence=True)
            return True
        starts = self._starts_at(step)
        if starts is None or now < starts - _ROUNDING_S:
            if step.during and starts is None and now >= self._awaited_since() + WAIT_S:
                return self._fail(verdicts.nobody_to_talk_over(index + 1, step, now), acts)
            return False
        self._talked_over = self._listener.under_way(now)
        mark = len(self._listener.said)
        if step.during is not None and (anchor := self._anchor()) is not None:
            mark = self._listener.said.index(anchor) + 1
            self._interrupted |= {anchor.id, (self._talked_over or anchor).id}
        if step.hangs_up:
            self._reach(index + 1, now)
            return self._leave(now, acts, "the caller had hung up")
        self._onset, self._until = now, now + self._lengths[index]
        self.spoken.append(Spoken(index, now, self._until, step.during is not None))
        acts.append(Speak(index, now))
        self._reach(index + 1, now, mark=mark)
        return True

    def _reach(
        self, index: int, now: float, *, mark: int | None = None, after_silence: bool = False
    ) -> None:
        """Come to the next step: what sounds now, and what has sounded, is its past."""
        self._reached = _Reached(
            step=index,
            mark=self._reached.mark if mark is None else mark,
            begun=len(self._listener.said),
            under_way=next((one for one in self._listener.said if one.end is None), None),
            since=self._listener.last_end(),
            after_silence=after_silence,
        )

    # Times

    def _reference(self, one: Overheard) -> float:
        """The end of the step before: what ``within`` of an utterance counts from (s).

        After a silence that is the last sound of either side: the agent may have answered
        something before the caller's silence told.
        """
        if self._reached.after_silence:
            return max(self._until, self._listener.last_end(before=one.start))
        return self._awaited_since(one)

    def _awaited_since(self, one: Overheard | None = None) -> float:
        """The same where nothing has come yet; what still sounds puts it off (s)."""
        reached = self._reached
        if reached.after_silence:
            return max(self._until, self._listener.last_end())
        before = reached.under_way
        end = before.end if before is not None and before is not one else None
        return max(self._until, reached.since, end or 0.0)

    def _expires_at(self, step: AgentStep) -> float | None:
        """When an agent's step is given up; None while something puts it off (s)."""
        if step.keeps:
            return None
        if step.stops is not None:
            return self._onset + step.stops + LATE_S
        before = self._reached.under_way
        sounding = self._listener.speaking() if self._reached.after_silence else False
        if sounding or (before is not None and before.end is None):
            return None
        return self._awaited_since() + (WAIT_S if step.within is None else step.within + LATE_S)

    def _starts_at(self, step: CallerStep | None) -> float | None:
        """When the caller's line begins if nothing more happens; None: not as things stand (s)."""
        quiet = self._silence_over()
        if step is None or quiet is None:
            return None
        if step.during is not None:
            anchor = self._anchor()
            if anchor is None:
                return None
            return max(anchor.start + (step.at or 0.0), self._until, quiet)
        if self._listener.speaking():
            return None
        gap = self._script.caller.gap if step.after is None else step.after
        return max(max(self._until, self._listener.last_end()) + gap, quiet)

    def _anchor(self) -> Overheard | None:
        """The utterance that a line is said over: the one under way, else the next."""
        if self._reached.under_way is not None:
            return self._reached.under_way
        return next(iter(self._listener.said[self._reached.begun :]), None)

    def _keep_quiet(self, seconds: float) -> None:
        before = self._reached.under_way
        base = max(self._until, self._reached.since, self._silence_over() or 0.0)
        if before is not None and before.end is None:
            self._quiet_after, self._quiet_until = (before, seconds), None
        else:
            self._quiet_until = max(base, before.end or 0.0 if before else 0.0) + seconds

    def _silence_over(self) -> float | None:
        """Until when the script keeps the caller quiet; None: that is not known yet (s)."""
        if self._quiet_after is not None and self._quiet_after[0].end is not None:
            one, seconds = self._quiet_after
            self._quiet_until = max(self._until, one.end or 0.0) + seconds
            self._quiet_after = None
        return self._quiet_until

    def _leaves_at(self) -> float | None:
        """When the caller leaves after the last step (s).

        Who expects the agent to end the call gives it time to do so.
        """
        quiet = self._silence_over()
        if self._listener.speaking() or quiet is None:
            return None
        wanted = self._script.expect.outcome
        leaves = wanted in (None, "caller_hung_up") and self._script.caller.policy is None
        patience = self._script.caller.gap if leaves else WAIT_S
        return max(max(self._until, self._listener.last_end()) + patience, quiet)

    # Ends

    def _fail(self, check: Check, acts: list[CallerAct]) -> bool:
        assert check.step is not None
        assert check.at is not None
        self._checks[check.step - 1] = check
        return self._leave(check.at, acts, f"step {check.step} had failed")

    def _leave(self, now: float, acts: list[CallerAct], why: str) -> bool:
        self._left = why
        if (one := self._listener.under_way(now)) is not None:
            self._interrupted.add(one.id)
        acts.append(HangUp(now))
        return False

    def _settle_last(self, now: float) -> None:
        """Steps that only waited for an utterance to end have their verdict at the call's end."""
        while self._left is None and self._reached.step < len(self._script.steps):
            step = self._script.steps[self._reached.step].agent
            if step is None or not self._agent(self._reached.step, step, now, []):
                break


def _fits(step: AgentStep, one: Overheard) -> bool:
    """Whether a step awaits this utterance. A backchannel says nothing: it must be asked for."""
    kinds = (one.kind,) if one.kind is Kind.BACKCHANNEL else (None, one.kind)
    return step.kind in kinds and contains(one.planned, step.says)
