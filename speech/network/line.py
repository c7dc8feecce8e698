"""A WebSocket that threads of its own read and write, so that who uses it never has to wait.

What goes wrong is told as a reason of ours: what a server or a library says may quote what it was
sent, the key as well.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from speech.errors import SpeechError

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

Message = TypeVar("Message")

_LARGEST = 4 * 1024 * 1024  # bytes of a message: a second of base64 audio is 64 kB
_CLOSING_S = 1.0


class LineError(Exception):
    """Why there is no line, in a few words without anything that was sent or received."""


class Garbage(Exception):
    """A message that is none of the protocol's."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The line is down. ``clean``: the other side closed it in order."""

    reason: str
    clean: bool


class Line(Generic[Message]):
    """One connection. ``decode`` makes messages of what comes in, None: one to pass over.

    ``connect_s`` bounds the handshake (s). Raises ``LineError``; ``SpeechError`` for a missing
    package. A key belongs in ``headers``, never in ``url``: redirects are not followed.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        decode: Callable[[str | bytes], Message | None],
        connect_s: float,
        extra: str,
    ) -> None:
        self._open = ExitStack()
        self._connection = self._open.enter_context(_connected(url, headers, connect_s, extra))
        self._decode = decode
        self._incoming: queue.SimpleQueue[Message | Broken] = queue.SimpleQueue()
        self._outgoing: queue.SimpleQueue[str | bytes | None] = queue.SimpleQueue()
        self._closed = False
        self._threads = (
            threading.Thread(target=self._read, name="speech-line-in", daemon=True),
            threading.Thread(target=self._write, name="speech-line-out", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def unsent(self) -> int:
        """Messages that wait for the network, about."""
        return self._outgoing.qsize()

    def send(self, data: str | bytes) -> None:
        """Send when the network takes it; on a line that is down nothing happens."""
        self._outgoing.put(data)

    def next(self, wait_s: float | None = None) -> Message | Broken | None:
        """The next message, waiting for it at most so long; None: there is none."""
        try:
            if wait_s is None:
                return self._incoming.get_nowait()
            return self._incoming.get(timeout=wait_s)
        except queue.Empty:
            return None

    def close(self, wait: bool) -> None:
        """Close it in order; ``wait``: until that is done, which takes a second at most."""
        if self._closed:
            return
        self._closed = True
        stuck = not self._outgoing.empty()
        self._outgoing.put(None)
        if stuck:
            self._abort()
        if wait:
            for thread in self._threads:
                thread.join(_CLOSING_S)
            if any(thread.is_alive() for thread in self._threads):
                self._abort()
                for thread in self._threads:
                    thread.join(_CLOSING_S)

    def _abort(self) -> None:
        with suppress(OSError):
            self._connection.socket.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

        broken: Broken
        while True:
            try:
                message = self._decode(self._connection.recv())
            except ConnectionClosedOK:
                broken = Broken("closed the line", clean=True)
                break
            except ConnectionClosed:
                broken = Broken("broke the line", clean=False)
                break
            except Garbage as garbage:
                broken = Broken(f"speaks another protocol ({garbage})", clean=False)
                self._abort()  # nobody will read what else it says, its farewell neither
                break
            if message is not None:
                self._incoming.put(message)
        self._incoming.put(broken)
        self._outgoing.put(None)

    def _write(self) -> None:
        from websockets.exceptions import ConnectionClosed

        while (data := self._outgoing.get()) is not None:
            try:
                self._connection.send(data)
            except (ConnectionClosed, OSError):
                break
        self._open.close()


def _connected(
    url: str, headers: Mapping[str, str], connect_s: float, extra: str
) -> ClientConnection:
    try:
        from websockets.exceptions import InvalidStatus, WebSocketException
        from websockets.sync.client import ClientConnection, connect
    except ImportError:
        raise SpeechError(
            f"websockets is not installed: pip install 'kairos-voice[{extra}]'"
        ) from None

    class Direct(ClientConnection):
        """Takes no redirect: the key is for this address alone."""

        def handshake(self, *terms: object, **named: object) -> None:
            try:
                super().handshake(*terms, **named)  # type: ignore[arg-type]
            except InvalidStatus as refusal:
                raise LineError(_refusal(refusal.response.status_code)) from None

    plain = url.startswith("ws://")
    try:
        return connect(
            url,
            additional_headers=dict(headers),
            open_timeout=connect_s,
            close_timeout=_CLOSING_S,
            compression=None,
            max_size=_LARGEST,
            # The server's own pings are answered; those of ours would break a line that stands
            # still in virtual time.
            ping_interval=None,
            proxy=None if plain else True,
            create_connection=Direct,
        )
    except TimeoutError:
        raise LineError(f"did not answer within {connect_s:g} s") from None
    except ConnectionRefusedError:
        raise LineError("nobody listens there") from None
    except OSError:
        raise LineError("cannot be reached") from None
    except (WebSocketException, ValueError):
        raise LineError("is no WebSocket server") from None


def _refusal(status: int) -> str:
    if status in (401, 403):
        return f"refuses the key (HTTP {status})"
    return f"refuses with HTTP {status}"
