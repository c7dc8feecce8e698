"""``/healthz`` and ``/readyz``: whether the server lives, and whether it takes calls."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.serving.calls import Calls


class HealthEndpoints:
    """For whoever starts and stops servers; anybody may ask, and learns no more than this."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def lives(self, request: Request) -> Response:
        """It answers, so it lives."""
        return JSONResponse({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """503 while it is about to stop: calls are to be sent elsewhere."""
        if self._calls.draining:
            return JSONResponse({"status": "draining"}, 503, {"Retry-After": "30"})
        return JSONResponse({"status": "ready"})
