"""Starlette's WebSocket as the protocols here want it, read no faster than is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from agent.live.pacing import LiveClock
from agent.realtime.socket import Gone

BURST_S = 5.0
"""So long a client may have sent nothing, and send it all at once."""


class Gate:
    """Lets a number of things a second pass on average, and some at once."""

    def __init__(self, clock: LiveClock, hz: float) -> None:
        self._clock = clock
        self._each_s = 1.0 / hz
        self._next = clock.now() - BURST_S

    async def passed(self) -> None:
        """Until the next one may."""
        now = self._clock.now()
        self._next = max(self._next, now - BURST_S) + self._each_s
        if self._next > now:
            await self._clock.until(self._next)


class WebSocketWire:
    """A ``Wire`` that has been accepted. ``idle_s``: how long nothing may come; then ``idle`` is
    called, and the client counts as gone."""

    def __init__(
        self, socket: WebSocket, gate: Gate, idle_s: float, idle: Callable[[], None]
    ) -> None:
        self._socket = socket
        self._gate = gate
        self._idle_s = idle_s
        self._idle = idle

    async def receive(self) -> str | bytes:
        """See ``Wire``."""
        await self._gate.passed()
        try:
            async with asyncio.timeout(self._idle_s):
                message = await self._socket.receive()
        except TimeoutError:
            self._idle()
            raise Gone from None
        if message["type"] == "websocket.disconnect":
            raise Gone
        text: str | None = message.get("text")
        if text is not None:
            return text
        data: bytes = message.get("bytes") or b""
        return data

    async def send(self, text: str | bytes) -> None:
        """See ``Wire``."""
        try:
            if isinstance(text, bytes):
                await self._socket.send_bytes(text)
            else:
                await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            # Starlette has the second for a socket that is closed already.
            raise Gone from None

    async def close(self, code: int, reason: str) -> None:
        """See ``Wire``."""
        if WebSocketState.DISCONNECTED in (
            self._socket.client_state,
            self._socket.application_state,
        ):
            return
        try:
            await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            return


async def deny(socket: WebSocket, status: int, why: str, retry_s: int | None = None) -> None:
    """Refuse a WebSocket before it is one, with an answer that says why."""
    headers = {} if retry_s is None else {"Retry-After": str(retry_s)}
    kinds = {401: "authentication_error", 503: "server_error"}
    kind = kinds.get(status, "invalid_request_error")
    body = {"error": {"type": kind, "message": why}}
    await socket.send_denial_response(JSONResponse(body, status, headers))
