"""The ASGI application: what is answered where, and to whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from agent.live.pacing import LiveClock, WallClock
from agent.serving.calls import Calls
from agent.serving.files import FileEndpoints
from agent.serving.guard import refusal
from agent.serving.health import HealthEndpoints
from agent.serving.metrics import Metrics, MetricsEndpoint
from agent.serving.page.endpoint import PageEndpoint
from agent.serving.realtime import RealtimeEndpoint
from agent.serving.telephony import TelephonyEndpoint
from agent.serving.terms import Terms

Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Served:
    """An application, and the calls that it has."""

    app: Starlette
    calls: Calls


def application(terms: Terms, clock: LiveClock | None = None) -> Served:
    """What is served under these terms. ``clock``: in place of the machine's."""
    clock = clock or WallClock()
    metrics = Metrics()
    calls = Calls(terms, metrics.ended)
    health = HealthEndpoints(calls)
    files = FileEndpoints(calls)
    phone = TelephonyEndpoint(terms, calls, clock)
    realtime = RealtimeEndpoint(terms, calls, clock)

    def guarded(answer: Answer) -> Answer:
        async def guard(request: Request) -> Response:
            refused = refusal(terms, request)
            if refused is None:
                return await answer(request)
            status, why = refused
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
            return JSONResponse({"error": {"message": why}}, status, headers)

        return guard

    routes = [
        *PageEndpoint(terms, calls).routes(guarded),
        Route("/healthz", health.lives),
        Route("/readyz", health.ready),
        Route("/metrics", guarded(MetricsEndpoint(metrics, calls).__call__)),
        Route("/calls", guarded(files.listed)),
        Route("/calls/{call}", guarded(files.one)),
        Route("/calls/{call}/{file}", guarded(files.file)),
        Route("/twilio", phone.answer, methods=["POST"]),
        WebSocketRoute("/twilio/media/{policy}", phone.media),
        WebSocketRoute("/v1/realtime", realtime.__call__),
    ]
    return Served(Starlette(routes=routes), calls)
