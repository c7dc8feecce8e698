"""Who may come in: bearer tokens, web pages' origins, and names of this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from agent.serving.terms import Terms, is_loopback

PROTOCOL = "realtime"
"""The WebSocket's subprotocol, as OpenAI's clients in web pages ask for it."""

_KEY = "openai-insecure-api-key."
"""A web page can set no header: there the token stands in a subprotocol, behind this."""


def refusal(terms: Terms, connection: HTTPConnection) -> tuple[int, str] | None:
    """Why a request or a WebSocket is not let in, as a status and a line; None: it may come in."""
    if not is_from_here(terms, connection):
        return 403, "this web page may not"
    if not terms.tokens:
        # A name that a stranger's page has had changed to this machine's address is not ours.
        host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
        return None if is_loopback(host) else (403, "only this machine is served")
    token = bearer(connection)
    if token is None:
        return 401, "a bearer token is wanted"
    return None if terms.knows(token) else (401, "the bearer token is not known")


def is_from_here(terms: Terms, connection: HTTPConnection) -> bool:
    """Whether it comes from no web page, one of this server's own, or one that is allowed."""
    origin = connection.headers.get("origin")
    if origin is None or origin in terms.origins:
        return True
    host = connection.headers.get("host", "")
    own = {f"http://{host}", f"https://{host}"}
    if terms.public_url is not None:
        public = urlsplit(terms.public_url)
        own.add(f"{public.scheme}://{public.netloc}")
    return origin in own


def bearer(connection: HTTPConnection) -> str | None:
    """The token that was sent."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    for one in connection.headers.get("sec-websocket-protocol", "").split(","):
        if one.strip().startswith(_KEY):
            return one.strip().removeprefix(_KEY)
    return None
