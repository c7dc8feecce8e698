"""``/telephony/PROVIDER``: calls over other providers' media streams than Twilio's.

    POST /telephony/PROVIDER?policy=POLICY               what to do with a call
    ws   /telephony/PROVIDER/media/POLICY/TICKET         the stream that this connects the call to

A policy has one provider. What asks is let in by that provider's signature; the stream, which not
every provider signs, by the ticket in its address, once, before it is a WebSocket.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from agent.serving.calls import Calls, Refused
from agent.serving.desk import Desk
from agent.serving.log import warned
from agent.serving.streams import Streams
from agent.serving.telephony import LONGEST_FORM, bases, body_of
from agent.serving.terms import Terms
from agent.serving.tickets import Tickets
from agent.serving.wire import deny
from agent.telephony.answers import ANSWERS, Answering, Document
from agent.telephony.proofs import Asked, ProofError
from policies.policy import Policy


class AnsweringEndpoint:
    """See the module. ``now``: seconds since 1970."""

    def __init__(
        self,
        terms: Terms,
        calls: Calls,
        tickets: Tickets,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._terms = terms
        self._calls = calls
        self._tickets = tickets
        self._now = now

    async def __call__(self, request: Request) -> Response:
        """A call comes in."""
        name = request.query_params.get("policy") or self._terms.default
        known = found(self._terms, request.path_params["provider"], name)
        if known is None:
            return PlainTextResponse("no such policy is served to this provider here\n", 404)
        answering, policy = known
        body = await body_of(request)
        if body is None:
            return PlainTextResponse(f"{LONGEST_FORM // 1024} KiB at most are wanted\n", 413)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        known_by = bases(self._terms, request, ("https", "http"))
        asked = Asked(tuple(base + path for base in known_by), request.headers, body)
        if (why := self._unproven(answering, policy, asked)) is not None:
            return PlainTextResponse(f"{why}\n", 403)
        try:
            self._calls.check()
        except Refused as error:
            return _response(answering.busy, {"Retry-After": str(error.retry_s)})
        call = answering.call(asked)
        ticket = self._tickets.issue(name, call.caller or None)
        base = bases(self._terms, request, ("wss",))[0]
        way = f"/telephony/{answering.name}/media/{quote(name, safe='')}/{ticket}"
        return _response(answering.stream(base + way, call))

    def _unproven(self, answering: Answering, policy: Policy, asked: Asked) -> str | None:
        """Why a request is not known to come from the provider."""
        variable = policy.telephony.proof_env or answering.env
        secret = self._terms.environment.get(variable)
        if not secret:
            return f"no call can be taken while {variable} is not set"
        try:
            proven = answering.proof(secret, asked, self._now())
        except ProofError as error:
            warned("telephony.no_proof", provider=answering.name, reason=str(error))
            proven = False
        return None if proven else f"it is not proven that {answering.name} asks"


class AnsweredEndpoint:
    """A stream comes in, with its ticket."""

    def __init__(self, desk: Desk, streams: Streams) -> None:
        self._desk = desk
        self._streams = streams

    async def __call__(self, socket: WebSocket) -> None:
        """One stream, from its handshake to its end."""
        name, ticket = socket.path_params["policy"], socket.path_params["ticket"]
        known = found(self._desk.terms, socket.path_params["provider"], name)
        if known is None:
            return await deny(socket, 404, "no such policy is served to this provider here")
        if not self._desk.tickets.may_be(ticket, name):
            return await deny(socket, 403, "no call was answered with this ticket")
        await self._streams.take(socket, name, known[1], ticket)


def found(terms: Terms, provider: str, name: str) -> tuple[Answering, Policy] | None:
    """How a provider is answered, and the policy, where it is that provider's."""
    answering, policy = ANSWERS.get(provider), terms.policies.get(name)
    if answering is None or policy is None or policy.telephony.provider != provider:
        return None
    return answering, policy


def _response(document: Document, headers: dict[str, str] | None = None) -> Response:
    return Response(document.text, document.status, headers, document.media_type)
