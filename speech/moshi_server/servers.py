"""Several servers of one kind: one is taken by lot, the next where that will not have the call."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Mapping

from speech.errors import SpeechError
from speech.moshi_server.wire import (
    EXTRA,
    KEY_HEADER,
    PUBLIC_KEY,
    Message,
    Ready,
    Refused,
    parsed,
    require,
)
from speech.network.line import Broken, Line, LineError
from speech.terms import MoshiServer

Pause = Callable[[float], object]
"""Waits for so many seconds; may be cut short."""

ServerLine = Line[Message]


class Servers:
    """Where the lines of a call come from.

    ``what`` names them in errors; ``lots`` decides whom to ask first; ``pause`` waits between
    rounds (s). Raises ``SpeechError`` for a missing package.
    """

    def __init__(
        self,
        what: str,
        urls: tuple[str, ...],
        path: str,
        terms: MoshiServer,
        lots: random.Random,
        pause: Pause | None = None,
    ) -> None:
        require()
        self._what = what
        self._urls = urls
        self._path = path
        self._terms = terms
        self._lots = lots
        self._closing = threading.Event()
        self._pause = pause or self._closing.wait

    def line(self) -> ServerLine:
        """A line to a server that is ready.

        All are asked, in an order drawn anew for each round; after ``retries`` rounds more
        ``SpeechError`` tells what each said last.
        """
        reasons: dict[str, str] = {}
        for attempt in range(self._terms.retries + 1):
            if attempt:
                self._pause(self._terms.backoff * 2 ** (attempt - 1))
            for url in self._lots.sample(self._urls, len(self._urls)):
                if self._closing.is_set():
                    raise SpeechError(f"{self._what}: closed")
                try:
                    return self._ready(url)
                except LineError as error:
                    reasons[url] = str(error)
        told = "; ".join(f"{url} {reason}" for url, reason in sorted(reasons.items()))
        raise SpeechError(f"{self._what}: no moshi-server takes the call: {told}")

    def close(self) -> None:
        """Whoever waits for a line gets none."""
        self._closing.set()

    def _ready(self, url: str) -> ServerLine:
        line: ServerLine = Line(
            url + self._path, self._headers(), parsed, self._terms.connect, EXTRA
        )
        first = line.next(self._terms.connect)
        match first:
            case Ready():
                return line
            case Refused(reason) | Broken(reason):
                failure = reason
            case None:
                failure = f"was not ready within {self._terms.connect:g} s"
            case _:
                failure = "speaks before it is ready"
        line.close(wait=False)
        raise LineError(failure)

    def _headers(self) -> Mapping[str, str]:
        return {KEY_HEADER: os.environ.get(self._terms.key_env) or PUBLIC_KEY}
