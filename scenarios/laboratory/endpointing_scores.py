"""How well the ends of turns are told from pauses: pure functions, each with its source.

Times are seconds; delays count from the true end of speech, that of the last audible sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from agent.figures import percentile
from agent.spans import Span
from scenarios.laboratory.contenders import Contender

EARLY_S = 0.25
"""Before the true boundary by so much still counts as at it: TurnBench's windows, both of them
(a last consonant that is lost in the noise is no cut-in)."""
LATE_S = 3.0
"""TurnBench's longest delay that is still a recognised end of turn."""
SHORTEST_HOLD_S, LONGEST_HOLD_S = 0.2, 5.0
"""Pauses that eot-bench scores."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The truth about a clip: the caller's speech in it, in time order.

    ``ends``: whether its end is scored; one recording that is cut in many places has one end.
    """

    name: str
    spans: tuple[Span, ...]
    ends: bool = True

    @property
    def holds(self) -> tuple[Span, ...]:
        """The pauses in the turn."""
        return tuple(Span(one.end, then.start) for one, then in pairwise(self.spans))

    @property
    def end(self) -> float:
        """The turn's end (s)."""
        return self.spans[-1].end

    @property
    def nearly_over(self) -> float:
        """From when on a floor that is taken counts as at the turn's end (s)."""
        return max(self.end - EARLY_S, self.spans[-1].start)

    @property
    def scored_holds(self) -> tuple[Span, ...]:
        """Those that eot-bench scores."""
        return tuple(h for h in self.holds if SHORTEST_HOLD_S <= h.length <= LONGEST_HOLD_S)


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold of a contender's. ``missed``: ends of turn at which it never came."""

    threshold: float
    cut_rate: float
    delays_s: tuple[float, ...]
    missed: int = 0

    @property
    def p50_s(self) -> float | None:
        """Median delay."""
        return percentile(self.delays_s, 50)

    @property
    def p90_s(self) -> float | None:
        """90th percentile of the delays."""
        return percentile(self.delays_s, 90)

    @property
    def mean_s(self) -> float | None:
        """Mean delay."""
        return float(np.mean(self.delays_s)) if self.delays_s else None


def rate(count: int, of: int) -> float | None:
    """A share; None of nothing."""
    return count / of if of else None


def point(contender: Contender, turns: Sequence[Turn], threshold: float) -> Point:
    """eot-bench's cut-off rate and latency at one threshold.

    ``cutoff_rate = mean over holds (the floor is taken before the hold is over)``;
    ``latency = the floor taken - the end of the turn``, over all clips. As there, every silence
    stands for itself: what was done in the one before does not count. A floor that is taken up
    to ``EARLY_S`` early has a delay of 0 (Full-Duplex-Bench clips so), one that is never taken
    within the clip's tail counts as long as the tail of silence that was waited (eot-bench's
    time-out ``T``), see ``delay``. Source: livekit/eot-bench.
    """
    cuts = holds = missed = 0
    delays: list[float] = []
    for turn in turns:
        for hold in turn.scored_holds:
            holds += 1
            cuts += was_cut(contender, turn.name, hold, threshold)
        if not turn.ends:
            continue
        delay = delay_at(contender, turn, threshold)
        if delay is None:
            missed += 1
        delays.append(TIME_OUT_S if delay is None else delay)
    return Point(threshold, cuts / holds if holds else 0.0, tuple(delays), missed)


TIME_OUT_S = 5.0
"""What an end of turn counts that nobody reacts to: the whole tail of a clip."""


def was_cut(contender: Contender, name: str, hold: Span, threshold: float) -> bool:
    """Whether the floor is taken before the caller goes on."""
    return contender.takes_floor_at(name, hold.start, hold.end, threshold) is not None


def talked_over(contender: Contender, turns: Sequence[Turn], threshold: float) -> int:
    """Stretches of the caller's speech in which the floor is taken, for completeness.

    No published figure counts these: they are what ears do that lose a voice in the noise.
    """
    spans = [(turn.name, span) for turn in turns for span in turn.spans]
    return sum(
        contender.takes_floor_at(name, span.start, span.end - EARLY_S, threshold) is not None
        for name, span in spans
        if span.length > EARLY_S
    )


def delay_at(contender: Contender, turn: Turn, threshold: float) -> float | None:
    """From the turn's end to the floor taken; None: never."""
    at = contender.takes_floor_at(turn.name, turn.nearly_over, None, threshold)
    return None if at is None else max(at - turn.end, 0.0)


def sweep(contender: Contender, turns: Sequence[Turn]) -> tuple[Point, ...]:
    """A point for each of the contender's thresholds."""
    return tuple(point(contender, turns, threshold) for threshold in contender.thresholds)


def operating_point(points: Sequence[Point], most_cuts: float) -> Point | None:
    """Latency at x % false cut-offs, as eot-bench has it: the best setting that cuts no more.

    Of the thresholds with ``cut_rate <= most_cuts`` the one with the lowest median delay (then
    the lowest mean, then the fewest cuts); None where no threshold is that careful.
    """
    able = [one for one in points if one.cut_rate <= most_cuts and one.delays_s]
    return min(able, key=_slowness, default=None)


def _slowness(one: Point) -> tuple[float, float, float]:
    return one.p50_s or 0.0, one.mean_s or 0.0, one.cut_rate


def cut_rate_at(points: Sequence[Point], mean_s: float) -> float | None:
    """False cut-offs at a mean latency (eot-bench's "cutoff @300 ms").

    The lowest cut rate among thresholds whose mean delay is at most ``mean_s``; None where no
    threshold is that fast. (Points between two thresholds are not made up.)
    """
    fast = [one.cut_rate for one in points if one.mean_s is not None and one.mean_s <= mean_s]
    return min(fast, default=None)


@dataclass(frozen=True, slots=True)
class Recognition:
    """TurnBench's figures. Delays in s, over recognised ends; negative: before the end."""

    recall: float | None
    fp_rate: float | None
    p10_s: float | None
    p50_s: float | None
    p90_s: float | None


def recognition(contender: Contender, turns: Sequence[Turn], threshold: float) -> Recognition:
    """TurnBench (SesameAILabs/turnbench).

    An end at t is recognised by a floor taken in ``[t - 0.25, t + 3.0]``; a mid-turn pause is a
    false positive, at most one each, by a floor taken in ``[start - 0.25, end]``. recall and
    fp_rate are shares of the ends and of the pauses, percentiles those of the delays.
    """
    delays: list[float] = []
    false = pauses = 0
    for turn in turns:
        for hold in turn.holds:
            pauses += 1
            start_s = hold.start - EARLY_S
            false += contender.takes_floor_at(turn.name, start_s, hold.end, threshold) is not None
        until_s = turn.end + LATE_S
        at = contender.takes_floor_at(turn.name, turn.nearly_over, until_s, threshold)
        if at is not None:
            delays.append(at - turn.end)
    return Recognition(
        rate(len(delays), len(turns)),
        rate(false, pauses),
        *(percentile(delays, share) for share in (10, 50, 90)),
    )
