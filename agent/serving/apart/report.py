"""In a call's process: what becomes of the call is told to the server's, which may end it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict

from agent.serving.apart.messages import Channel
from agent.serving.entries import ServedCall, Stop
from agent.serving.tally import Tally
from agent.serving.tickets import Shown


class Report:
    """A ``Watcher`` of the one call, and the ``Inspector`` of its ticket."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._asked: asyncio.Future[Shown | None] | None = None

    def began(self, call: ServedCall) -> None:
        """See ``Watcher``."""
        self._channel.send({"is": "began"})

    def over(self, call: ServedCall) -> None:
        """See ``Watcher``."""
        self._channel.send({"is": "over", "outcome": call.outcome, "duration_s": call.duration_s})

    def measured(self, call: ServedCall, tally: Tally) -> None:
        """See ``Watcher``."""
        self._channel.send({"is": "measured", "tally": asdict(tally)})

    def may_be(self, name: str, policy: str) -> bool:
        """See ``Inspector``: the server has looked before it forked."""
        return True

    async def redeem(self, name: str, policy: str) -> Shown | None:
        """See ``Inspector``."""
        self._asked = asyncio.get_running_loop().create_future()
        self._channel.send({"is": "ticket", "name": name, "policy": policy})
        return await self._asked

    async def listen(self, stop: Callable[[Stop], None]) -> None:
        """Do what the server says, until it is gone; without it no call goes on."""
        async for message in self._channel.messages():
            match message["do"]:
                case "ticket":
                    shown = Shown(message["caller"]) if message["is_good"] else None
                    if self._asked is not None and not self._asked.done():
                        self._asked.set_result(shown)
                case _:
                    stop(message["outcome"])
        stop("error")
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(None)
