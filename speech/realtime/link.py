"""A WebSocket to a Realtime server that tasks of its own read and write: who uses it never waits
unless it wants to.

Errors are told in our own words: those of a server or a library may quote the key.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from speech.duplex.events import EngineError
from speech.errors import SpeechError
from speech.realtime.wire import Incoming, parsed

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_LARGEST = 16 * 1024 * 1024
"""Bytes of a message."""

_CLOSING_S = 1.0


def address(url: str, model: str) -> str:
    """The WebSocket of a model at a base URL such as ``https://api.openai.com/v1``."""
    scheme, host, path, _, _ = urlsplit(url)
    kind = "wss" if scheme == "https" else "ws"
    return urlunsplit((kind, host, f"{path}/realtime", f"model={quote(model)}", ""))


def need_websockets() -> None:
    """Raises ``SpeechError`` where the package websockets is missing."""
    import importlib.util

    if importlib.util.find_spec("websockets") is None:
        raise SpeechError("websockets is not installed: pip install 'kairos-voice[realtime]'")


class Link:
    """One connection, once ``opened``."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._incoming: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self.broken = False
        loop = asyncio.get_running_loop()
        self._tasks = (loop.create_task(self._read()), loop.create_task(self._write()))

    @classmethod
    async def opened(cls, url: str, headers: Mapping[str, str], connect_s: float) -> Link:
        """A connection, within so many seconds. Raises ``EngineError``."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus, WebSocketException

        class Plain(connect):
            """A connection that follows no redirect: the key goes where the policy says."""

            def process_redirect(self, exc: Exception) -> Exception | str:
                return exc

        try:
            connection = await Plain(
                url,
                additional_headers=headers,
                open_timeout=connect_s,
                close_timeout=_CLOSING_S,
                max_size=_LARGEST,
                proxy=None,
            )
        except InvalidStatus as error:
            status = error.response.status_code
            meaning = "does not take the key" if status in (401, 403) else "refuses"
            raise EngineError(f"{meaning} ({status})") from None
        except TimeoutError:
            raise EngineError("cannot be reached in time") from None
        except (OSError, WebSocketException):
            raise EngineError("cannot be reached") from None
        return cls(connection)

    def send(self, event: Mapping[str, object]) -> None:
        """Send as soon as the network takes it; into a broken link, nothing happens."""
        if not self.broken:
            self._outgoing.put_nowait(json.dumps(event, ensure_ascii=False))

    async def next(self) -> Incoming:
        """The next event of interest. Raises ``EngineError`` once the link is broken."""
        found = await self._incoming.get()
        if found is None:
            self._incoming.put_nowait(None)
            raise EngineError("broke off")
        return found

    def waiting(self) -> Incoming | None:
        """The next event that is there already."""
        found = None if self._incoming.empty() else self._incoming.get_nowait()
        if found is None and self.broken:
            self._incoming.put_nowait(None)
        return found

    async def close(self) -> None:
        """Close it in order, as far as the other side lets it."""
        self.broken = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):
            await self._connection.close()

    async def _read(self) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            async for message in self._connection:
                found = parsed(message)
                if found is not None:
                    self._incoming.put_nowait(found)
        except ConnectionClosed:
            pass
        finally:
            self.broken = True
            self._incoming.put_nowait(None)

    async def _write(self) -> None:
        from websockets.exceptions import ConnectionClosed

        # That the link is down is for who reads it to tell.
        with suppress(ConnectionClosed):
            while True:
                await self._connection.send(await self._outgoing.get())
