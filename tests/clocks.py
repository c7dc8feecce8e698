"""A clock for threads that tests turn by hand."""

from __future__ import annotations

import threading


class HandClock:
    """Time stands still until ``advance``; ``idle`` waits until the thread has nothing to do."""

    def __init__(self) -> None:
        self._now = 0.0
        self._changed: threading.Condition | None = None
        self._until: float | None = None
        self._state = threading.Condition()
        self._waiting = False

    def now(self) -> float:
        return self._now

    def wait(self, changed: threading.Condition, until: float | None) -> None:
        with self._state:
            self._changed, self._until, self._waiting = changed, until, True
            self._state.notify_all()
        # Everything that could wake it notifies, time as well.
        changed.wait(10.0)
        with self._state:
            self._waiting = False

    def advance(self, seconds: float) -> None:
        self._now += seconds
        changed = self._changed
        if changed is not None:
            with changed:
                with self._state:
                    self._waiting = False
                changed.notify_all()

    def idle(self) -> None:
        """Until the thread waits, having seen all that was there when this was called."""
        with self._state:
            changed = self._changed
        if changed is not None:
            with changed:
                with self._state:
                    self._waiting = False
                changed.notify_all()
        with self._state:
            assert self._state.wait_for(lambda: self._waiting, 10.0), "the thread is stuck"
