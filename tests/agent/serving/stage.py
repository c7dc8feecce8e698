"""A real server on a free port, in the test's own loop, and clients of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from agent.serving.apart.nursery import Nursery
from agent.serving.server import Server, listening
from agent.serving.terms import Terms
from policies.loading import load_policy
from policies.policy import Policy
from speech.protocols import Audio

TOKEN = "a-token-for-the-tests"
AUTH_TOKEN = "12345"
POLICY = load_policy("broadband")


async def until(condition: Callable[[], bool]) -> None:
    """Until something has come about elsewhere in the process."""
    while not condition():  # noqa: ASYNC110 - the server has no event for each
        await asyncio.sleep(0.01)


@dataclass
class Stage:
    """A server that runs, and a client that speaks HTTP to it."""

    server: Server
    http: httpx2.AsyncClient
    out: Path
    nursery: Nursery | None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    @property
    def calls(self) -> Any:
        return self.server.calls

    @asynccontextmanager
    async def socket(
        self, path: str = "/v1/realtime", **options: Any
    ) -> AsyncIterator[ClientConnection]:
        options.setdefault("additional_headers", {"Authorization": f"Bearer {TOKEN}"})
        async with connect(f"ws://{self.host}{path}", max_size=None, **options) as connection:
            yield connection

    async def emptied(self) -> None:
        """Until no client is there any more and all files are written."""
        await until(lambda: not self.calls.active)
        await self.calls.written()


@asynccontextmanager
async def serving(
    out: Path, policy: Policy = POLICY, apart: bool = False, **given: Any
) -> AsyncIterator[Stage]:
    """``apart``: each call in a process of its own."""
    given.setdefault("tokens", (TOKEN,))
    given.setdefault("drain_s", 0.0)
    given.setdefault("environment", {"TWILIO_AUTH_TOKEN": AUTH_TOKEN})
    terms = Terms({"broadband": policy}, out, **given)
    nursery = Nursery(terms) if apart else None
    server = Server(terms, listening("127.0.0.1", 0), nursery)
    running = asyncio.create_task(server.run())
    headers = {"Authorization": f"Bearer {TOKEN}"} if terms.tokens else {}
    url = f"http://127.0.0.1:{server.port}"
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
        try:
            yield Stage(server, http, out, nursery)
        finally:
            server.stop()
            async with asyncio.timeout(30):
                await running
            if nursery is not None:
                nursery.close()


def pcm(audio: Audio) -> bytes:
    data: bytes = np.rint(audio * 32767).astype("<i2").tobytes()
    return data
