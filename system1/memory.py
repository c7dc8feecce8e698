"""Short-term memory: bounded, and as heard rather than as generated."""

from __future__ import annotations

from dataclasses import dataclass

from system1.brief import Brief, Turn
from system1.moods import Mood
from system1.questions import Question, TaskState

LAST_TURNS = 12
"""Turns kept. A brief is bounded by this, whatever the length of the call."""


@dataclass(slots=True)
class ShortTermMemory:
    """The last turns, the open question, the task under way and what earlier tasks collected."""

    turns: tuple[Turn, ...] = ()
    question: Question | None = None
    task: TaskState | None = None
    slots: tuple[tuple[str, str], ...] = ()

    def add(self, turn: Turn) -> None:
        """Remember a turn; the oldest beyond ``LAST_TURNS`` is forgotten."""
        self.turns = (*self.turns, turn)[-LAST_TURNS:]

    def take_back(self, start: float) -> None:
        """The caller goes on with the turn from ``start`` (s): it will be added anew, whole."""
        self.turns = tuple(
            turn for turn in self.turns if turn.who == "agent" or turn.start != start
        )

    def follow(self, task: TaskState | None) -> None:
        """The task as it stands; what a task that ended had collected is kept as slots."""
        if self.task is not None and (task is None or task.task != self.task.task):
            self._keep(self.task)
        self.task = task

    def _keep(self, task: TaskState) -> None:
        known = dict(self.slots)
        known |= {slot.name: slot.value for slot in task.slots if slot.value is not None}
        self.slots = tuple(known.items())

    def brief(self, said: str, mood: Mood | None = None) -> Brief:
        """What System 2 needs to answer ``said``, said in this mood."""
        return Brief(said, self.turns, self.question, self.task, self.slots, mood)
