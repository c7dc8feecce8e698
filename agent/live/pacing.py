"""Real time for a call on a line that has no clock of its own: a frame every 20 ms.

The deadlines are counted from the start, so that nothing drifts; but where the other party's sound
is there before a frame is due, the frame need not wait for its time, and where it comes a little
after, it is waited for and later frames are due later by as much: theirs is the clock then. Who
wakes up late is late for that frame alone: the next ones follow at twice the pace until the time is
made up, never all at once. What is too late to make up is left out, and the call's time is that
much behind the wall's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from agent.live.jitter import JitterBuffer
from speech.protocols import SAMPLE_RATE, Audio

FRAME_S = 0.02
FRAME_SAMPLES = round(FRAME_S * SAMPLE_RATE)
LATE_S = FRAME_S
"""A frame of the agent's is late when it is ready so long after it was due."""
GRACE_S = FRAME_S / 2
"""So long a frame waits beyond its time for sound that has come in time so far."""
MADE_UP_S = 0.4
"""The longest delay that is made up for; what is beyond it is left out."""


class LiveClock(Protocol):
    """What time it is, for those who wait for it."""

    def now(self) -> float:
        """Seconds from any start; it never goes back."""
        ...

    async def until(self, at: float) -> None:
        """Returns at ``at``, or later; lets others work even if that is past."""
        ...

    async def sooner(self, at: float, news: asyncio.Event) -> None:
        """Returns at ``at``, or once ``news`` is set."""
        ...


class WallClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Seconds since the machine began."""
        return time.monotonic()

    async def until(self, at: float) -> None:
        """Sleep until then."""
        await asyncio.sleep(max(0.0, at - time.monotonic()))

    async def sooner(self, at: float, news: asyncio.Event) -> None:
        """Wait for the one or the other."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, at - time.monotonic())):
                await news.wait()


class Arrivals(Protocol):
    """The other party's sound, as it comes."""

    @property
    def is_there(self) -> bool:
        """There is enough of it for a frame."""
        ...

    @property
    def news(self) -> asyncio.Event:
        """Set whenever more has come."""
        ...


class Paced(Protocol):
    """A call, as ``agent.conversation.Conversation`` is one."""

    @property
    def ended(self) -> object | None:
        """How it ended; None while it goes on."""
        ...

    async def step(self, frame: Audio) -> Audio:
        """A frame of the caller's in, the agent's out."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How a call kept time. ``latest_s``: the longest that a frame came after it was due."""

    frames: int
    late: int
    latest_s: float
    left_out_s: float


class Pacer:
    """The deadlines of one call's frames; the first is due when it is first waited for."""

    def __init__(self, clock: LiveClock, frame_s: float = FRAME_S) -> None:
        self._clock = clock
        self._frame_s = frame_s
        self._start: float | None = None
        self._last = 0.0  # when the last frame was let go
        self._frames = 0
        self._late = 0
        self._latest_s = 0.0
        self._left_out_s = 0.0
        self._in_time = True  # the last frame had the other party's sound

    @property
    def due(self) -> float | None:
        """When the next frame is due; None before the first."""
        return None if self._start is None else self._start + self._frames * self._frame_s

    @property
    def pace(self) -> Pace:
        """How it went so far."""
        return Pace(self._frames, self._late, self._latest_s, self._left_out_s)

    async def wait(self, coming: Arrivals | None = None) -> None:
        """Until the next frame's time has come; with ``coming`` see the module."""
        if self._start is None:
            self._start = self._last = self._clock.now()
            await self._clock.until(self._start)
            return
        due = self._start + self._frames * self._frame_s
        soonest = self._last + self._frame_s / 2
        if coming is None:
            await self._clock.until(max(due, soonest))
        else:
            await self._clock.until(max(due - self._frame_s, soonest))
            came = await self._came(coming, due)
            if not came and self._in_time and await self._came(coming, due + GRACE_S):
                came = True
                self._start += max(0.0, self._clock.now() - due)
                due = self._start + self._frames * self._frame_s
            self._in_time = came
        self._last = self._clock.now()
        if (too_late := self._last - due - MADE_UP_S) > 0:
            self._start += too_late
            self._left_out_s += too_late

    async def _came(self, coming: Arrivals, by: float) -> bool:
        """Whether there is a frame's sound by then; returns as soon as there is."""
        while not coming.is_there and self._clock.now() < by:
            coming.news.clear()
            await self._clock.sooner(by, coming.news)
        return coming.is_there

    def done(self) -> None:
        """The frame that was waited for is ready to be heard."""
        if self._start is None:
            raise ValueError("no frame was waited for")
        after = self._clock.now() - (self._start + self._frames * self._frame_s)
        self._frames += 1
        self._latest_s = max(self._latest_s, after)
        if after > LATE_S:
            self._late += 1


async def drive(
    call: Paced, heard: JitterBuffer, send: Callable[[Audio], None], pacer: Pacer
) -> None:
    """Hold a call until it ends: ``heard`` is what comes in, and ``send`` gets each frame in time.

    ``send`` must not wait; a line that cannot keep up has a bounded queue of its own.
    """
    while call.ended is None:
        await pacer.wait()
        answer = await call.step(heard.take(FRAME_SAMPLES))
        pacer.done()
        send(answer)
