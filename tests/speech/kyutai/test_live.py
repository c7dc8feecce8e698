"""Live calls: one thread steps the model, and a call's own thread never waits for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speech.kyutai.ears import SttService
from speech.kyutai.transcriber import KyutaiTranscriber
from speech.protocols import Sound
from system1.percepts import EndOfTurn, Heard
from tests.clocks import HandClock
from tests.speech.kyutai.calls import SETTINGS, Call, call, hear, sounds, stretches, text

pytestmark = pytest.mark.slow

SAID = call(0.3, "hello my router is down please", 1.0)
OTHER = call(0.3, "no wait um", 0.6, "cancel the internet", 1.0, seed=3)


@pytest.fixture(scope="module")
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="module")
def live(clock: HandClock) -> SttService:
    return SttService(SETTINGS, clock)


class Live:
    """A call that is heard chunk by chunk, in the time of a clock that is turned by hand."""

    def __init__(self, transcriber: KyutaiTranscriber, given: Call) -> None:
        self._transcriber = transcriber
        self._sounds = list(sounds(given))
        self.heard: list[Heard | EndOfTurn] = []

    def chunk(self) -> None:
        if self._sounds:
            self.heard += self._transcriber.step(self._sounds.pop(0))

    @property
    def left(self) -> int:
        return len(self._sounds)


def turn(clock: HandClock, *chunks: Callable[[], None]) -> None:
    for chunk in chunks:
        chunk()
    clock.idle()
    clock.advance(0.032)
    clock.idle()


def test_live_words_are_the_words_of_virtual_time(live: SttService, clock: HandClock) -> None:
    one, two = (Live(live.transcriber(SETTINGS), given) for given in (SAID, OTHER))
    while one.left or two.left:
        turn(clock, one.chunk, two.chunk)
    for it, given in ((one, SAID), (two, OTHER)):
        assert text(it.heard) == text(hear(given))
        assert all(heard.final for heard in stretches(it.heard))
        it._transcriber.close()
    virtual = next(one.at for one in hear(SAID) if isinstance(one, Heard) and one.final)
    told = next(one.at for one in one.heard if isinstance(one, Heard) and one.final)
    assert 0.0 <= told - virtual <= 0.1, "the flush does not wait for the grid"


def test_a_call_whose_line_stalls_holds_up_no_other(live: SttService, clock: HandClock) -> None:
    stalls, talks = (Live(live.transcriber(SETTINGS), given) for given in (OTHER, SAID))
    for _ in range(20):
        turn(clock, stalls.chunk, talks.chunk)
    while talks.left:
        turn(clock, talks.chunk)
    assert text(talks.heard) == text(hear(SAID))
    # Its line comes back, with all that was said in the meantime at once.
    while stalls.left:
        stalls.chunk()
    for _ in range(20):
        clock.idle()
        clock.advance(0.08)
    clock.idle()
    silence = next(sounds(call(0.2)))
    last = Sound(silence.wide, silence.narrow, 9.0, 9.0, None, OTHER.speech[-1][1], 9.0)
    for _ in range(3):
        stalls.heard += stalls._transcriber.step(last)
    assert text(stalls.heard) == text(hear(OTHER))
    for it in (stalls, talks):
        it._transcriber.close()
