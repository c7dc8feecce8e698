"""What a call's process and the server's say to each other: JSON, a line each.

| to the server | |
|---|---|
| ``{"is": "began"}`` | the client has begun its call |
| ``{"is": "over", "outcome", "duration_s"}`` | it has ended |
| ``{"is": "measured", "tally": {...}}`` | its files are written |
| ``{"is": "ticket", "name", "policy"}`` | is there such a ticket? |

| to the call | |
|---|---|
| ``{"do": "stop", "outcome"}`` | end it |
| ``{"do": "ticket", "caller", "is_good"}`` | the answer |

Either notices by the end of the stream that the other is gone.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

LONGEST = 4 * 1024 * 1024
"""A message's length (bytes): a call of hours has that many response gaps."""


class Channel:
    """One end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> Channel:
        """On one end of a pair of sockets."""
        return cls(*await asyncio.open_unix_connection(sock=end, limit=LONGEST))

    def send(self, message: Mapping[str, object]) -> None:
        """Say this; nothing happens once the other is gone."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(message).encode() + b"\n")

    async def messages(self) -> AsyncIterator[Mapping[str, Any]]:
        """What the other says, until it is gone."""
        try:
            while line := await self._reader.readline():
                yield json.loads(line)
        except ConnectionError:
            return

    async def close(self) -> None:
        """Once all was sent."""
        try:
            await self._writer.drain()
            self._writer.close()
            await self._writer.wait_closed()
        except ConnectionError:
            return
