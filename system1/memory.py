"""Short-term memory: bounded, and as heard rather than as generated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from system1.brief import Brief, Turn
from system1.errands import Errand, Outcome, Proposal
from system1.moods import Mood
from system1.plan import Plan
from system1.questions import Question, TaskState

LAST_TURNS = 12
"""Turns kept. A brief is bounded by this, whatever the length of the call."""

MOST = 24
"""Notes, errands and news kept at most."""


@dataclass(slots=True)
class ShortTermMemory:
    """The last turns, the open question, the task under way and what earlier tasks collected.

    ``known``, ``noted``, ``proposed``, ``errands``, ``news``, ``plan``: as in ``Brief``. ``asked``:
    the last question that was asked for a slot. ``calls``: how many calls long-term memory knows.
    ``settled``: names and values that this call has collected or confirmed, each with the caller's
    turn, from 1, that did. ``given_up``: errands that were thought of ahead, for nothing.
    """

    turns: tuple[Turn, ...] = ()
    question: Question | None = None
    task: TaskState | None = None
    slots: tuple[tuple[str, str], ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    calls: int = 0
    settled: tuple[tuple[str, str, int], ...] = ()
    noted: tuple[tuple[str, str], ...] = ()
    proposed: Proposal | None = None
    errands: tuple[Errand, ...] = ()
    news: tuple[Outcome, ...] = ()
    plan: Plan | None = None
    asked: Question | None = None
    given_up: tuple[int, ...] = ()

    def recall(
        self, known: tuple[tuple[str, str], ...], calls: int = 0, slots: Collection[str] = ()
    ) -> None:
        """What long-term memory knows of the caller.

        What is known of ``slots`` is taken for collected: a task confirms it instead of asking.
        """
        self.known, self.calls = known, calls
        self.slots = tuple(one for one in known if one[0] in slots)

    def note(self, name: str, value: str) -> None:
        """Something for long-term memory; the latest value of a name counts."""
        others = tuple(one for one in self.noted if one[0] != name)
        self.noted = (*others, (name, value))[-MOST:]

    def stepped(self, said: str) -> None:
        """The next step of the mind's own plan has been said: what comes after it the mind says."""
        if self.plan is not None and self.plan.step == said:
            self.plan = replace(self.plan, step=None)

    def set_out(self, errand: Errand) -> None:
        """A long errand is under way."""
        self.errands = (*self.errands, errand)[-MOST:]

    def give_up(self, numbers: tuple[int, ...]) -> None:
        """Nobody waits for these errands any more."""
        self.given_up = (*self.given_up, *numbers)[-MOST:]
        self.errands = tuple(one for one in self.errands if one.number not in numbers)
        self.news = tuple(one for one in self.news if one.errand.number not in numbers)

    def returned(self, outcome: Outcome) -> None:
        """It is over: that is news, unless nobody wanted to know any more."""
        if outcome.errand.number in self.given_up:
            return
        self.errands = tuple(one for one in self.errands if one.number != outcome.errand.number)
        self.news = (*self.news, outcome)[-MOST:]

    def told(self, news: tuple[Outcome, ...]) -> None:
        """These are no news any more."""
        numbers = {outcome.errand.number for outcome in news}
        self.news = tuple(one for one in self.news if one.errand.number not in numbers)

    def add(self, turn: Turn) -> None:
        """Remember a turn; the oldest beyond ``LAST_TURNS`` is forgotten."""
        self.turns = (*self.turns, turn)[-LAST_TURNS:]

    def take_back(self, start: float) -> None:
        """The caller goes on with the turn from ``start`` (s): it will be added anew, whole."""
        self.turns = tuple(
            turn for turn in self.turns if turn.who == "agent" or turn.start != start
        )

    def follow(self, task: TaskState | None, turn: int = 0) -> None:
        """The task as it stands; what a task that ended had collected is kept as slots.

        ``turn``: the caller's turn that has brought it there.
        """
        for slot in task.slots if task is not None else ():
            if slot.confirmed and slot.value is not None:
                self._settle(slot.name, slot.value, turn)
        if self.task is not None and (task is None or task.task != self.task.task):
            self._keep(self.task)
        self.task = task

    def _settle(self, name: str, value: str, turn: int) -> None:
        if any(one[:2] == (name, value) for one in self.settled):
            return
        others = tuple(one for one in self.settled if one[0] != name)
        self.settled = (*others, (name, value, turn))

    def _keep(self, task: TaskState) -> None:
        known = dict(self.slots)
        known |= {slot.name: slot.value for slot in task.slots if slot.value is not None}
        self.slots = tuple(known.items())

    def brief(self, said: str, mood: Mood | None = None) -> Brief:
        """What System 2 needs to answer ``said``, said in this mood."""
        return Brief(
            said,
            self.turns,
            self.question,
            self.task,
            self.slots,
            mood,
            self.known,
            self.noted,
            self.proposed,
            self.errands,
            self.news,
            self.plan,
        )
