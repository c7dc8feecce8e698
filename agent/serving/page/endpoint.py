"""``/`` and what belongs to it, and ``/policies``: who can be talked to."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.report.page import stylesheet
from agent.serving.calls import Calls
from agent.serving.page.words import LANGUAGES, told
from agent.serving.terms import Terms
from policies.policy import Policy

Answer = Callable[[Request], Awaitable[Response]]

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}

HEADERS = {
    # It is asked for anew each time, and answered with a 304: a server that was renewed must not
    # meet half a page of the old one.
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; worker-src 'self'; "
    "style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Permissions-Policy": "microphone=(self), screen-wake-lock=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}

FULL_S, DRAINING_S = 5, 30
"""When it is worth another try, while all lines are taken and while the server is to stop (s)."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it goes out."""

    content: bytes
    kind: str
    tag: str


def asset(name: str, content: bytes) -> Asset:
    """A file of this name, with a tag that changes when it does."""
    return Asset(content, KINDS[name.rpartition(".")[2]], f'"{sha256(content).hexdigest()[:20]}"')


def assets() -> dict[str, Asset]:
    """All of the page's files by name."""
    found = {
        one.name: one.read_bytes()
        for one in files("agent.serving.page").joinpath("static").iterdir()
    }
    found["report.css"] = stylesheet().encode()
    for language in LANGUAGES:
        words = json.dumps(told(language), ensure_ascii=False)
        found[f"words.{language}.json"] = words.encode()
    return {name: asset(name, content) for name, content in found.items()}


class PageEndpoint:
    """See the module. The page itself holds no secret, and anybody gets it; whom it can call is
    for those who may call."""

    def __init__(self, terms: Terms, calls: Calls) -> None:
        self._terms = terms
        self._calls = calls
        self._assets = assets()

    def routes(self, guarded: Callable[[Answer], Answer]) -> list[Route]:
        """Of the page. ``guarded``: lets those in who may call."""
        return [
            Route("/", self.page),
            Route("/page/{file}", self.file),
            Route("/policies", guarded(self.policies)),
        ]

    async def page(self, request: Request) -> Response:
        """The page."""
        return self._sent(request, self._assets["index.html"])

    async def file(self, request: Request) -> Response:
        """What belongs to it."""
        found = self._assets.get(request.path_params["file"])
        if found is None:
            return JSONResponse({"error": {"message": "no such file"}}, 404)
        return self._sent(request, found)

    async def policies(self, request: Request) -> Response:
        """Who can be talked to, and whether there is a line free."""
        terms, calls = self._terms, self._calls
        free = 0 if calls.draining else max(0, terms.max_calls - calls.active)
        room: dict[str, object] = {"free": free}
        if not free:
            why = ("draining", DRAINING_S) if calls.draining else ("full", FULL_S)
            room |= {"why": why[0], "retry_s": why[1]}
        listed = [_entry(name, policy) for name, policy in terms.policies.items()]
        body = {"policies": listed, "default": terms.default, "room": room}
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return JSONResponse(body, headers=headers)

    def _sent(self, request: Request, found: Asset) -> Response:
        headers = {**HEADERS, "ETag": found.tag}
        if request.headers.get("if-none-match") == found.tag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, headers={**headers, "Content-Type": found.kind})


def _entry(name: str, policy: Policy) -> dict[str, object]:
    return {
        "name": name,
        "language": policy.language,
        "agent": policy.persona.name,
        "company": policy.persona.company,
        "greeting": policy.greeting,
    }
