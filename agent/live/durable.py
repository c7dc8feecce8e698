"""Files that survive a crash of the machine but for their last second.

One thread for all calls brings what was written to the disk once a second: a call that waited for
the disk itself would stutter. (What a call has written survives the end of its process without.)
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

EVERY_S = 1.0

_SYNC: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS has the second alone


class Durability:
    """Brings open files to the disk until each is released.

    ``sync``: what does so with a file's descriptor; ``wait``: returns True when the thread is to
    end, False when it is time again.
    """

    def __init__(
        self,
        sync: Callable[[int], None] = _SYNC,
        wait: Callable[[], None] = lambda: time.sleep(EVERY_S),
    ) -> None:
        self._sync = sync
        self._wait = wait
        self._lock = threading.Lock()
        self._files: dict[int, bool] = {}  # descriptors of ours; whether each is released
        self._thread: threading.Thread | None = None

    def keep(self, descriptor: int) -> Callable[[], None]:
        """From now on; what comes back releases it, after which it may be closed at once."""
        own = os.dup(descriptor)
        with self._lock:
            self._files[own] = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="durability", daemon=True)
                self._thread.start()
        return lambda: self._release(own)

    def _release(self, own: int) -> None:
        with self._lock:
            self._files[own] = True

    def _work(self) -> None:
        while True:
            self._wait()
            self._round()
            with self._lock:
                if not self._files:
                    # Nothing to do until the next call: no thread either.
                    self._thread = None
                    return

    def _round(self) -> None:
        with self._lock:
            files = list(self._files.items())
        for own, released in files:
            # A disk that is full or gone is told of by the write itself.
            with suppress(OSError):
                self._sync(own)
            if released:
                with self._lock:
                    del self._files[own]
                os.close(own)


DISK = Durability()
"""The process's own."""
