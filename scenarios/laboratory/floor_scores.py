"""How well a floor is yielded, kept and taken: pure functions, each with its source.

tau-voice: tau2-bench, docs/interaction-metrics.md; Full-Duplex-Bench v1 and v1.5 as implemented
there. Times are seconds; an agent is taken to speak when the recorded one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.figures import percentile
from agent.spans import Span
from scenarios.laboratory.contenders import Contender
from scenarios.laboratory.endpointing_scores import Turn, delay_at, rate, was_cut
from scenarios.laboratory.events import EventKind, Place

YIELD_S = 2.0
"""tau-voice: a yield is a stop within this of the interruption's onset."""
MISTAKEN_YIELD_S = 1.0
"""tau-voice: a stop within this of a backchannel, tic or side talk is a selectivity error."""
MISTAKEN_ANSWER_S = 2.0
"""tau-voice: so is an answer within this of one that falls into the agent's silence."""
ANSWER_S = 5.0
"""A turn that got no answer for so long got none: the line of clips and calls ends."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as it happened in a call. ``turn``: the caller's turn before it."""

    name: str
    kind: EventKind
    place: Place
    turn: Span
    event: Span


@dataclass(frozen=True, slots=True)
class Floor:
    """tau-voice's panel. Shares; seconds for ``stop``; None where there was nothing to count."""

    yield_rate: float | None
    stop_p50_s: float | None
    stop_p95_s: float | None
    selectivity_backchannel: float | None
    selectivity_vocal_tic: float | None
    selectivity_non_directed: float | None
    response_rate: float | None


def panel(contender: Contender, happened: Sequence[Happened], threshold: float) -> Floor:
    """tau-voice's R_Y, L_Y (here the median and p95), selectivity S_BC/S_VT/S_ND and R_R.

    ``R_Y``: interruptions after which the agent is silent within 2.0 s / all; ``stop``: onset to
    silence, over those. ``S``: 1 - errors / all. ``R_R``: caller's turns (those before the events,
    and the interruptions) that are answered before the caller speaks again / all.
    """
    interruptions = [one for one in happened if one.kind == "interruption"]
    stops = [stop for one in interruptions if (stop := stop_of(contender, one, YIELD_S))]
    answered = [_answered(contender, one.turn, one, threshold) for one in happened]
    answered += [_answered(contender, one.event, one, threshold) for one in interruptions]
    return Floor(
        rate(len(stops), len(interruptions)),
        percentile(stops, 50),
        percentile(stops, 95),
        selectivity(contender, happened, "backchannel", threshold),
        selectivity(contender, happened, "vocal_tic", threshold),
        selectivity(contender, happened, "non_directed", threshold),
        rate(sum(answered), len(answered)),
    )


def stop_of(contender: Contender, one: Happened, within_s: float) -> float | None:
    """Seconds from the event's onset to the agent's silence; None: not within ``within_s``."""
    at = contender.stops_at(one.name, one.event.start)
    if at is None or at - one.event.start > within_s:
        return None
    return at - one.event.start


def selectivity(
    contender: Contender, happened: Sequence[Happened], kind: EventKind, threshold: float
) -> float | None:
    """tau-voice's selectivity for one kind of event: ``1 - errors / all``.

    An error is a stop within 1.0 s of the onset where the agent speaks, and a floor that is
    taken by 2.0 s after the end where it waits.
    """
    ours = [one for one in happened if one.kind == kind]
    errors = sum(mistaken(contender, one, threshold) for one in ours)
    wrong = rate(errors, len(ours))
    return None if wrong is None else 1.0 - wrong


def mistaken(contender: Contender, one: Happened, threshold: float) -> bool:
    """Whether this event, which did not concern the agent, was taken to do so."""
    if one.place == "over_agent":
        return stop_of(contender, one, MISTAKEN_YIELD_S) is not None
    until_s = one.event.end + MISTAKEN_ANSWER_S
    return contender.takes_floor_at(one.name, one.event.start, until_s, threshold) is not None


def _answered(contender: Contender, turn: Span, one: Happened, threshold: float) -> bool:
    last = one.event.start if turn is one.turn else float("inf")
    until_s = min(turn.end + ANSWER_S, last)
    return contender.takes_floor_at(one.name, turn.end - 0.25, until_s, threshold) is not None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Full-Duplex-Bench's take-over rates: low is good for the first two, high for the others."""

    pause: float | None
    backchannel: float | None
    smooth_turn: float | None
    smooth_turn_latency_s: float | None
    interruption: float | None
    stop_p50_s: float | None
    stop_p95_s: float | None


def take_over(
    contender: Contender,
    turns: Sequence[Turn],
    happened: Sequence[Happened],
    threshold: float,
) -> TakeOver:
    """Full-Duplex-Bench v1's TOR (``mean(TO)``) and v1.5's ``t_stop``, on our own clips.

    ``pause``: turns with pauses in one of which the floor is taken; ``smooth_turn``: turns
    without a pause that are answered, and the mean latency of those; ``backchannel``: backchannels
    over the agent after which it falls silent within 2 s; ``interruption``: interruptions that
    are answered. ``stop``: interruption's onset to silence. (There a take-over is judged from
    transcribed words, longer than 1 s or 3 words; here from the floor itself.)
    """
    hesitant = [turn for turn in turns if turn.holds]
    cut = sum(
        any(was_cut(contender, turn.name, hold, threshold) for hold in turn.holds)
        for turn in hesitant
    )
    smooth = [turn for turn in turns if not turn.holds]
    delays = [d for one in smooth if (d := delay_at(contender, one, threshold)) is not None]
    backchannels = [one for one in happened if one.kind == "backchannel"]
    fooled = sum(stop_of(contender, one, YIELD_S) is not None for one in backchannels)
    interruptions = [one for one in happened if one.kind == "interruption"]
    answered = sum(_answered(contender, one.event, one, threshold) for one in interruptions)
    stops = [stop for one in interruptions if (stop := stop_of(contender, one, YIELD_S))]
    return TakeOver(
        rate(cut, len(hesitant)),
        rate(fooled, len(backchannels)),
        rate(len(delays), len(smooth)),
        sum(delays) / len(delays) if delays else None,
        rate(answered, len(interruptions)),
        percentile(stops, 50),
        percentile(stops, 95),
    )
