"""Whether the same audio gives the same decisions, run again and cut into other chunks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.moments import Silence
from scenarios.laboratory.ours import policy, taken_at

Decisions = tuple[float | None, ...]
"""For each silence of a clip, when the floor is taken at default settings (s)."""


def decisions(silences: Iterable[Silence]) -> Decisions:
    """The decisions in the silences of a clip, at default settings."""
    numbers = policy().turn_taking.endpointing
    return tuple(taken_at(silence, numbers) for silence in silences)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A clip's decisions: the first run's, every other's, and those with coarse chunks."""

    name: str
    first: Decisions
    again: tuple[Decisions, ...]
    coarse: Decisions


@dataclass(frozen=True, slots=True)
class Repeatability:
    """``runs``: with 10 ms chunks. ``differing``: clips with any difference between these.

    ``chunk_differing``: clips whose decisions are others with 80 ms chunks (one taken, one not),
    ``chunk_shift_s``: the largest shift of a decision that both took.
    """

    clips: int
    runs: int
    differing: int
    chunk_differing: int
    chunk_shift_s: float


def repeatability(clips: Sequence[Repeated]) -> Repeatability:
    """Sum over the clips."""
    shifts = [_shift(one.first, one.coarse) for one in clips]
    return Repeatability(
        clips=len(clips),
        runs=1 + max((len(one.again) for one in clips), default=0),
        differing=sum(any(other != one.first for other in one.again) for one in clips),
        chunk_differing=sum(shift is None for shift in shifts),
        chunk_shift_s=max((shift for shift in shifts if shift is not None), default=0.0),
    )


def _shift(first: Decisions, other: Decisions) -> float | None:
    """The largest difference (s) of two clips' decisions; None: they do not match."""
    if [at is None for at in first] != [at is None for at in other]:
        return None
    pairs = zip(first, other, strict=True)
    return max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=0.0)
