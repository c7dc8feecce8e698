"""The media streams of calls that were answered, whoever's they are."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket

from agent.realtime.socket import Gone
from agent.serving.calls import Refused
from agent.serving.desk import Desk
from agent.serving.entries import ServedCall
from agent.serving.holding import Holding
from agent.serving.phone import PhoneCall
from agent.serving.tickets import Shown
from agent.serving.wire import Gate, WebSocketWire, deny
from agent.telephony.events import Started
from agent.telephony.media import MediaStream
from agent.telephony.providers import PROVIDERS
from policies.policy import Policy

TICKET = "ticket"
"""The stream's parameter that holds its ticket, where its address does not."""

STARTS_WITHIN_S = 10.0
"""How long a stream may take to say that it has begun."""


class Streams:
    """Those that may come in, but for their tickets."""

    def __init__(self, desk: Desk, holding: Holding) -> None:
        self._desk = desk
        self._holding = holding

    async def take(
        self, socket: WebSocket, name: str, policy: Policy, ticket: str | None = None
    ) -> None:
        """Hold the call of a stream. ``ticket``: as its address has it; None: it brings one."""
        try:
            with self._desk.calls.admitted(name, "telephony") as call:
                if not await self._desk.puts_through(call, socket):
                    await self._answer(socket, call, policy, ticket)
        except Refused as error:
            await deny(socket, 503, str(error), error.retry_s)

    async def _answer(
        self, socket: WebSocket, call: ServedCall, policy: Policy, ticket: str | None
    ) -> None:
        shown = None
        if ticket is not None:
            shown = await self._desk.tickets.redeem(ticket, call.policy)
            if shown is None:
                return await deny(socket, 403, "no call was answered with this ticket")
        await socket.accept()
        with self._desk.calls.contained(call):
            await self._hold(socket, call, policy, shown)

    async def _hold(
        self, socket: WebSocket, call: ServedCall, policy: Policy, shown: Shown | None
    ) -> None:
        terms, clock = self._desk.terms, self._desk.clock

        def idle() -> None:
            if call.under_way is not None:
                call.under_way.stop("time_out")

        wire = WebSocketWire(socket, Gate(clock, terms.messages_hz), terms.idle_s, idle)
        stream = MediaStream(PROVIDERS[policy.telephony.provider])
        started = await _started(wire, stream)
        if started is None:
            return await wire.close(1002, "no stream has begun")
        if shown is None:
            name = started.parameters.get(TICKET, "")
            shown = await self._desk.tickets.redeem(name, call.policy)
        if shown is None:
            return await wire.close(1008, "no call was answered with this ticket")
        phone = PhoneCall(wire, stream, policy, clock)
        await phone.hold(self._holding, call, started.call, shown.caller, terms.environment)


async def _started(wire: WebSocketWire, stream: MediaStream) -> Started | None:
    """The stream's beginning; None where it does not come."""
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            for _ in range(10):
                for event in stream.receive(await wire.receive()):
                    return event if isinstance(event, Started) else None
    except (TimeoutError, Gone):
        return None
    return None
