"""What turn-taking costs a caller, in seconds, and what numbers cost on labelled moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.moments import floor_taken_at
from policies.policy import Policy
from scenarios.laboratory.labelled import LabelledCall, LabelledOverlap, LabelledSilence
from system1.endpointing import annoyance


@dataclass(frozen=True, slots=True)
class Prices:
    """Seconds of waiting that each mistake is worth.

    Silence grows dearer the longer it lasts (``system1.endpointing``): a cut-in costs as much as
    one silence of so many seconds.

    ``cut_in``: the floor taken in a pause; ``missed_turn``: never taken at a turn's end;
    ``unsettled``: taken there while the recogniser might still change its words, so that the
    answer may be to something else;
    ``false_stop``: stopped for what was no interruption; ``missed_stop``: not stopped for one.
    """

    cut_in: float = 3.0
    missed_turn: float = 5.0
    unsettled: float = 0.5
    false_stop: float = 2.0
    missed_stop: float = 3.0


@dataclass(frozen=True, slots=True)
class Bill:
    """Numbers over some calls. ``delay_s``, ``stop_s``: means of those that were taken, stopped.

    ``cost``: mean price at ends of turns + at pauses + at interruptions + at what was none (s).
    """

    cost: float
    ends: int
    delay_s: float | None
    missed_turns: int
    unsettled: int
    holds: int
    cut_ins: int
    interruptions: int
    stop_s: float | None
    missed_stops: int
    others: int
    false_stops: int


class Pricing:
    """Prices policies that differ in their numbers alone; what was computed is kept."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self._known: dict[tuple[int, str], float | None] = {}

    def bill(self, calls: Sequence[LabelledCall], policy: Policy) -> Bill:
        """What ``policy`` costs on these calls."""
        delays: list[float | None] = []
        unsettled: list[bool] = []
        cuts: list[bool] = []
        stops: list[float | None] = []
        false: list[bool] = []
        for call in calls:
            for one in call.silences:
                taken = self._taken(one, policy)
                if one.ends:
                    delays.append(None if taken is None else taken - one.silence.onset)
                    unsettled.append(taken is not None and not _settled(one, taken))
                else:
                    cuts.append(taken is not None)
            for over in call.overlaps:
                stopped = self._stopped(over, policy)
                if over.yields:
                    stops.append(None if stopped is None else stopped - over.onset.at)
                else:
                    false.append(stopped is not None)
        prices = self.prices

        def dear(silence_s: float) -> float:
            return annoyance(silence_s, policy.turn_taking.endpointing.long_wait)

        cost = (
            _mean([dear(prices.missed_turn if one is None else one) for one in delays])
            + prices.unsettled * _mean(unsettled)
            + dear(prices.cut_in) * _mean(cuts)
            + _mean([prices.missed_stop if one is None else one for one in stops])
            + prices.false_stop * _mean(false)
        )
        waited = [one for one in delays if one is not None]
        stopped_in = [one for one in stops if one is not None]
        return Bill(
            cost,
            len(delays),
            _mean(waited) if waited else None,
            len(delays) - len(waited),
            sum(unsettled),
            len(cuts),
            sum(cuts),
            len(stops),
            _mean(stopped_in) if stopped_in else None,
            len(stops) - len(stopped_in),
            len(false),
            sum(false),
        )

    def _taken(self, one: LabelledSilence, policy: Policy) -> float | None:
        numbers = policy.turn_taking
        shortest = numbers.bargein.min_speech
        key = (id(one), f"{numbers.endpointing!r} {shortest}")
        if key not in self._known:
            self._known[key] = floor_taken_at(
                one.silence, numbers.endpointing, shortest_speech_s=shortest
            )
        return self._known[key]

    def _stopped(self, one: LabelledOverlap, policy: Policy) -> float | None:
        numbers = policy.turn_taking
        key = (id(one), f"{numbers.bargein!r} {numbers.endpointing.words_settle}")
        if key not in self._known:
            self._known[key] = one.onset.course(policy).yielded
        return self._known[key]


def _settled(one: LabelledSilence, at: float) -> bool:
    """Whether the recogniser had finished when the floor was taken."""
    known = [known for known in one.silence.known if known.since <= at]
    return bool(known) and known[-1].settled


def _mean(values: Sequence[float] | Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
