"""What another policy would have done in a recorded call, moment by moment.

The recording is replayed with the call's own policy. From each moment's scene (see
``agent.following``) both policies go on in the same way, so nothing but the policy differs.

Up to the first act that would have been another (``agent.replay.diverges_at``) that is exact.
After it each moment is an indication: it asks what the other policy would have done there, and
the caller who was there had met the recorded agent, not the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.following import Course, What, onsets
from agent.records import Record
from agent.replay import diverges_at
from agent.tidying import DECIMALS
from policies.policy import Policy

SAME_S = 0.005
"""Times within this are the same for a reader."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a recorded call under both policies. ``at``: its onset (s).

    ``words``: the caller's so far, or those that the agent has just said. ``resumed``: when the
    caller went on, in a pause that was none of the turn's ends. ``exact``: no indication.
    """

    at: float
    what: What
    words: str
    resumed: float | None
    was: Course
    would: Course
    exact: bool

    @property
    def differs(self) -> bool:
        """Whether anybody would have noticed."""
        if self.what is What.OVERLAP:
            return not _close(self.was.yielded, self.would.yielded)
        return (
            not _close(self.was.taken, self.would.taken)
            or not _close(self.was.said, self.would.said)
            or self.was.line != self.would.line
        )

    def cut_in(self, course: Course) -> bool:
        """Whether the floor is taken although the caller only pauses."""
        return self.resumed is not None and course.taken is not None


@dataclass(frozen=True, slots=True)
class Tally:
    """A policy over some moments. ``gaps``: from the ends of turns to the first words (s).

    ``cut_ins``: pauses in which the floor was taken; ``yields``, ``keeps``: overlaps.
    """

    gaps: tuple[float, ...]
    cut_ins: int
    yields: int
    keeps: int


def tally(moments: Sequence[Moment], *, would: bool) -> Tally:
    """What one of the two policies amounts to; pauses that only one of them answers have no gap."""
    courses = [(one, one.would if would else one.was) for one in moments]
    overlaps = [course for one, course in courses if one.what is What.OVERLAP]
    return Tally(
        tuple(
            round(course.said - one.at, DECIMALS)
            for one, course in courses
            if one.what is What.PAUSE and one.resumed is None and course.said is not None
            if one.was.said is not None and one.would.said is not None
        ),
        sum(one.cut_in(course) for one, course in courses),
        sum(course.yielded is not None for course in overlaps),
        sum(course.yielded is None for course in overlaps),
    )


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A recorded call under another policy. ``diverges``: first act that would differ (s)."""

    moments: tuple[Moment, ...]
    diverges: float | None


def counterfactual(records: Sequence[Record], own: Policy, other: Policy) -> Counterfactual:
    """Every moment of a call that was held with ``own``, in time order, under ``other`` too."""
    diverges = diverges_at(records, other)
    found = []
    for one in onsets(records, own):
        exact = diverges is None or one.known <= diverges
        was, would = one.course(own), one.course(other)
        found.append(Moment(one.at, one.what, one.words, one.resumed, was, would, exact))
    return Counterfactual(tuple(found), diverges)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= SAME_S
