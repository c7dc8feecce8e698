"""The least of a value of late: what was there all the time, and so was never needed."""

from __future__ import annotations

import math


class Least:
    """Over one stretch after the other, each of ``length`` (turns, samples).

    ``last``: the least of the last whole stretch, ``now``: of the one under way; infinite before
    there was any. One thread notes; another may read.
    """

    def __init__(self, length: int) -> None:
        if length < 1:
            raise ValueError(f"a stretch of {length}")
        self.last = self.now = math.inf
        self._length = length
        self._since = 0
        self._under_way = math.inf

    def note(self, value: float, size: int = 1) -> bool:
        """The value was this for so long; whether a stretch has ended with it."""
        self._under_way = min(self._under_way, value)
        self.now = self._under_way
        self._since += size
        if self._since < self._length:
            return False
        self.last, self._since, self._under_way = self._under_way, 0, math.inf
        return True
