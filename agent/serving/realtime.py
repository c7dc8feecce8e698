"""``/v1/realtime``: the OpenAI Realtime protocol over a WebSocket, one call each, on real time.

ws://HOST/v1/realtime?model=POLICY
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.websockets import WebSocket

from agent.conversation import Conversation
from agent.live.jitter import JitterBuffer
from agent.live.pacing import FRAME_S, FRAME_SAMPLES, LiveClock, Pacer
from agent.realtime.line import CallerLine
from agent.realtime.session import RealtimeSession
from agent.realtime.socket import Connection
from agent.serving.calls import Refused
from agent.serving.desk import Desk
from agent.serving.entries import Flow, ServedCall
from agent.serving.guard import PROTOCOL, refusal
from agent.serving.holding import Holding
from agent.serving.wire import Gate, WebSocketWire, deny
from policies.policy import Policy
from system2.tools.answers import Toolbox

_LOOKED_BACK = 50
"""Frames, a second of them."""


_NEEDED_S = FRAME_S / 2
"""So much may go on waiting: sound comes in pieces, and unevenly."""


class RealtimeEndpoint:
    """See the module."""

    def __init__(self, desk: Desk, holding: Holding) -> None:
        self._desk = desk
        self._holding = holding

    async def __call__(self, socket: WebSocket) -> None:
        """One client, from its handshake to its end."""
        terms = self._desk.terms
        if (refused := refusal(terms, socket)) is not None:
            return await deny(socket, *refused)
        name = socket.query_params.get("model") or terms.default
        policy = terms.policies.get(name)
        if policy is None:
            return await deny(socket, 404, "no such model: it is the name of a policy served here")
        try:
            with self._desk.calls.admitted(name, "realtime") as call:
                if not await self._desk.puts_through(call, socket):
                    await self._answer(socket, call, policy)
        except Refused as error:
            await deny(socket, 503, str(error), error.retry_s)

    async def _answer(self, socket: WebSocket, call: ServedCall, policy: Policy) -> None:
        terms, clock = self._desk.terms, self._desk.clock
        asked = socket.headers.get("sec-websocket-protocol", "")
        offered = [one.strip() for one in asked.split(",")]
        await socket.accept(PROTOCOL if PROTOCOL in offered else None)

        caller: CallerLine | None = None

        def idle() -> None:
            # Who has hung up has nothing more to send, however long the rest takes to be heard.
            if call.under_way is not None and not (caller is not None and caller.has_left):
                call.under_way.stop("time_out")

        @asynccontextmanager
        async def opener(chosen: Policy, tools: Toolbox) -> AsyncIterator[Conversation]:
            async with self._holding.held(call, chosen, tools) as conversation:
                yield conversation

        async def driver(conversation: Conversation, line: CallerLine) -> None:
            nonlocal caller
            caller = line
            await at_pace(conversation, line, call.flow, clock)

        wire = WebSocketWire(socket, Gate(clock, terms.messages_hz), terms.idle_s, idle)
        model = terms.model or policy.model.name
        session = RealtimeSession(policy, model, f"sess_{call.id}")
        with self._desk.calls.contained(call):
            await Connection(wire, session, policy, opener, driver).serve()


class _Coming:
    """See ``Arrivals``: sound in the line, and what of it was taken already."""

    def __init__(self, line: CallerLine, heard: JitterBuffer) -> None:
        self._line = line
        self._heard = heard

    @property
    def is_there(self) -> bool:
        return self._line.over or self._line.unheard_s + self._heard.held_s >= FRAME_S

    @property
    def news(self) -> asyncio.Event:
        return self._line.news


async def at_pace(
    conversation: Conversation, line: CallerLine, flow: Flow, clock: LiveClock
) -> None:
    """A frame every 20 ms until the call has ended or its line is over, once its sound is there.

    Sound of the caller's that came ahead of time waits in the line: what came while the call was
    being opened, or at once after a delay. What has waited all through the last second is no
    network's unevenness: it is made up for at twice the pace while the agent is silent, so that
    nothing of it is lost and the agent's sound is never ahead of time.
    """
    heard = JitterBuffer(conversation.sample_rate)
    pacer = Pacer(clock)
    coming = _Coming(line, heard)
    waited: deque[float] = deque(maxlen=_LOOKED_BACK)  # s, after each frame

    async def frame() -> bool:
        while heard.held_s < FRAME_S:
            came = line.waiting(conversation, FRAME_SAMPLES)
            if not len(came):
                break
            heard.add(came)
        answer = await conversation.step(heard.take(FRAME_SAMPLES))
        line.play(answer)
        return bool(answer.any())

    try:
        while conversation.ended is None and not line.over:
            await pacer.wait(coming)
            audible = await frame()
            pacer.done()
            waited.append(line.unheard_s + heard.held_s)
            spare = len(waited) == _LOOKED_BACK and min(waited) > _NEEDED_S
            if spare and not audible and conversation.ended is None:
                await frame()
                flow.made_up += FRAME_SAMPLES
                waited = deque((one - FRAME_S for one in waited), _LOOKED_BACK)
    finally:
        flow.pace = pacer.pace
        flow.silence = heard.silence
        flow.dropped = line.dropped + heard.dropped
