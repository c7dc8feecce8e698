"""The question that the agent has just asked, and the task it belongs to.

Both minds and the ears use these: endpointing waits longer for digits, the recogniser
switches its grammar, System 2 reads the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnswerKind(StrEnum):
    """What kind of answer is awaited; each has its own pause statistics."""

    FREE = "free"
    YES_NO = "yes_no"
    DIGITS = "digits"
    SPELLING = "spelling"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Question:
    """A question under way. ``length``: how many digits or letters the answer has, if known.

    ``least``, ``most``: how many it has where that varies, by the slot's pattern; spaces and
    hyphens do not count.
    """

    kind: AnswerKind
    slot: str | None = None
    length: int | None = None
    least: int | None = None
    most: int | None = None

    @property
    def lengths(self) -> tuple[int, int] | None:
        """The least and the greatest number of digits and letters; None if not known."""
        if self.length is not None:
            return self.length, self.length
        if self.least is None:
            return None
        return self.least, self.least if self.most is None else max(self.most, self.least)


@dataclass(frozen=True, slots=True)
class Slot:
    """What a task knows so far. ``attempts`` counts answers that did not fit."""

    name: str
    value: str | None = None
    confirmed: bool = False
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task under way: its slots in the policy's order, and the one being asked or confirmed."""

    task: str
    slots: tuple[Slot, ...] = ()
    asking: str | None = None
    confirming: bool = False
