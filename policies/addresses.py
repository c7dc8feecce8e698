"""Addresses of servers: no credentials in them, as a policy is shown around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from policies.model import Text


def _address(schemes: tuple[str, ...], wanted: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        parts = urlsplit(value)
        try:
            usable = parts.scheme in schemes and parts.hostname and (parts.port or 1)
        except ValueError:
            usable = False
        if not usable:
            raise PydanticCustomError("text", "{message}", {"message": wanted})
        if "@" in parts.netloc or parts.query or parts.fragment:
            message = "must hold no name, password or query: a key comes by key_env"
            raise PydanticCustomError("text", "{message}", {"message": message})
        return value.rstrip("/")

    return check


ServerUrl = Annotated[
    Text,
    AfterValidator(
        _address(("http", "https"), "must be a server's address such as http://127.0.0.1:8125")
    ),
]
"""Address of an HTTP server, without credentials and without a slash at its end."""

SocketUrl = Annotated[
    Text,
    AfterValidator(
        _address(("ws", "wss"), "must be a WebSocket server's address such as ws://127.0.0.1:8090")
    ),
]
"""Address of a WebSocket server, without credentials and without a slash at its end."""
