"""What the agent has said lately, and where its task stood: how loops are told from talk."""

from __future__ import annotations

from dataclasses import dataclass

from system1.questions import TaskState

WINDOW = 3
"""The last replies are looked at, so many times the number that makes a loop: two or three lines
that take turns are a loop as well."""

MOST_KEPT = 60


@dataclass(frozen=True, slots=True)
class Repetition:
    """The agent's last replies with the state of the task at their end, oldest first."""

    said: tuple[tuple[str, TaskState | None], ...] = ()

    def after(self, text: str, task: TaskState | None) -> Repetition:
        """With one more reply."""
        return Repetition((*self.said, (text, task))[-MOST_KEPT:])

    def times(self, text: str, task: TaskState | None, limit: int, whole: bool) -> int:
        """How often ``text`` was said with the task as it stands, of late.

        A reply whose rest is still to come (``whole`` False) counts as the same if it begins
        the same: so far it got nowhere.
        """
        return sum(
            state == task and (before == text or (not whole and before.startswith(text)))
            for before, state in self.said[-WINDOW * limit :]
        )


NO_REPETITION = Repetition()
"""Nothing was said yet."""
