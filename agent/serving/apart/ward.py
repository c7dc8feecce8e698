"""In the server's process: a call that another process holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agent.live.pacing import LiveClock
from agent.serving.apart.messages import Channel
from agent.serving.calls import Calls
from agent.serving.entries import ServedCall, Stop
from agent.serving.log import warned
from agent.serving.tally import Tally
from agent.serving.tickets import Inspector


class Ward:
    """``died``: called with a call whose process is gone though the call was under way."""

    def __init__(
        self,
        call: ServedCall,
        channel: Channel,
        calls: Calls,
        tickets: Inspector,
        clock: LiveClock,
        died: Callable[[ServedCall], None],
    ) -> None:
        self._call = call
        self._channel = channel
        self._calls = calls
        self._tickets = tickets
        self._clock = clock
        self._died = died
        self._began: float | None = None
        self.left = asyncio.Event()
        """The client is gone, or its call is over."""

    @property
    def now(self) -> float:
        """See ``UnderWay``: by the clock here."""
        return 0.0 if self._began is None else self._clock.now() - self._began

    def stop(self, outcome: Stop) -> None:
        """See ``UnderWay``."""
        self._channel.send({"do": "stop", "outcome": outcome})

    async def watch(self) -> None:
        """Until its process is gone."""
        call = self._call
        try:
            async for message in self._channel.messages():
                match message["is"]:
                    case "began":
                        self._began = self._clock.now()
                        self._calls.began(call, self)
                    case "over":
                        self._calls.over(call, message["outcome"], message["duration_s"])
                        self.left.set()
                    case "measured":
                        self._calls.measured(call, Tally(**message["tally"]))
                    case _:
                        shown = await self._tickets.redeem(message["name"], message["policy"])
                        caller = None if shown is None else shown.caller
                        good = shown is not None
                        self._channel.send({"do": "ticket", "caller": caller, "is_good": good})
        finally:
            if call.begun and call.outcome is None:
                warned("call.died", call=call.id)
                self._calls.over(call, "error", self.now)
                self._died(call)
            self.left.set()
            await self._channel.close()
