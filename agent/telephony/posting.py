"""A POST that is tried again: what call control sends, to one server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.telephony.control import ControlError

if TYPE_CHECKING:
    from httpx2 import AsyncClient

Pause = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""

MOST_BYTES = 64 * 1024
"""Of an answer; the rest is not read."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A server's answer that is no fault of the server's own."""

    status: int
    body: bytes


class Posting:
    """Requests to one server. ``who``: what it is called in errors.

    ``time_out``: of one request, s; ``tries``: in all, where the server cannot be reached, is late,
    or answers 429 or 500 and more; ``backoff``: before the second, s, twice as long before each
    next one.
    """

    def __init__(
        self,
        who: str,
        time_out: float,
        tries: int,
        backoff: float,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._who = who
        self._time_out = time_out
        self._tries = tries
        self._backoff = backoff
        self._pause = pause
        self._client: AsyncClient | None = None

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answered:
        """The answer. Raises ``ControlError`` where there is none: no address, no body and nothing
        of an answer stands in it."""
        why = ""
        for attempt in range(self._tries):
            if attempt:
                await self._pause(self._backoff * 2 ** (attempt - 1))
            outcome = await self._once(url, body, headers)
            if isinstance(outcome, Answered):
                return outcome
            why = outcome
        raise ControlError(f"{self._who} {why}")

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _once(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered | str:
        """The answer, or why there is none that counts."""
        import httpx2

        if self._client is None:
            # Loading the certificates takes longer than a frame.
            self._client = await asyncio.to_thread(_client)
        head = {"Accept-Encoding": "identity", **headers}
        try:
            async with (
                asyncio.timeout(self._time_out),
                self._client.stream("POST", url, content=body, headers=head) as answer,
            ):
                if answer.status_code == 429 or answer.status_code >= 500:
                    return f"answers {answer.status_code}"
                said = bytearray()
                async for piece in answer.aiter_raw():
                    said += piece
                    if len(said) > MOST_BYTES:
                        break
                return Answered(answer.status_code, bytes(said[:MOST_BYTES]))
        except TimeoutError:
            return "gives no answer in time"
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return "cannot be reached"


def _client() -> AsyncClient:
    import httpx2

    return httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=None)
