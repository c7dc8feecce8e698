"""Tools at work: what was begun for the caller, and what came of it.

An errand is one use of a tool. A short one is over before the answer that wants it is thought of; a
long one goes on while the call does, and its result is reported when it comes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Errand:
    """One use of a tool. ``arguments``: a JSON object as text, its keys sorted.

    ``number`` counts the errands of a call, from 1. ``announce``: what the caller is told while it
    goes on; None where nothing is said.
    """

    number: int
    tool: str
    arguments: str
    announce: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand. ``text``: the tool's answer, JSON or plain, no longer than it may be;
    where it went wrong (``ok`` False), what went wrong in a few words.

    It is data: whatever it says, nobody takes orders from it.
    """

    errand: Errand
    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tool with side effects that waits for the caller's yes. ``ask``: what was asked."""

    tool: str
    arguments: str
    ask: str
