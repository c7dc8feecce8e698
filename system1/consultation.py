"""A question to the adviser: what it is about, and all that is sent with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policies.advising import ADVISER, Matter

__all__ = ["ADVISER", "INTERRUPTS", "OPTIONS", "Matter", "Moment", "Shortfall"]

INTERRUPTS = "interrupts"

OPTIONS: dict[Matter, tuple[str, ...]] = {
    Matter.DONE: ("done", "goes_on"),
    Matter.OVERLAP: (INTERRUPTS, "listens", "aside"),
}
"""The answers to choose from; an adviser gives each a probability."""

Shortfall = Literal["late", "failed"]
"""Why there was no answer."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the adviser is told, already masked.

    ``caller``: the words of this turn, or those over the agent. ``asked``: what kind of answer
    the agent's last question wants (``AnswerKind``). ``agent``: the agent's last line, or what
    was heard so far of the one under way. ``language``: BCP 47. ``since``: end of the caller's
    last sound, or the onset of the speech over the agent (s).
    """

    caller: str
    asked: str
    agent: str
    language: str
    since: float
