"""What of the caller's sound an engine is sent: the stretches of speech, and a little around them.

An open line is mostly silence, the agent's echo and the room; a model that hears is charged for
each second of it.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio

BEFORE_S = 0.4
"""Sound before speech was noticed that goes with it (s): noticing it takes up to 0.2 s."""

AFTER_S = 0.3
"""Sound after speech was noticed to be over that goes with it (s)."""

LONGEST_S = 120.0
"""So much is kept for an engine that does not take it, s."""

_SENT = SAMPLE_RATE // 10


class Stretches:
    """Cuts them out. Pieces have 0.1 s each, but for the last before ``rest``."""

    def __init__(self) -> None:
        self._before: deque[Audio] = deque()
        self._kept = 0
        self._speaking = False
        self._after = 0
        self._ready: deque[Audio] = deque()
        self._pending = np.zeros(0, np.float32)

    def speaks(self) -> None:
        """The caller was noticed to speak."""
        if not self._speaking and not self._after:
            for block in self._before:
                self._take(block)
            self._before.clear()
            self._kept = 0
        self._speaking = True

    def stops(self) -> None:
        """The caller was noticed to have stopped."""
        self._speaking = False
        self._after = round(AFTER_S * SAMPLE_RATE)

    def hear(self, block: Audio) -> None:
        """The next of the line's sound."""
        if self._speaking or self._after > 0:
            self._take(block)
            if not self._speaking:
                self._after = max(self._after - len(block), 0)
            return
        self._before.append(block.copy())
        self._kept += len(block)
        while self._kept - len(self._before[0]) >= BEFORE_S * SAMPLE_RATE:
            self._kept -= len(self._before.popleft())

    def pieces(self) -> list[Audio]:
        """The whole pieces since the last time."""
        found = list(self._ready)
        self._ready.clear()
        return found

    def rest(self) -> list[Audio]:
        """All that there is since the last time, the last piece perhaps short: a turn is over."""
        found = self.pieces()
        if not self._speaking:
            self._after = 0
        if len(self._pending):
            found.append(self._pending)
            self._pending = np.zeros(0, np.float32)
        return found

    def _take(self, block: Audio) -> None:
        self._pending = np.concatenate((self._pending, block))
        while len(self._pending) >= _SENT:
            self._ready.append(self._pending[:_SENT])
            self._pending = self._pending[_SENT:]
        while len(self._ready) > LONGEST_S * 10:
            self._ready.popleft()
