"""How calls are served: what is offered, to whom, and what nobody may exceed."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.policy import Policy

TOKENS_ENV = "KAIROS_TOKENS"
"""The environment variable with the bearer tokens, separated by commas."""

SHORTEST_TOKEN = 16


class TermsError(Exception):
    """It cannot be served like that; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """``policies``: by the name that a client asks for; the first is the default.

    ``tokens``: bearer tokens; none: only this machine is served. ``origins``: web pages that may
    open WebSockets beside those from here, as ``https://host``. ``public_url``: the address that
    providers know the server by, behind a proxy. ``speech``, ``model``: in place of the policies'.
    ``message_bytes``: of a WebSocket's message; ``messages_hz``: how many a client may send on
    average, beyond which it is read more slowly. ``idle_s``: how long a client may send nothing;
    ``session_s``: how long a call may last; ``drain_s``: how long calls may go on once the server
    is to stop.
    """

    policies: Mapping[str, Policy]
    out: Path
    host: str = "127.0.0.1"
    port: int = 8000
    tokens: tuple[str, ...] = field(default=(), repr=False)
    origins: tuple[str, ...] = ()
    public_url: str | None = None
    speech: str | None = None
    model: str | None = None
    max_calls: int = 20
    message_bytes: int = 4 * 1024 * 1024
    messages_hz: float = 200.0
    idle_s: float = 120.0
    session_s: float = 3600.0
    drain_s: float = 30.0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.policies:
            raise TermsError("which policy? kairos serve POLICY...")
        if any(len(token) < SHORTEST_TOKEN for token in self.tokens):
            raise TermsError(
                f"{TOKENS_ENV}: a token has fewer than {SHORTEST_TOKEN} characters; "
                'python -c "import secrets; print(secrets.token_urlsafe())" makes one'
            )
        if not self.tokens and not is_loopback(self.host):
            raise TermsError(
                f"{self.host} can be reached by others: set {TOKENS_ENV} to a token of your own, "
                "or serve this machine alone with --host 127.0.0.1"
            )

    @property
    def default(self) -> str:
        """The policy of a client that asks for none."""
        return next(iter(self.policies))

    def knows(self, token: str) -> bool:
        """Whether it is one of the tokens, in a time that tells nothing of them."""
        sent = token.encode(errors="replace")
        found = [hmac.compare_digest(one.encode(), sent) for one in self.tokens]
        return any(found)


def tokens_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The tokens that are set."""
    parts = environment.get(TOKENS_ENV, "").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine, for this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
