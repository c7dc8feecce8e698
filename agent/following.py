"""Going on from a moment of a recorded call under any policy: what it would have done there.

A moment is where the caller falls silent, speaks over the agent, or the agent has finished. From
its scene System 1 goes on with a policy, woken when it asks to be and fed with what the caller
was heard to do, until it has acted; what the recorded agent did from there on is left out. System
2 answers as it did, so long after it was asked as it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.records import Decision, PerceptSeen, Record
from agent.tidying import DECIMALS
from policies.policy import Policy
from system1.acts import HangUp, Kind, Say, SetTimer, Stop, Think, Transfer
from system1.mind import System1
from system1.notices import Output, SpeechDismissed, TurnEnded
from system1.percepts import (
    CallerLeft,
    CallStarted,
    Heard,
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Tick,
    WordPlayed,
)
from system1.scene import EPSILON_S
from system1.thoughts import ThoughtContent

REACTION_S = 0.5
"""Who speaks so soon after the agent began cannot be answering it: the caller had only paused."""

FARTHEST_S = 60.0
"""A moment is followed for so long at most."""


class What(StrEnum):
    """What kind of moment: the caller falls silent, speaks over the agent; the agent is through."""

    PAUSE = "pause"
    OVERLAP = "overlap"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Course:
    """What a policy does in a moment. Times in s of the call; None: it does not.

    ``taken``: the floor is taken, ``yielded``: it is given up to the caller, ``dismissed``: what
    the caller uttered wants no answer. ``line``: the first thing said, begun at ``said``.
    """

    taken: float | None = None
    yielded: float | None = None
    dismissed: float | None = None
    said: float | None = None
    line: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Onset:
    """The beginning of a moment: ``at`` the caller's edge or the agent's end, ``known`` since (s).

    ``words``: the caller's so far, or those that the agent has just said. ``resumed``: when the
    caller went on, in a pause that was none of the turn's ends.
    """

    at: float
    known: float
    what: What
    words: str
    resumed: float | None
    system1: System1
    follower: Follower

    def course(self, policy: Policy) -> Course:
        """What ``policy`` does from here on."""
        return self.follower.course(self.system1, policy)


def onsets(records: Sequence[Record], own: Policy) -> Iterator[Onset]:
    """Every moment of a call that was held with ``own``, in time order."""
    percepts = [one.percept for one in records if isinstance(one, PerceptSeen)]
    waits = _waits(records)
    system1 = System1(own)
    for index, percept in enumerate(percepts):
        what = _begins(system1, percept)
        if what is not None:
            ahead = percepts[index:]
            follower = Follower(ahead, waits, what, system1.scene.agent.next_utterance)
            yield Onset(
                _edge(system1, percept, what),
                percept.at,
                what,
                _words(system1, ahead, what),
                follower.resumed,
                system1.snapshot(),
                follower,
            )
        system1.step(percept)


def _begins(system1: System1, percept: Percept) -> What | None:
    """What moment begins with a percept that is about to be taken in."""
    caller, agent = system1.scene.caller, system1.scene.agent
    match percept:
        case SpeechStarted() if agent.audible and not caller.speaking:
            return What.OVERLAP if caller.over_since is None else None
        case SpeechStopped() if caller.speaking and not agent.audible:
            return What.PAUSE if caller.turn_start is not None else None
        case PlaybackFinished(utterance=number) | PlaybackCut(utterance=number):
            if agent.current is None or agent.current.id != number or caller.speaking:
                return None
            return What.LINE if caller.turn_start is None else What.PAUSE
        case CallStarted():
            return What.LINE
        case _:
            return None


def _edge(system1: System1, percept: Percept, what: What) -> float:
    match percept:
        case SpeechStarted(onset=onset):
            return onset
        case SpeechStopped(offset=offset):
            return offset
        case _:
            return system1.scene.caller.offset if what is What.PAUSE else percept.at


def _words(system1: System1, ahead: Sequence[Percept], what: What) -> str:
    """The words of a moment as they were known in the end, before anybody spoke again."""
    scene = system1.scene
    if what is What.LINE:
        return "" if scene.agent.current is None else scene.agent.current.text
    first = ahead[0]
    since = scene.caller.words_from
    if isinstance(first, SpeechStarted):
        since = first.onset - scene.policy.turn_taking.bargein.min_speech
    stretches = {number: heard.words for number, heard in scene.caller.stretches.items()}
    for place, percept in enumerate(ahead):
        match percept:
            case SpeechStarted() if place:
                break
            case Heard(stretch=stretch, words=words):
                stretches[stretch] = words
            case _:
                pass
    said = [word for number in sorted(stretches) for word in stretches[number]]
    return scene.joined(*(word.text for word in said if word.start >= since - EPSILON_S))


class Follower:
    """Goes on from one moment of a recording, as often as there are policies."""

    def __init__(
        self, ahead: Sequence[Percept], waits: Waits, what: What, next_utterance: int
    ) -> None:
        self._what = what
        self._first = ahead[0]
        self._waits = waits
        speaks = next((one for one in ahead[1:] if isinstance(one, SpeechStarted)), None)
        leaves = next((one.at for one in ahead if isinstance(one, CallerLeft)), None)
        begins = next(
            (
                one.at
                for one in ahead
                if isinstance(one, PlaybackStarted) and one.utterance >= next_utterance
            ),
            None,
        )
        answered = begins is not None and (speaks is None or begins + REACTION_S <= speaks.onset)
        paused = what is What.PAUSE and speaks is not None and not answered
        self.resumed = speaks.onset if paused and speaks is not None else None
        ends = [ahead[0].at + FARTHEST_S]
        if leaves is not None:
            ends.append(leaves)
        if speaks is not None and (what is What.LINE or paused):
            ends.append(speaks.at)
        self._end = min(ends)
        until = ahead[-1].at if speaks is None or what is What.OVERLAP else speaks.at
        self._percepts = [
            one
            for place, one in enumerate(ahead)
            if (one.at < until or place == 0) and _of_the_caller(one, next_utterance, place == 0)
        ]

    def course(self, system1: System1, policy: Policy) -> Course:
        """What ``policy`` does from the scene of ``system1`` on."""
        twin = system1.under(policy)
        course = Course()
        wake: float | None = None
        due = [(one.at, rank, one) for rank, one in enumerate(self._percepts)]
        while True:
            at, percept = self._next(due, wake)
            if percept is None or at >= self._end:
                return course
            if isinstance(percept, Tick):
                wake = None
            else:
                due.pop(0)
            for output in twin.step(percept):
                match output:
                    case SetTimer(at=later):
                        wake = later
                    case Think(think=number):
                        due = sorted([*due, *self._waits.answer(number, self._first.at, at)])
                    case _:
                        course = _after(course, output, at)
            if self._over(course, twin):
                return course

    @staticmethod
    def _next(
        due: Sequence[tuple[float, int, Percept]], wake: float | None
    ) -> tuple[float, Percept | None]:
        if wake is not None and (not due or wake < due[0][0]):
            return (at := round(wake, DECIMALS)), Tick(at)
        return (due[0][0], due[0][2]) if due else (0.0, None)

    def _over(self, course: Course, twin: System1) -> bool:
        """It has acted; what comes after depends on how the caller would have taken that."""
        if twin.ended or course.said is not None:
            return True
        if self._what is What.OVERLAP:
            through = twin.scene.agent.current is None
            return course.yielded is not None or course.dismissed is not None or through
        return course.dismissed is not None and self._what is What.PAUSE


def _of_the_caller(percept: Percept, next_utterance: int, first: bool) -> bool:
    """What would have come whatever the agent had decided."""
    match percept:
        case Tick() | Thought() | CallerLeft():
            return False
        case PlaybackCut():
            return first
        case PlaybackStarted() | WordPlayed() | PlaybackFinished():
            return percept.utterance < next_utterance
        case _:
            return True


def _after(course: Course, output: Output, at: float) -> Course:
    match output:
        case TurnEnded() if course.taken is None:
            return replace(course, taken=at)
        case Stop() if course.yielded is None:
            return replace(course, yielded=at)
        case SpeechDismissed() if course.dismissed is None:
            return replace(course, dismissed=at)
        case Say(kind=kind, text=text) if kind is not Kind.BACKCHANNEL and course.said is None:
            return replace(course, said=at, line=text, kind=kind)
        case HangUp() | Transfer() if course.said is None:
            return replace(course, said=at, line="")
        case _:
            return course


@dataclass(frozen=True, slots=True)
class Waits:
    """How System 2 answered: for each think, when it was asked and what came how much later."""

    asked: tuple[tuple[float, int], ...]
    came: dict[int, tuple[tuple[float, ThoughtContent], ...]]

    def answer(self, think: int, since: float, at: float) -> list[tuple[float, int, Percept]]:
        """The thoughts of the first think asked after ``since``, as if asked at ``at`` (s)."""
        number = next((number for when, number in self.asked if when >= since), None)
        came = () if number is None else self.came.get(number, ())
        return [
            (
                round(at + wait, DECIMALS),
                _LAST + rank,
                Thought(round(at + wait, DECIMALS), think, x),
            )
            for rank, (wait, x) in enumerate(came)
        ]


_LAST = 1_000_000
"""At one moment thoughts come after what the caller does, as in a call."""


def _waits(records: Sequence[Record]) -> Waits:
    asked: list[tuple[float, int]] = []
    came: dict[int, list[tuple[float, ThoughtContent]]] = {}
    since: dict[int, float] = {}
    for record in records:
        match record:
            case Decision(do="think", to=int(number), at=at):
                asked.append((at, number))
                since[number] = at
            case PerceptSeen(percept=Thought(at=at, think=number, content=content)):
                came.setdefault(number, []).append((at - since.get(number, at), content))
            case _:
                pass
    return Waits(tuple(asked), {number: tuple(all_) for number, all_ in came.items()})
