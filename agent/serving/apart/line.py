"""A client's connection that can be given away before its handshake is answered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, MutableMapping
from typing import Any

from agent.serving.connections import MeteredWebSocket

KEY = "kairos.line"
"""Where an ASGI scope's extensions have it."""


class Line(MeteredWebSocket):
    """A WebSocket that remembers what its client has sent."""

    _came = b""
    _given = False

    def data_received(self, data: bytes) -> None:
        """More of the client's; kept until the handshake is answered."""
        if not self.handshake_complete:
            self._came += data
        if not self._given:
            super().data_received(data)

    async def run_asgi(self) -> None:
        """Runs the application, which finds this object in its scope."""
        extensions: MutableMapping[str, Any] = self.scope["extensions"]
        extensions[KEY] = self
        await super().run_asgi()

    def copied(self) -> tuple[socket.socket, bytes]:
        """The connection once more, and all that has come of it."""
        own = self.transport.get_extra_info("socket")
        return socket.socket(fileno=socket.dup(own.fileno())), self._came

    def let_go(self) -> None:
        """Here it is over: who has the copy goes on with it."""
        # The application owes no answer any more, and what is closed here stays open there.
        self._given = self.handshake_complete = self.close_sent = True
        self.transport.abort()


def line_of(scope: Mapping[str, Any]) -> Line | None:
    """The connection of an ASGI scope; None where it cannot be given away."""
    found = scope.get("extensions", {}).get(KEY)
    return found if isinstance(found, Line) else None


async def answered(line: Line, data: bytes) -> None:
    """Serve a connection that was given here, whose client has sent this, until it has ended."""
    line.data_received(data)
    while line.tasks:
        await asyncio.wait(line.tasks)
