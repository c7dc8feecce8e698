"""What is remembered of a customer: facts, episodes, and the profile that they make up.

Every time is a ``datetime`` that knows its time zone. A fact is never overwritten: where its value
changes, it ends (``valid_to``) and another begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact as a call teaches it. ``text``: free words to it. ``turn``: the caller's turn in
    which it was learnt, from 1; None where that is not known."""

    name: str
    value: str
    text: str = ""
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as it is kept. ``call``, ``turn``: where it was learnt first.

    It holds from ``valid_from`` to ``valid_to``, None while it does. ``recorded``: when it was
    learnt or last confirmed.
    """

    id: int
    name: str
    value: str
    text: str
    call: str
    turn: int | None
    valid_from: datetime
    valid_to: datetime | None
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """One call. ``call``: its id; ``at``: its beginning; ``turns``: how many the caller had."""

    call: str
    at: datetime
    outcome: str
    summary: str
    turns: int


Memory: TypeAlias = Fact | Episode
"""What a search finds."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a customer. ``facts``: those that hold, the last confirmed first.

    ``episodes``: the last calls, the latest first. ``calls``: how many are remembered.
    """

    facts: tuple[Fact, ...] = ()
    episodes: tuple[Episode, ...] = ()
    calls: int = 0

    def since(self, at: datetime) -> Profile:
        """What of it is no older than ``at``; of the calls, those that are listed are counted."""
        facts = tuple(fact for fact in self.facts if fact.recorded >= at)
        episodes = tuple(one for one in self.episodes if one.at >= at)
        forgotten = len(self.episodes) - len(episodes)
        calls = self.calls if not forgotten else len(episodes)
        return replace(self, facts=facts, episodes=episodes, calls=calls)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write came to. ``embedded``: False where vectors were wanted and could not be had."""

    new: int = 0
    changed: int = 0
    confirmed: int = 0
    embedded: bool = True


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, superseded facts included."""

    customers: int = 0
    facts: int = 0
    episodes: int = 0

    def __bool__(self) -> bool:
        return bool(self.customers or self.facts or self.episodes)
