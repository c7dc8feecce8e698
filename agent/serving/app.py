"""The ASGI application: what is answered where, and to whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from agent.serving.answering import AnsweredEndpoint, AnsweringEndpoint
from agent.serving.desk import Desk
from agent.serving.files import FileEndpoints
from agent.serving.guard import refusal
from agent.serving.health import HealthEndpoints
from agent.serving.holding import Holding
from agent.serving.metrics import Metrics, MetricsEndpoint
from agent.serving.page.endpoint import PageEndpoint
from agent.serving.realtime import RealtimeEndpoint
from agent.serving.streams import Streams
from agent.serving.telephony import MediaEndpoint, TelephonyEndpoint
from agent.serving.terms import Terms
from agent.serving.tickets import Tickets

Answer = Callable[[Request], Awaitable[Response]]


def lines(desk: Desk, holding: Holding) -> list[WebSocketRoute]:
    """Where calls come in: all that a call's own process has."""
    streams = Streams(desk, holding)
    others = AnsweredEndpoint(desk, streams)
    return [
        WebSocketRoute("/twilio/media/{policy}", MediaEndpoint(desk.terms, streams).__call__),
        WebSocketRoute("/telephony/{provider}/media/{policy}/{ticket}", others.__call__),
        WebSocketRoute("/v1/realtime", RealtimeEndpoint(desk, holding).__call__),
    ]


def application(desk: Desk, holding: Holding, metrics: Metrics, tickets: Tickets) -> Starlette:
    """All that a server answers. ``metrics``: of the desk's calls; ``tickets``: as at the desk."""
    terms, calls = desk.terms, desk.calls
    health = HealthEndpoints(calls)
    files = FileEndpoints(calls)
    phone = TelephonyEndpoint(terms, calls, tickets)
    others = AnsweringEndpoint(terms, calls, tickets)
    routes = [
        *PageEndpoint(terms, calls).routes(partial(guarded, terms)),
        Route("/healthz", health.lives),
        Route("/readyz", health.ready),
        Route("/metrics", guarded(terms, MetricsEndpoint(metrics, calls).__call__)),
        Route("/calls", guarded(terms, files.listed)),
        Route("/calls/{call}", guarded(terms, files.one)),
        Route("/calls/{call}/{file}", guarded(terms, files.file)),
        Route("/twilio", phone.__call__, methods=["POST"]),
        Route("/telephony/{provider}", others.__call__, methods=["POST"]),
        *lines(desk, holding),
    ]
    return Starlette(routes=routes)


def guarded(terms: Terms, answer: Answer) -> Answer:
    """The same, for those alone who may come in."""

    async def guard(request: Request) -> Response:
        refused = refusal(terms, request)
        if refused is None:
            return await answer(request)
        status, why = refused
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        return JSONResponse({"error": {"message": why}}, status, headers)

    return guard
