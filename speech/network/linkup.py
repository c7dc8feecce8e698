"""A line on its way, which a live call does not wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic

from speech.errors import SpeechError
from speech.network.line import Line, Message


class Opening(Generic[Message]):
    """A line that is being opened: at once, or live in a thread of its own.

    ``opened`` opens it, and bounds itself.
    """

    def __init__(self, opened: Callable[[], Line[Message]], live: bool) -> None:
        self._opened = opened
        self._line: Line[Message] | None = None
        self._error: SpeechError | None = None
        self._dropped = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        if live:
            self._thread = threading.Thread(target=self._open, name="speech-opening", daemon=True)
            self._thread.start()
        else:
            self._open()

    def line(self) -> Line[Message] | None:
        """The line once it is there. Raises ``SpeechError`` where there is none."""
        if self._thread is not None and self._thread.is_alive():
            return None
        if self._error is not None:
            raise self._error
        return self._line

    def wait(self) -> None:
        """Until that is decided."""
        if self._thread is not None:
            self._thread.join()

    def drop(self) -> None:
        """Nobody wants the line any more."""
        with self._lock:
            self._dropped = True
            line = self._line
        if line is not None:
            line.close(wait=False)

    def _open(self) -> None:
        try:
            line = self._opened()
        except SpeechError as error:
            self._error = error
            return
        with self._lock:
            self._line, dropped = line, self._dropped
        if dropped:
            line.close(wait=False)
