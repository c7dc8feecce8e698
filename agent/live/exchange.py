"""Where a sound card's callback and a conversation meet: neither waits for the other.

The card's clock is the call's. Each time the card has a block of the microphone's it wants one for
the loudspeaker at once, from what the conversation has said by then; so what the conversation says
runs a ``lead`` ahead, and where it is later than that there is silence, after which it runs that
much further ahead. Once the agent is quiet, what it runs ahead too far is taken back.

Echo is cancelled here, where what the loudspeaker plays is known to the sample: what the agent said
may have gone out a little later.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.live.least import Least
from agent.live.ring import Ring
from speech.protocols import SAMPLE_RATE, Audio
from speech.rates import RateConverter

LEAD_S = 0.06
"""How far ahead of the card the agent's sound is at first."""
_LOOKED_BACK = 100
"""Turns, a second of them: what was ahead through all of these and never needed is too much."""
MOST_S = 1.0
"""What waits at most in each direction; the oldest goes."""
MOST_AT_ONCE_S = 0.02
"""A conversation that has fallen behind gets its caller's sound in such pieces."""
STALLED_S = 1.0
"""A card that says nothing for so long will say nothing any more."""
FIRST_S = 5.0
"""Where it has said nothing at all yet: a sound server may have to wake up."""
LONGEST_BLOCK = 8192
_TICK = SAMPLE_RATE // 100


@dataclass(frozen=True, slots=True)
class Flow:
    """What went wrong with the sound of a call, all in s but the counts.

    ``gaps``: how often the card wanted more of the agent's sound than there was, and ``silent_s``
    how much; ``deaf_s``: of the microphone's that was never heard; ``faults``: blocks that the card
    itself says were broken; ``restarts``: how often it stopped and was begun anew;
    ``shortened_s``: of the agent's silence that was left out.
    """

    gaps: int
    silent_s: float
    deaf_s: float
    faults: int
    restarts: int
    shortened_s: float


class Line(Protocol):
    """What prepares the microphone's sound; see ``speech.microphone.Microphone``."""

    def near(self, block: Audio, far: Audio) -> Audio:
        """10 ms of it, without the echo of the loudspeaker's in the same time."""
        ...


class Exchange:
    """One call's. ``rate_hz``: the card's; the conversation has ``SAMPLE_RATE``.

    ``line``: takes out echo and sets levels; None where the sound is left as it is. To be made
    where the conversation's event loop runs.
    """

    def __init__(
        self,
        rate_hz: int,
        line: Line | None = None,
        stalled_s: float = STALLED_S,
        first_s: float = FIRST_S,
    ) -> None:
        self.rate_hz = rate_hz
        self._line = line
        # A sample of the microphone's, then the loudspeaker's of the same time, and so on.
        self._both = Ring(2 * round(MOST_S * rate_hz))
        self._loudspeaker = Ring(round(MOST_S * rate_hz))
        self._loudspeaker.put(np.zeros(round(LEAD_S * rate_hz), np.float32))
        self._mono = np.zeros(LONGEST_BLOCK, np.float32)
        self._pairs = np.zeros((LONGEST_BLOCK, 2), np.float32)
        self._piece = np.zeros(2 * round(MOST_AT_ONCE_S * rate_hz), np.float32)
        self._inward = RateConverter(rate_hz, SAMPLE_RATE)
        self._played = RateConverter(rate_hz, SAMPLE_RATE)
        self._near = self._far = np.zeros(0, np.float32)
        self._outward = RateConverter(SAMPLE_RATE, rate_hz)
        self._stalled_s, self._first_s = stalled_s, first_s
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()
        self._begun = False
        self._gone = False
        self._restarts = 0
        self._gaps = 0
        self._silent = 0
        self._faults = 0
        self._shortened = 0
        self._ahead = Least(_LOOKED_BACK)
        self._spare = 0  # what was ahead after each turn of the last second

    def turn(self, heard: NDArray[np.float32], wanted: NDArray[np.float32], fault: bool) -> None:
        """The card's callback: ``heard`` of the microphone's in, ``wanted`` to be filled.

        Both [frames, channels]. ``fault``: the card says that it lost some.
        """
        count = min(len(wanted), LONGEST_BLOCK)
        there = self._loudspeaker.take(self._mono[:count])
        if there < count:
            self._mono[there:count] = 0.0
            self._gaps += 1
            self._silent += count - there
        wanted[:count] = self._mono[:count, None]
        wanted[count:] = 0.0
        pairs = self._pairs[:count]
        np.mean(heard[:count], axis=1, out=pairs[:, 0])
        pairs[:, 1] = self._mono[:count]
        self._both.put(pairs.reshape(-1))
        self._faults += fault
        if self._ahead.note(len(self._loudspeaker)):
            self._spare = int(self._ahead.last)
        self._begun = True
        self._stir()

    def lose(self) -> None:
        """From the card's thread: there will be no more turns."""
        self._gone = True
        self._stir()

    @property
    def gone(self) -> bool:
        """The card itself has said that it stopped."""
        return self._gone

    @property
    def begun(self) -> bool:
        """There was a turn since the beginning, or since it was begun anew."""
        return self._begun

    def begin_anew(self) -> None:
        """The card has stopped; another stream of it will take the turns."""
        self._begun = self._gone = False
        self._restarts += 1

    def _stir(self) -> None:
        # The loop is closed where a card outlives its call.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stirred.set)

    async def heard(self) -> Audio | None:
        """What the microphone brought next, at ``SAMPLE_RATE``; None once the card has stopped."""
        while True:
            count = self._both.take(self._piece)
            frame = self._prepared(self._piece[:count])
            if frame.size:
                return frame
            if self._gone:
                return None
            self._stirred.clear()
            if len(self._both):
                continue
            try:
                async with asyncio.timeout(self._stalled_s if self._begun else self._first_s):
                    await self._stirred.wait()
            except TimeoutError:
                return None

    def _prepared(self, pairs: Audio) -> Audio:
        near, far = self._inward.convert(pairs[0::2]), self._played.convert(pairs[1::2])
        if self._line is None:
            return near.copy()
        near, far = np.concatenate((self._near, near)), np.concatenate((self._far, far))
        whole = near.size // _TICK * _TICK
        self._near, self._far = near[whole:], far[whole:]
        ticks = [
            self._line.near(near[at : at + _TICK], far[at : at + _TICK])
            for at in range(0, whole, _TICK)
        ]
        return np.concatenate([near[:0], *ticks])

    def say(self, audio: Audio) -> None:
        """The agent's sound, at ``SAMPLE_RATE``."""
        samples = self._outward.convert(audio)
        if self._spare - samples.size >= LEAD_S * self.rate_hz and not np.any(samples):
            self._spare -= samples.size
            self._shortened += samples.size
            return
        self._loudspeaker.put(samples)

    @property
    def unsaid_s(self) -> float:
        """How much of what the agent said the card has not taken yet."""
        return len(self._loudspeaker) / self.rate_hz

    @property
    def flow(self) -> Flow:
        """How it went so far."""
        return Flow(
            self._gaps,
            self._silent / self.rate_hz,
            self._both.dropped / 2 / self.rate_hz,
            self._faults,
            self._restarts,
            self._shortened / self.rate_hz,
        )
