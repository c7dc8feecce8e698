"""Tools behind HTTP: a request goes to the server that the policy names, and nowhere else.

httpx2 sends it: it keeps connections open from one use to the next and closes them when the work
is cancelled. Proxies of the environment and redirects to other servers are not followed, the
answer is read no further than it may be long, and compression is not asked for, so that a small
answer cannot unpack to a large one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from policies.tools import HttpCall, Tool
from system2.desk import Json
from system2.tools.answers import ToolError, of_body, too_long
from system2.tools.request import Request, request
from system2.tools.secrets import headers
from system2.tools.threads import in_thread

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

Pause = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""

AT_ONCE = 8
"""Connections of one call."""

MOST_REDIRECTS = 3


class HttpTools:
    """The connections of one call. ``pause``: waits before a retry."""

    def __init__(self, environment: Mapping[str, str], pause: Pause) -> None:
        self._environment = environment
        self._pause = pause
        self._client: AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def call(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> str:
        """The answer to one use; ``ToolError`` where there is none of use."""
        terms = tool.http
        assert terms is not None
        sent = request(terms, arguments)
        head = {
            "Accept": "application/json, text/plain",
            "Accept-Encoding": "identity",
            **({"Content-Type": "application/json"} if sent.body is not None else {}),
            **headers(terms.headers, self._environment),
            **({"Idempotency-Key": key} if tool.side_effects else {}),
        }
        client = await self._open()
        for attempt in range(tool.tries_again + 1):
            try:
                return await self._once(client, tool, terms, sent, head)
            except _AgainError as error:
                if attempt == tool.tries_again:
                    raise ToolError(str(error), unclear=error.unclear) from None
            await self._pause(terms.backoff * 2**attempt)
        raise AssertionError("unreachable")

    async def _once(
        self, client: AsyncClient, tool: Tool, terms: HttpCall, sent: Request, head: dict[str, str]
    ) -> str:
        import httpx2

        url = sent.url
        time_out = httpx2.Timeout(None, connect=terms.connect)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                async with client.stream(
                    sent.method, url, content=sent.body, headers=head, timeout=time_out
                ) as answer:
                    if not answer.is_redirect:
                        return await _read(answer, tool, terms.returns)
                    url = _next(sent, url, answer.headers.get("location", ""))
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise _AgainError("its server cannot be reached") from None
        except httpx2.TransportError:
            raise _AgainError("the connection to its server broke", unclear=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise ToolError("its server cannot be asked") from None
        raise ToolError("its server redirects without end")

    async def _open(self) -> AsyncClient:
        async with self._opening:
            if self._client is None:
                # Loading the library and the certificates takes longer than a frame.
                self._client = await in_thread(_client)
            return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class _AgainError(ToolError):
    """It may go well the next time."""


def _client() -> AsyncClient:
    import httpx2

    limits = httpx2.Limits(max_connections=AT_ONCE)
    return httpx2.AsyncClient(trust_env=False, follow_redirects=False, limits=limits)


async def _read(answer: Response, tool: Tool, returns: str | None) -> str:
    status = answer.status_code
    if status == 429 or status >= 500:
        raise _AgainError(f"its server answers {status}")
    if not 200 <= status < 300:
        # The answer's text is not told: servers quote what they were sent.
        raise ToolError(f"its server answers {status}")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise ToolError("its answer is compressed, which was not asked for")
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > tool.most_bytes:
            raise too_long(tool.most_bytes)
    return of_body(bytes(body), answer.headers.get("content-type", ""), returns)


def _next(sent: Request, url: str, location: str) -> str:
    """Where a redirect leads; ``ToolError`` where it is not followed."""
    target = urljoin(url, location)
    before, after = urlsplit(url), urlsplit(target)
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        raise ToolError("its server redirects to another one")
    if sent.method != "GET":
        raise ToolError("its server redirects a request that is no GET", unclear=True)
    return target
