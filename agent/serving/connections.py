"""What a connection may do before and beside its messages: how long a request may take to come,
how much of a WebSocket's traffic may be no message, and how long what is sent may lie unread.

uvicorn waits for as long as a client likes for the rest of a request, and for a client to read.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

HEAD_S = 10.0
"""How long a request's lines may take to come, counted from the connection or the last answer."""

UNREAD_S = 20.0
"""How long a client may leave unread what was sent, once no more can be."""

READ_BYTES = 16 * 1024
"""What is taken from a connection at a time: very small messages are many, and others wait."""

BESIDE_HZ = 20.0
BESIDE_BURST = 1000.0
"""Pings, pongs and pieces of messages that a client may send: these a second, so many at once."""

_TOO_MANY = 1008


class PatientHttp(H11Protocol):
    """HTTP of a client that is waited for, but not for ever."""

    _head: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """See ``asyncio.Protocol``."""
        super().connection_made(transport)
        _read_little(transport)
        _give_up_after(transport, UNREAD_S)
        self._wait()

    def handle_events(self) -> None:
        """A request that is whole is waited for no more; after its answer the next one is."""
        asked = self.cycle
        super().handle_events()
        if self.cycle is not asked or self.transport.get_protocol() is not self:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """See uvicorn."""
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._stop_waiting()
        self._head = asyncio.get_running_loop().call_later(HEAD_S, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


class MeteredWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose client must read, and say something."""

    _unread: TimerHandle | None = None
    _allowed = BESIDE_BURST
    _counted = 0.0

    def connection_made(self, transport: BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        super().connection_made(transport)
        _read_little(transport)

    def pause_writing(self) -> None:
        """What was sent lies unread; uvicorn would wait for ever, and so would the call."""
        super().pause_writing()
        transport: Transport = self.transport
        self._unread = self.loop.call_later(UNREAD_S, transport.abort)

    def resume_writing(self) -> None:
        """It is read."""
        super().resume_writing()
        self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._read()
        super().connection_lost(exc)

    def keepalive_timeout(self) -> None:
        """It has answered no ping: nor will it read what is still to be sent."""
        super().keepalive_timeout()
        self.transport.abort()

    def handle_ping(self) -> None:
        """It is answered, unless there are too many."""
        super().handle_ping()
        self._count()

    def handle_pong(self, event: Frame) -> None:
        """It counts, asked for or not."""
        super().handle_pong(event)
        self._count()

    def handle_cont(self, event: Frame) -> None:
        """The next piece of a message."""
        super().handle_cont(event)
        self._count()

    def _count(self) -> None:
        now = self.loop.time()
        more = (now - self._counted) * BESIDE_HZ if self._counted else 0.0
        self._counted = now
        self._allowed = min(BESIDE_BURST, self._allowed + more) - 1
        if self._allowed < 0 and not (self.close_sent or self.transport.is_closing()):
            self.conn.fail(_TOO_MANY, "too many frames that are no messages")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.transport.close()

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def _read_little(transport: Any) -> None:
    """Of a connection at a time, where the event loop is asyncio's own."""
    if hasattr(transport, "max_size"):
        transport.max_size = READ_BYTES


def _give_up_after(transport: BaseTransport, seconds: float) -> None:
    """Where the system can, have it close a connection whose other end takes nothing: what lies in
    its own buffers does not pause anybody's writing."""
    found: Any = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and found is not None and found.family != socket.AF_UNIX:
        found.setsockopt(socket.IPPROTO_TCP, option, round(seconds * 1000))
