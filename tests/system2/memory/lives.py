"""Calls and facts to remember, and times to remember them at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from system2.memory.profile import Episode, Fact, Memory, NewFact, Profile
from system2.memory.store import LongTermMemory

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def call(name: str, at: datetime = START, summary: str = "asked about a bill") -> Episode:
    """An episode."""
    return Episode(name, at, "caller_hung_up", summary, 3)


def learn(
    store: LongTermMemory, who: str, episode: str, at: datetime = START, **facts: str
) -> None:
    """A call of ``who``'s that taught these facts."""
    new = [NewFact(key, value, "", turn) for turn, (key, value) in enumerate(facts.items(), 1)]
    store.write(who, call(episode, at), new, at)


def known(profile: Profile) -> dict[str, str]:
    """Names and values."""
    return {fact.name: fact.value for fact in profile.facts}


def values(found: tuple[Memory, ...]) -> list[str]:
    """What was found, in short."""
    return [one.value if isinstance(one, Fact) else one.summary for one in found]
