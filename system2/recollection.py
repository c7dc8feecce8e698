"""What a brief remembers, in the forms in which the embedded mind asks for it."""

from __future__ import annotations

from system1.brief import Brief


def turns_of(brief: Brief) -> int:
    """How many turns the caller has had, as far as the brief goes; 1 at least."""
    return max(1, sum(turn.who == "caller" for turn in brief.turns))


def earlier_of(brief: Brief) -> tuple[str, ...]:
    """What the caller said before this turn, oldest first."""
    earlier = tuple(turn.text for turn in brief.turns if turn.who == "caller")
    return earlier[:-1] if earlier[-1:] == (brief.said,) else earlier


def values_of(brief: Brief) -> tuple[tuple[str, str], ...]:
    """What earlier tasks collected; the last one may still be in its place."""
    values = dict(brief.slots)
    if brief.task is not None:
        values |= {slot.name: slot.value for slot in brief.task.slots if slot.value is not None}
    return tuple(values.items())
