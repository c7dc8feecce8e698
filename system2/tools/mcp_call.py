"""Tools of MCP servers, through the official SDK (extra ``mcp``); a server serves for one call.

The SDK reads an answer whole before anyone sees it: here ``most_bytes`` is held against what was
read.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from policies.tools import McpCall, Tool
from system2.desk import Json
from system2.tools.answers import ToolError, bounded, compact
from system2.tools.secrets import headers, variables
from system2.tools.threads import in_thread

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult

LONGEST_COMPLAINT = 200
"""Characters of what a tool says of its own failure."""


class McpTools:
    """The sessions of one call, each opened when it is first wanted."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._sessions: dict[tuple[object, ...], _Session] = {}

    async def call(self, tool: Tool, arguments: Mapping[str, Json]) -> str:
        """The answer to one use; ``ToolError`` where there is none of use."""
        terms = tool.mcp
        assert terms is not None
        place = (terms.command, terms.url, terms.env, tuple(terms.headers.items()))
        session = self._sessions.get(place)
        if session is None or session.over:
            session = self._sessions[place] = _Session(terms, self._environment)
        client = await session.client()
        try:
            answer = await client.call_tool(terms.tool, dict(arguments))
        except ToolError:
            raise
        except Exception as error:
            # The SDK's errors quote what was sent.
            session.end()
            reason = f"its MCP server failed: {type(error).__name__}"
            raise ToolError(reason, unclear=True) from None
        return bounded(_text(answer), tool.most_bytes)

    async def close(self) -> None:
        """End the servers that were started."""
        for session in self._sessions.values():
            session.end()
        await asyncio.gather(*(one.ended() for one in self._sessions.values()))
        self._sessions.clear()


class _Session:
    """One server. Opened and closed by one and the same task, as the SDK demands."""

    def __init__(self, terms: McpCall, environment: Mapping[str, str]) -> None:
        self._terms = terms
        self._environment = environment
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._end = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._serve())

    @property
    def over(self) -> bool:
        """It serves no more."""
        return self._end.is_set() or self._task.done()

    async def client(self) -> Client:
        """Once the server is ready; ``ToolError`` where it cannot be had."""
        return await asyncio.shield(self._ready)

    def end(self) -> None:
        """Let it end."""
        self._end.set()
        if not self._ready.done():
            self._task.cancel()

    async def ended(self) -> None:
        """Once it has."""
        with suppress(asyncio.CancelledError):
            await self._task

    async def _serve(self) -> None:
        try:
            async with _opened(self._terms, self._environment) as client:
                self._ready.set_result(client)
                await self._end.wait()
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(_refusal(error))
                # Whoever waited may have gone.
                self._ready.exception()
            if isinstance(error, asyncio.CancelledError):
                raise


def _refusal(error: BaseException) -> ToolError:
    if isinstance(error, ToolError):
        return error
    if isinstance(error, ImportError):
        return ToolError("MCP needs the package mcp: pip install 'kairos-voice[mcp]'")
    return ToolError(f"its MCP server cannot be had: {type(error).__name__}")


@asynccontextmanager
async def _opened(terms: McpCall, environment: Mapping[str, str]) -> AsyncIterator[Client]:
    await in_thread(_load)
    from mcp import Client

    if terms.command is not None:
        from mcp.client.stdio import StdioServerParameters, stdio_client

        program = StdioServerParameters(
            command=terms.command[0],
            args=list(terms.command[1:]),
            env=variables(terms.env, environment),
        )
        # What a server prints may quote the caller; it is nobody's log.
        with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230 -- no file behind it
            async with Client(stdio_client(program, nowhere)) as client:
                yield client
    else:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        assert terms.url is not None
        sent = headers(terms.headers, environment)
        async with (
            httpx2.AsyncClient(trust_env=False, headers=sent, timeout=None) as http,
            Client(streamable_http_client(terms.url, http_client=http)) as client,
        ):
            yield client


def _load() -> None:
    """The SDK takes more than a second to import, in which a call must go on."""
    try:
        import mcp.client.stdio
        import mcp.client.streamable_http  # noqa: F401
    except ImportError:
        raise ToolError("MCP needs the package mcp: pip install 'kairos-voice[mcp]'") from None


def _text(answer: CallToolResult) -> str:
    pieces = [_words(block) for block in answer.content]
    text = "\n".join(piece for piece in pieces if piece)
    if answer.is_error:
        complaint = " ".join(text.split())[:LONGEST_COMPLAINT]
        raise ToolError(f"the tool says: {complaint}" if complaint else "the tool failed")
    structured: Any = answer.structured_content
    if structured is not None:
        # Functions that return no object are wrapped in {"result": ...}.
        bare = structured["result"] if list(structured) == ["result"] else structured
        return bare if isinstance(bare, str) else compact(bare)
    return text


def _words(block: object) -> str:
    words = getattr(block, "text", None)
    return words if isinstance(words, str) else ""
