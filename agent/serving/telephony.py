"""``/twilio``: calls over a telephony provider's media stream.

    POST /twilio?policy=POLICY            what a provider asks what to do with a call: TwiML
    ws   /twilio/media/POLICY             the stream that this connects the call to

Either is let in by Twilio's signature, keyed with the policy's token, which is looked up in the
environment. A stream must also bring the ticket that its call was answered with, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from agent.serving.calls import Calls, Refused
from agent.serving.streams import TICKET, Streams
from agent.serving.terms import Terms
from agent.serving.tickets import Tickets
from agent.serving.wire import deny
from agent.telephony.signature import HEADER, is_signed
from agent.telephony.twiml import REFUSAL, stream_answer
from policies.policy import Policy

LONGEST_FORM = 64 * 1024


class TelephonyEndpoint:
    """A call comes in, and is told where its stream is to go."""

    def __init__(self, terms: Terms, calls: Calls, tickets: Tickets) -> None:
        self._terms = terms
        self._calls = calls
        self._tickets = tickets

    async def __call__(self, request: Request) -> Response:
        """The answer."""
        name = request.query_params.get("policy") or self._terms.default
        policy = self._terms.policies.get(name)
        if policy is None:
            return PlainTextResponse("no such policy is served here\n", 404)
        body = await body_of(request)
        if body is None:
            return PlainTextResponse("a form is wanted, of 64 KiB at most\n", 413)
        form = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        if (why := unsigned(self._terms, request, policy, ("https", "http"), form)) is not None:
            return PlainTextResponse(f"{why}\n", 403)
        try:
            self._calls.check()
        except Refused as error:
            head = {"Retry-After": str(error.retry_s)}
            return Response(REFUSAL, media_type="text/xml", headers=head)
        given = dict(form).get("From", "").strip()
        ticket = self._tickets.issue(name, given or None)
        base = bases(self._terms, request, ("wss",))[0]
        address = f"{base}/twilio/media/{quote(name, safe='')}"
        return Response(stream_answer(address, {TICKET: ticket}), media_type="text/xml")


class MediaEndpoint:
    """A call's stream comes in."""

    def __init__(self, terms: Terms, streams: Streams) -> None:
        self._terms = terms
        self._streams = streams

    async def __call__(self, socket: WebSocket) -> None:
        """One stream, from its handshake to its end."""
        name = socket.path_params["policy"]
        policy = self._terms.policies.get(name)
        if policy is None:
            return await deny(socket, 404, "no such policy is served here")
        if (why := unsigned(self._terms, socket, policy, ("wss", "ws"))) is not None:
            return await deny(socket, 403, why)
        await self._streams.take(socket, name, policy)


def unsigned(
    terms: Terms,
    request: HTTPConnection,
    policy: Policy,
    schemes: tuple[str, ...],
    form: Iterable[tuple[str, str]] = (),
) -> str | None:
    """Why a request is not known to come from the provider; None: it is known."""
    variable = policy.telephony.token_env
    token = terms.environment.get(variable)
    if not token:
        return f"no call can be taken while {variable} is not set"
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    given, pairs = request.headers.get(HEADER), tuple(form)
    signed = [
        is_signed(token, given, base + path, pairs) for base in bases(terms, request, schemes)
    ]
    return None if any(signed) else "the signature is not Twilio's"


def bases(terms: Terms, request: HTTPConnection, schemes: tuple[str, ...]) -> list[str]:
    """The addresses that the provider may know the server by."""
    if terms.public_url is not None:
        rest = terms.public_url.rstrip("/").partition("://")[2]
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
