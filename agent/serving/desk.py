"""Where clients come in: what the endpoints of one process share."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.websockets import WebSocket

from agent.live.pacing import LiveClock
from agent.serving.apart.line import line_of
from agent.serving.apart.nursery import NurseryError
from agent.serving.apart.switchboard import Switchboard
from agent.serving.calls import Calls
from agent.serving.entries import ServedCall
from agent.serving.log import warned
from agent.serving.terms import Terms
from agent.serving.tickets import Inspector


@dataclass(frozen=True, slots=True)
class Desk:
    """``switchboard``: None where clients are answered in this process."""

    terms: Terms
    calls: Calls
    clock: LiveClock
    tickets: Inspector
    switchboard: Switchboard | None = None

    async def puts_through(self, call: ServedCall, socket: WebSocket) -> bool:
        """Whether another process has answered a client that was let in; it is gone then."""
        line = line_of(socket.scope)
        if self.switchboard is None or line is None:
            return False
        try:
            await self.switchboard.put_through(call, line)
        except NurseryError as error:
            # Better in a process with others than not at all.
            warned("call.not_apart", call=call.id, reason=str(error))
            return False
        return True
