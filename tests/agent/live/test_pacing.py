"""Real time: no drift, no bursts, and what was late is counted."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from agent.live.jitter import JitterBuffer
from agent.live.pacing import FRAME_S, MADE_UP_S, Pacer, WallClock, drive
from speech.protocols import SAMPLE_RATE, Audio


class TurnedClock:
    """Whoever waits is there at once; each waking is late by what ``lateness`` says next."""

    def __init__(self, *lateness: float) -> None:
        self._now = 1000.0
        self._lateness = list(lateness)
        self.woken: list[float] = []

    def now(self) -> float:
        return self._now

    def pass_by(self, seconds: float) -> None:
        self._now += seconds

    async def sooner(self, at: float, news: asyncio.Event) -> None:
        if not news.is_set():
            await self.until(at)

    async def until(self, at: float) -> None:
        late = self._lateness.pop(0) if self._lateness else 0.0
        self._now = max(self._now, at) + late
        self.woken.append(self._now - 1000.0)


async def frames(pacer: Pacer, count: int) -> None:
    for _ in range(count):
        await pacer.wait()
        pacer.done()


async def test_a_thousand_frames_that_each_wake_late_do_not_drift() -> None:
    clock = TurnedClock(*[0.004] * 1000)
    pacer = Pacer(clock)
    await frames(pacer, 1000)
    assert clock.woken[-1] == pytest.approx(999 * FRAME_S + 0.004)
    assert pacer.pace.late == 0
    assert pacer.pace.latest_s == pytest.approx(0.004)


class Coming(TurnedClock):
    """A clock, and sound that comes a frame at a time, at these times after the start."""

    def __init__(self, *arrivals: float) -> None:
        super().__init__()
        self.news = asyncio.Event()
        self._left = [1000.0 + at for at in arrivals]
        self._there = 0

    def _arrive(self) -> None:
        while self._left and self._left[0] <= self._now + 1e-9:
            self._left.pop(0)
            self._there += 1
            self.news.set()

    @property
    def is_there(self) -> bool:
        self._arrive()
        return self._there > 0

    async def sooner(self, at: float, news: asyncio.Event) -> None:
        self._now = max(self._now, min([at, *self._left[:1]]))
        self._arrive()

    async def held(self, pacer: Pacer, count: int) -> tuple[list[float], int]:
        """When each frame was let go, and how many had no sound."""
        times, without = [], 0
        for _ in range(count):
            await pacer.wait(self)
            times.append(self._now - 1000.0)
            without += not self.is_there
            self._there = max(0, self._there - 1)
            pacer.done()
        return times, without


async def test_a_frame_does_not_wait_when_its_sound_is_there() -> None:
    arrivals = [0.0, *(0.015 + FRAME_S * n for n in range(200))]
    coming = Coming(*arrivals)
    times, without = await coming.held(Pacer(coming), 201)
    assert times == pytest.approx(arrivals)
    assert without == 0


async def test_no_frame_is_more_than_one_ahead_of_its_time() -> None:
    coming = Coming(*[0.0] * 100)
    times, _ = await coming.held(Pacer(coming), 100)
    assert times[-1] == pytest.approx(98 * FRAME_S)
    assert min(np.diff(times)) >= FRAME_S / 2 - 1e-9


async def test_a_clock_that_is_slower_is_followed() -> None:
    each = FRAME_S * 1.001
    coming = Coming(*(each * n for n in range(5000)))
    times, without = await coming.held(Pacer(coming), 4900)
    assert without == 0
    assert times[-1] == pytest.approx(each * 4899)


async def test_sound_that_is_a_little_late_is_waited_for_and_sound_that_is_later_is_not() -> None:
    arrivals = [FRAME_S * n for n in range(50)]
    arrivals[20] += 0.009
    arrivals[40:] = [at + 0.1 for at in arrivals[40:]]
    coming = Coming(*arrivals)
    times, without = await coming.held(Pacer(coming), 50)
    assert times[20] == pytest.approx(arrivals[20])
    assert without == 5
    assert max(np.diff(times)) < 2 * FRAME_S


async def test_where_no_sound_comes_frames_come_in_time() -> None:
    coming = Coming(0.0)
    times, without = await coming.held(Pacer(coming), 101)
    assert without == 100
    assert times[-1] == pytest.approx(100 * FRAME_S, abs=0.011)


async def test_lost_time_is_made_up_without_a_burst() -> None:
    clock = TurnedClock(0, 0, 0.1)
    pacer = Pacer(clock)
    await frames(pacer, 20)
    gaps = np.diff(clock.woken)
    assert gaps[1] == pytest.approx(0.12)
    assert gaps[2:].min() >= FRAME_S / 2 - 1e-9
    assert clock.woken[-1] == pytest.approx(19 * FRAME_S)
    assert pacer.pace.late > 0
    assert pacer.pace.latest_s == pytest.approx(0.1)
    assert pacer.pace.left_out_s == 0


async def test_what_is_too_late_is_left_out_and_the_rest_made_up() -> None:
    clock = TurnedClock(0, 3.0)
    pacer = Pacer(clock)
    await frames(pacer, 100)
    assert pacer.pace.left_out_s == pytest.approx(3.0 - MADE_UP_S)
    assert clock.woken[-1] == pytest.approx(99 * FRAME_S + 3.0 - MADE_UP_S)


async def test_a_frame_that_took_long_is_late() -> None:
    clock = TurnedClock()
    pacer = Pacer(clock)
    await pacer.wait()
    clock.pass_by(0.03)
    pacer.done()
    assert pacer.pace.late == 1
    assert pacer.due == pytest.approx(1000.0 + FRAME_S)


async def test_a_frame_that_nobody_waited_for_is_none() -> None:
    with pytest.raises(ValueError, match="no frame"):
        Pacer(TurnedClock()).done()


class Echoing:
    """A call that says what it hears, and ends after some frames."""

    def __init__(self, frames: int) -> None:
        self._left = frames

    @property
    def ended(self) -> object | None:
        return None if self._left else "over"

    async def step(self, frame: Audio) -> Audio:
        self._left -= 1
        return frame


async def test_a_call_is_driven_frame_by_frame_to_its_end() -> None:
    heard = JitterBuffer(SAMPLE_RATE)
    heard.add(np.ones(700, np.float32))
    sent: list[Audio] = []
    clock = TurnedClock()
    pacer = Pacer(clock)
    await drive(Echoing(3), heard, sent.append, pacer)
    assert np.concatenate(sent).tolist() == [1.0] * 700 + [0.0] * 740
    assert clock.woken == pytest.approx([0.0, 0.02, 0.04])
    assert pacer.pace.frames == 3


async def test_the_wall_clock_lets_others_work() -> None:
    clock, turns = WallClock(), []

    async def other() -> None:
        turns.append(clock.now())

    task = asyncio.create_task(other())
    before = clock.now()
    await clock.until(before)
    await task
    assert turns[0] >= before
