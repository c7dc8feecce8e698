"""Threads that are out of native code when the process ends.

Python ends a daemon thread that comes back from there by force, which takes the process down with
it: an inference step under way would turn a good end into a crash.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable

_LEAVE_S = 10.0
"""At the process's end, how long the work under way is waited for. Unit: s."""


def stopped_at_exit(thread: threading.Thread, stop: Callable[[], None]) -> Callable[[], None]:
    """At the process's end ``stop`` is called and the thread waited for.

    Returns what takes that back; the thread itself may call it when it ends before.
    """

    leaving = threading.Event()

    def leave() -> None:
        leaving.set()
        stop()
        thread.join(_LEAVE_S)

    def gone() -> None:
        # The list of what is to be called is none to change while it is being called.
        if not leaving.is_set():
            atexit.unregister(leave)

    atexit.register(leave)
    return gone
