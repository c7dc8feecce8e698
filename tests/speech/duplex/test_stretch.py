"""Which of the caller's sound an engine is sent."""

from __future__ import annotations

import numpy as np

from speech.duplex.stretch import AFTER_S, BEFORE_S, Stretches
from speech.protocols import SAMPLE_RATE, Audio

TICK = SAMPLE_RATE // 100


def ticks(begin: int, end: int) -> list[Audio]:
    return [np.full(TICK, at, np.float32) for at in range(begin, end)]


def hear(stretches: Stretches, begin: int, end: int) -> None:
    for tick in ticks(begin, end):
        stretches.hear(tick)


def levels(pieces: list[Audio]) -> list[int]:
    return [int(one) for one in np.concatenate([np.zeros(0), *pieces])[::TICK]]


def test_speech_goes_with_a_little_around_it_and_silence_does_not() -> None:
    stretches = Stretches()
    hear(stretches, 0, 200)
    assert stretches.rest() == []
    stretches.speaks()
    hear(stretches, 200, 250)
    stretches.stops()
    hear(stretches, 250, 400)
    before, after = round(BEFORE_S * 100), round(AFTER_S * 100)
    assert levels(stretches.rest()) == list(range(200 - before, 250 + after))
    hear(stretches, 400, 500)
    assert stretches.rest() == []


def test_pieces_have_a_tenth_of_a_second_and_the_rest_what_is_left() -> None:
    stretches = Stretches()
    stretches.speaks()
    hear(stretches, 0, 25)
    assert [len(one) for one in stretches.pieces()] == [2400, 2400]
    assert [len(one) for one in stretches.rest()] == [1200]


def test_a_turn_that_is_over_has_no_tail() -> None:
    stretches = Stretches()
    stretches.speaks()
    hear(stretches, 0, 10)
    stretches.stops()
    hear(stretches, 10, 15)
    assert levels(stretches.rest()) == list(range(15))
    hear(stretches, 15, 60)
    assert stretches.rest() == []


def test_two_stretches_close_together_are_one() -> None:
    stretches = Stretches()
    stretches.speaks()
    hear(stretches, 0, 10)
    stretches.stops()
    hear(stretches, 10, 20)
    stretches.speaks()
    hear(stretches, 20, 30)
    assert levels(stretches.rest()) == list(range(30))
