"""tau-voice's and Full-Duplex-Bench's figures, by hand."""

from __future__ import annotations

import pytest

from agent.spans import Span
from scenarios.laboratory.endpointing_scores import Turn
from scenarios.laboratory.events import EventKind, Place
from scenarios.laboratory.floor_scores import Happened, panel, take_over
from tests.scenarios.laboratory.scripted import Scripted


def happened(name: str, kind: EventKind, place: Place = "over_agent") -> Happened:
    """A turn from 1 to 2 s, and an event from 5 to 6 s."""
    return Happened(name, kind, place, Span(1.0, 2.0), Span(5.0, 6.0))


def test_a_yield_is_a_stop_within_two_seconds() -> None:
    events = [happened(name, "interruption") for name in ("soon", "later", "too-late", "never")]
    stops = {"soon": 5.3, "later": 6.9, "too-late": 7.1}
    found = panel(Scripted({1.0: {}}, stops), events, 1.0)
    assert found.yield_rate == 0.5
    assert found.stop_p50_s == pytest.approx(1.1)
    assert found.stop_p95_s == pytest.approx(0.3 + 0.95 * 1.6)


def test_selectivity_over_the_agent_counts_stops_within_a_second() -> None:
    events = [happened(name, "backchannel") for name in ("stops", "stops-later", "keeps", "too")]
    found = panel(Scripted({1.0: {}}, {"stops": 5.5, "stops-later": 6.5}), events, 1.0)
    assert found.selectivity_backchannel == 0.75
    assert found.selectivity_vocal_tic is None


def test_selectivity_in_silence_counts_answers_until_two_seconds_after() -> None:
    names = ("in-it", "soon", "late", "never")
    events = [happened(name, "non_directed", "in_silence") for name in names]
    takes = {"in-it": (5.5,), "soon": (7.9,), "late": (8.1,)}
    assert panel(Scripted({1.0: takes}), events, 1.0).selectivity_non_directed == 0.5


def test_a_response_comes_before_the_caller_speaks_again() -> None:
    events = [happened("a", "interruption"), happened("b", "backchannel")]
    # a: both turns answered; b: only an answer to the backchannel, which is no turn.
    found = panel(Scripted({1.0: {"a": (2.5, 6.5), "b": (6.4,)}}), events, 1.0)
    assert found.response_rate == pytest.approx(2 / 3)


def test_take_over_rates() -> None:
    turns = [
        Turn("cut", (Span(1.0, 2.0), Span(3.0, 4.0))),
        Turn("held", (Span(1.0, 2.0), Span(3.0, 4.0))),
        Turn("answered", (Span(1.0, 2.0),)),
        Turn("ignored", (Span(1.0, 2.0),)),
    ]
    events = [happened("i", "interruption"), happened("b", "backchannel")]
    takes = {"cut": (2.5, 4.5), "held": (4.5,), "answered": (2.4,), "i": (6.5,)}
    found = take_over(Scripted({1.0: takes}, {"i": 5.4, "b": 6.5}), turns, events, 1.0)
    assert (found.pause, found.smooth_turn, found.interruption) == (0.5, 0.5, 1.0)
    assert found.backchannel == 1.0
    assert found.smooth_turn_latency_s == pytest.approx(0.4)
    assert found.stop_p50_s == pytest.approx(0.4)


def test_nothing_to_count_is_nothing() -> None:
    found = panel(Scripted({1.0: {}}), [], 1.0)
    assert (found.yield_rate, found.response_rate, found.stop_p50_s) == (None, None, None)
