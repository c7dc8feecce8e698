"""Between a line that brings sound when it likes and a call that wants a frame every 20 ms.

Too little: silence stands in, and what comes after it waits by as much longer, which is what makes
room for a line that is that uneven. Too much: the oldest goes. Both are counted, and nothing else
is ever lost, doubled or put elsewhere.
"""

from __future__ import annotations

import numpy as np

from agent.live.ring import Ring
from speech.protocols import SAMPLE_RATE, Audio
from speech.rates import RateConverter

MOST_S = 0.4
"""What is held by default: what comes in later than this has no use in a conversation."""


class JitterBuffer:
    """One call's. ``rate_hz``: of what comes in; ``SAMPLE_RATE`` goes out.

    ``most_s``: what it holds at most. ``first_s``: what must be there before any of it is given
    out, which a line that is known to be uneven saves silence within the first words.
    """

    def __init__(self, rate_hz: int, most_s: float = MOST_S, first_s: float = 0.0) -> None:
        if not 0 <= first_s < most_s:
            raise ValueError(f"a buffer of {most_s} s that waits for {first_s} s")
        self._converter = RateConverter(rate_hz, SAMPLE_RATE)
        self._ring = Ring(round(most_s * SAMPLE_RATE))
        self._first = round(first_s * SAMPLE_RATE)
        self._begun = False
        self.received = 0
        """Samples that came in, at ``SAMPLE_RATE``."""
        self.given = 0
        """Samples of them that went out."""
        self.silence = 0
        """Samples of silence that went out instead, once the sound had begun."""

    def add(self, samples: Audio) -> None:
        """float32 mono, of any length."""
        converted = self._converter.convert(samples)
        self.received += converted.size
        self._ring.put(converted)
        self._begun = self._begun or len(self._ring) > self._first

    def take(self, count: int) -> Audio:
        """Exactly ``count`` samples, the missing ones silent. Never waits."""
        frame = np.zeros(count, np.float32)
        if self._begun:
            there = self._ring.take(frame)
            self.given += there
            self.silence += count - there
        return frame

    @property
    def held_s(self) -> float:
        """How much sound waits (s): how far the call is behind the line."""
        return len(self._ring) / SAMPLE_RATE

    @property
    def dropped(self) -> int:
        """Samples that came in and will never go out."""
        return self._ring.dropped
