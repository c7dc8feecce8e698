"""A thread that does what it is given, one thing after the other, beside a live call.

It never keeps the process from ending, and is out of native code when it does: Python ends a
daemon thread that comes back from there by force, which takes the process down with it.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from queue import SimpleQueue

_LEAVE_S = 10.0
"""At the process's end, how long the task under way is waited for. Unit: s."""


class Worker:
    """``ended``: set once it does nothing any more. Tasks see to their own errors."""

    def __init__(self, name: str) -> None:
        self.ended = threading.Event()
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._closed = False
        self._leaving = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        atexit.register(self._leave)
        self._thread.start()

    def give(self, task: Callable[[], None]) -> None:
        """Do this after what was given before; once closed, not at all."""
        self._tasks.put(task)

    def settle(self, timeout_s: float) -> bool:
        """Wait until all that was given so far is done; False when it takes longer."""
        reached = threading.Event()
        self._tasks.put(reached.set)
        return reached.wait(timeout_s)

    def close(self) -> None:
        """The task under way is the last; nothing is waited for."""
        self._closed = True
        self._tasks.put(None)

    def _leave(self) -> None:
        self._leaving = True
        self.close()
        self._thread.join(_LEAVE_S)

    def _run(self) -> None:
        try:
            while (task := self._tasks.get()) is not None and not self._closed:
                task()
        finally:
            self.ended.set()
            if not self._leaving:
                atexit.unregister(self._leave)
