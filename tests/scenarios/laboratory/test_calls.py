"""When the agent sounded: pauses between words are none of its silences, a stop is one."""

from __future__ import annotations

from agent.spans import Span
from scenarios.laboratory.calls import sounding

LINE = (Span(1.0, 2.0), Span(2.5, 4.0))


def test_a_breath_is_no_silence() -> None:
    assert sounding(LINE, [1.0]) == (Span(1.0, 4.0),)


def test_who_soon_says_something_else_had_stopped() -> None:
    assert sounding(LINE, [1.0, 2.48]) == LINE


def test_a_longer_silence_is_one() -> None:
    apart = (Span(1.0, 2.0), Span(2.7, 4.0))
    assert sounding(apart, [1.0]) == apart
