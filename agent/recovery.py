"""Calls whose process died: their journal ends as that of a call ended by error does, and their
other files and the caller's memory are written as at any call's end.

What the journal does not say, such as how much of an utterance was heard, is found out by holding
the call once more over the percepts that it has, with nobody thinking, speaking or listening.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent import files
from agent.call import Call
from agent.figures import Figures, measure
from agent.journal import Journal, JournalError, mend_journal, read_journal, to_json
from agent.opening import extractor_of
from agent.recording import mend_recording, read_recording
from agent.records import (
    CallEnded,
    CallOpened,
    Decision,
    Outcome,
    PerceptSeen,
    Record,
    Remembered,
)
from agent.remembering import Recalled, Remembering
from agent.result import sum_up
from agent.think_time import ThinkTime
from agent.thinking import Thinking
from agent.tidying import DECIMALS
from agent.trouble import log_forgetful, log_unrecovered
from agent.unfinished import Begun, Hold, finished
from policies.policy import Policy
from speech.protocols import SAMPLE_RATE, Audio
from system1.acts import Kind
from system1.brief import Brief
from system1.percepts import CallStarted, Percept, Thought
from system1.questions import Question
from system1.thoughts import ThoughtContent
from system2.desk import BARE_DESK, Desk
from system2.errors import ModelError
from system2.mind import Sent


@dataclass(frozen=True, slots=True)
class Recovered:
    """A call that was finished in its process's place. ``channel``: what carried it, if known."""

    folder: Path
    policy: Policy
    channel: str | None
    began: datetime
    records: tuple[Record, ...]
    figures: Figures

    @property
    def outcome(self) -> Outcome:
        """How it ended: by error, unless its end had been decided already."""
        return self._ended.outcome

    @property
    def duration_s(self) -> float:
        """To the last that is known of it."""
        return self._ended.duration

    @property
    def _ended(self) -> CallEnded:
        return next(one for one in reversed(self.records) if isinstance(one, CallEnded))


def recover(folder: Path) -> Recovered | None:
    """Finish the call of a folder if its process has died; not for an event loop's thread.

    None where there is nothing to finish: no call, one that is finished, one that a process still
    holds, one that had not begun, and, with a line on standard error, one that cannot be finished,
    whose files are left as they are.
    """
    try:
        hold = Hold.take(folder)
        if hold is None:
            return None
        try:
            return _recovered(folder, hold)
        except OSError:
            raise
        except Exception as error:
            hold.give_up()
            log_unrecovered(folder.name, _reason(error))
        finally:
            hold.close()
    except OSError as error:
        # A disk that is full will be tried again.
        log_unrecovered(folder.name, error.strerror or type(error).__name__)
    return None


def _reason(error: Exception) -> str:
    """Why, without a word of what is in the files."""
    match error:
        case JournalError():
            return f"{files.JOURNAL} is not the journal of a call"
        case ValueError():
            return "what is known of its beginning cannot be read"
        case _:
            return type(error).__name__


def _recovered(folder: Path, hold: Hold) -> Recovered | None:
    begun = hold.read()
    journal, recording = folder / files.JOURNAL, folder / files.RECORDING
    records = read_journal(journal)
    opened = next((one for one in records if isinstance(one, CallOpened)), None)
    if not records:
        finished(folder)
        return None
    if opened is None:
        raise JournalError(f"{journal}:1: it has no call_started")
    sound = _sound(recording)
    length_s = 0.0 if sound is None else sound[0].size / SAMPLE_RATE
    closing = asyncio.run(_closing(records, opened, begun, round(length_s, DECIMALS)))
    mend_journal(journal)
    rest = Journal(journal, more=True)
    try:
        for record in closing:
            rest.write(record)
    finally:
        rest.close()
    hold.forget_caller()
    if sound is not None:
        mend_recording(recording)
    whole = (*records, *closing)
    caller, agent = (None, None) if sound is None else sound
    figures = measure(whole, caller, agent)
    # How long it took the process that is gone nobody knows.
    result = sum_up(whole, figures, fidelity="audio", wall_s=0.0)
    files.write_outcome(folder, result, whole, caller, agent, policy=begun.policy)
    return Recovered(folder, begun.policy, begun.channel, begun.began, whole, figures)


def _sound(recording: Path) -> tuple[Audio, Audio] | None:
    """Both channels, as far as they are there; None without a sound."""
    try:
        caller, agent = read_recording(recording)
    except (FileNotFoundError, ValueError):
        return None
    return (caller, agent) if caller.size else None


