"""Percepts to come, each at its own time: a source that ``agent.call`` can wait for."""

from __future__ import annotations

import heapq

from system1.percepts import Percept


class Schedule:
    """A heap by time; percepts of the same time come in the order in which they were added."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Percept]] = []
        self._count = 0

    def add(self, percept: Percept) -> None:
        """Schedule a percept at its ``at`` (s)."""
        self._count += 1
        heapq.heappush(self._heap, (percept.at, self._count, percept))

    def next_due(self) -> float | None:
        """When the next one is due (s)."""
        return self._heap[0][0] if self._heap else None

    def take(self, at: float) -> Percept | None:
        """The next one due by ``at`` (s)."""
        if self._heap and self._heap[0][0] <= at:
            return heapq.heappop(self._heap)[2]
        return None
