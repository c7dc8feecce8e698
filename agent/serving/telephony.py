"""``/twilio``: calls over a telephony provider's media stream.

    POST /twilio?policy=POLICY            what a provider asks what to do with a call: TwiML
    ws   /twilio/media/POLICY             the stream that this connects the call to

Either is let in by Twilio's signature, keyed with the policy's token, which is looked up in the
environment. A stream must also bring the ticket that its call was answered with, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from agent.live.pacing import LiveClock
from agent.realtime.socket import Gone
from agent.serving.calls import Calls, Refused, ServedCall
from agent.serving.log import warned
from agent.serving.phone import PhoneCall
from agent.serving.terms import Terms
from agent.serving.tickets import Ticket, Tickets
from agent.serving.wire import Gate, WebSocketWire, deny
from agent.telephony.events import Started
from agent.telephony.media import MediaStream
from agent.telephony.providers import PROVIDERS
from agent.telephony.signature import HEADER, is_signed
from agent.telephony.twiml import REFUSAL, stream_answer
from policies.policy import Policy

TICKET = "ticket"
LONGEST_FORM = 64 * 1024
STARTS_WITHIN_S = 10.0
"""How long a stream may take to say that it has begun."""


class TelephonyEndpoint:
    """See the module."""

    def __init__(self, terms: Terms, calls: Calls, clock: LiveClock) -> None:
        self._terms = terms
        self._calls = calls
        self._clock = clock
        self.tickets = Tickets(clock)

    async def answer(self, request: Request) -> Response:
        """A call comes in."""
        name = request.query_params.get("policy") or self._terms.default
        policy = self._terms.policies.get(name)
        if policy is None:
            return PlainTextResponse("no such policy is served here\n", 404)
        body = await body_of(request)
        if body is None:
            return PlainTextResponse("a form is wanted, of 64 KiB at most\n", 413)
        form = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        if (why := self._unsigned(request, policy, ("https", "http"), form)) is not None:
            return PlainTextResponse(f"{why}\n", 403)
        try:
            self._calls.check()
        except Refused as error:
            head = {"Retry-After": str(error.retry_s)}
            return Response(REFUSAL, media_type="text/xml", headers=head)
        given = dict(form).get("From", "").strip()
        ticket = self.tickets.issue(name, given or None)
        base = self.bases(request, ("wss",))[0]
        address = f"{base}/twilio/media/{quote(name, safe='')}"
        return Response(stream_answer(address, {TICKET: ticket}), media_type="text/xml")

    async def media(self, socket: WebSocket) -> None:
        """A stream comes in."""
        name = socket.path_params["policy"]
        policy = self._terms.policies.get(name)
        if policy is None:
            return await deny(socket, 404, "no such policy is served here")
        if (why := self._unsigned(socket, policy, ("wss", "ws"))) is not None:
            return await deny(socket, 403, why)
        await self.taken(socket, name, policy)

    async def taken(
        self, socket: WebSocket, name: str, policy: Policy, ticket: Ticket | None = None
    ) -> None:
        """Hold the call of a stream that may come in. ``ticket``: where it was taken already;
        else the stream brings its name as a parameter."""
        try:
            with self._calls.admitted(name, "telephony") as call:
                await socket.accept()
                try:
                    await self._admitted(socket, call, policy, ticket)
                except asyncio.CancelledError:
                    if not call.stopped:
                        raise
                except Exception as error:
                    warned("call.broke", call=call.id, error=type(error).__name__)
        except Refused as error:
            await deny(socket, 503, str(error), error.retry_s)

    async def _admitted(
        self, socket: WebSocket, call: ServedCall, policy: Policy, ticket: Ticket | None
    ) -> None:
        def idle() -> None:
            if call.conversation is not None:
                call.conversation.stop("time_out")

        gate = Gate(self._clock, self._terms.messages_hz)
        wire = WebSocketWire(socket, gate, self._terms.idle_s, idle)
        stream = MediaStream(PROVIDERS[policy.telephony.provider])
        started = await _started(wire, stream)
        if started is None:
            return await wire.close(1002, "no stream has begun")
        if ticket is None:
            ticket = self.tickets.take(started.parameters.get(TICKET, ""), call.policy)
        if ticket is None:
            return await wire.close(1008, "no call was answered with this ticket")
        phone = PhoneCall(wire, stream, policy, self._clock)
        environment = self._terms.environment
        await phone.hold(self._calls, call, started.call, ticket.caller, environment)

    def _unsigned(
        self,
        request: HTTPConnection,
        policy: Policy,
        schemes: tuple[str, ...],
        form: Iterable[tuple[str, str]] = (),
    ) -> str | None:
        """Why a request is not known to come from the provider."""
        variable = policy.telephony.token_env
        token = self._terms.environment.get(variable)
        if not token:
            return f"no call can be taken while {variable} is not set"
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        given, pairs = request.headers.get(HEADER), tuple(form)
        signed = [
            is_signed(token, given, base + path, pairs) for base in self.bases(request, schemes)
        ]
        return None if any(signed) else "the signature is not Twilio's"

    def bases(self, request: HTTPConnection, schemes: tuple[str, ...]) -> list[str]:
        """The addresses that the provider may know the server by."""
        if self._terms.public_url is not None:
            rest = self._terms.public_url.rstrip("/").partition("://")[2]
        else:
            rest = request.headers.get("host", "")
        return [f"{scheme}://{rest}" for scheme in schemes]


async def body_of(request: Request) -> bytes | None:
    """A request's body; None where it is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            return None
    return bytes(body)


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