async def _closing(
    records: Sequence[Record], opened: CallOpened, begun: Begun, length_s: float
) -> list[Record]:
    """What the journal lacks."""
    ended = next((n for n, one in enumerate(records) if isinstance(one, CallEnded)), None)
    remembered = ended is not None and any(isinstance(one, Remembered) for one in records[ended:])
    remembering = None if remembered else await _remembering(begun)
    last_s = max(length_s, *(one.at for one in records))
    how = records[ended] if ended is not None else None
    told = await _told_again(records, opened, begun.policy, remembering, how, last_s)
    return _lacking(records, told)


async def _remembering(begun: Begun) -> Remembering | None:
    if begun.caller_id is None:
        return None
    policy, extractor = begun.policy, None
    try:
        extractor = extractor_of(policy, begun.model)
    except ModelError as error:
        log_forgetful(f"a model was to learn from the call: {type(error).__name__}")
    remembering = Remembering(
        policy, begun.caller_id, begun.began, extractor=extractor, call=begun.call
    )
    if policy.memory.consent is not None:
        # Whether the caller has agreed, in an earlier call, to be remembered.
        await remembering.recall()
    return remembering


async def _told_again(
    records: Sequence[Record],
    opened: CallOpened,
    policy: Policy,
    remembering: Remembering | None,
    ended: Record | None,
    last_s: float,
) -> list[Record]:
    """The records of the same call, held again over its percepts, to its end."""
    thinking = Thinking(_NoMind(), "virtual", ThinkTime())
    journal = Journal()
    call = Call(policy, thinking, _NoMouth(), _unheard, journal, remembering=remembering)
    percepts = [one.percept for one in records if isinstance(one, PerceptSeen)]
    first = percepts[0] if percepts else None
    known = Recalled(first.known, first.calls) if isinstance(first, CallStarted) else Recalled()
    call.begin(opened, known)
    for percept in percepts[1:]:
        _follow(call, thinking, percept)
    if isinstance(ended, CallEnded):
        call.now = max(call.now, ended.at)
        call.stop(ended.outcome)
    call.now = max(call.now, last_s)
    call.stop("error")
    await call.close()
    return journal.records


def _follow(call: Call, thinking: Thinking, percept: Percept) -> None:
    done = thinking.follow(percept) if isinstance(percept, Thought) else None
    call.perceive(percept)
    if done is not None and call.ended is None:
        call.journal.write(replace(done, at=round(max(done.at, call.now), DECIMALS)))


def _lacking(records: Sequence[Record], told: Sequence[Record]) -> list[Record]:
    """Those of ``told`` that come after the last percept of ``records`` and are not there."""
    was = [_line(one) for one in records if isinstance(one, Decision)]
    now = [_line(one) for one in told if isinstance(one, Decision)]
    closing = _after_percepts(told, sum(isinstance(one, PerceptSeen) for one in records))
    if now[: len(was)] != was:
        # Another version decides otherwise: what it says of the end is of another call.
        closing = [one for one in closing if isinstance(one, CallEnded | Remembered)]
    there = Counter(map(_line, records))
    lacking = []
    for record in closing:
        line = _line(record)
        if there[line]:
            there[line] -= 1
        elif not (isinstance(record, CallEnded) and any(isinstance(r, CallEnded) for r in records)):
            lacking.append(record)
    return lacking


def _after_percepts(records: Sequence[Record], count: int) -> list[Record]:
    seen = 0
    for at, record in enumerate(records):
        if seen == count:
            return list(records[at:])
        seen += isinstance(record, PerceptSeen)
    return []


def _line(record: Record) -> str:
    return json.dumps(to_json(record))


class _NoMind:
    """Thinks nothing: what was thought stands in the journal."""

    async def think(
        self, brief: Brief, desk: Desk = BARE_DESK
    ) -> AsyncIterator[ThoughtContent | Sent]:
        """Nothing."""
        nothing: tuple[ThoughtContent, ...] = ()
        for thought in nothing:
            yield thought

    async def close(self) -> None:
        """There is nothing to give back."""


class _NoMouth:
    """Says nothing: what was heard of it stands in the journal."""

    def say(self, utterance: int, kind: Kind, text: str, more: bool, rate: float = 1.0) -> None:
        """Not again."""

    def say_more(self, utterance: int, text: str, more: bool) -> None:
        """Not again."""

    def press(self, digits: str) -> None:
        """Not again."""

    def stop(self, utterance: int, fade_s: float) -> None:
        """It did."""

    def duck(self, utterance: int, gain_db: float) -> None:
        """It did."""

    def resume(self, utterance: int) -> None:
        """It did."""

    def close(self) -> None:
        """There is nothing to give back."""


def _unheard(question: Question | None) -> None:
    """No ears wait for an answer."""
