"""A real MCP server over its standard input, of the official SDK, for the tests."""

from __future__ import annotations

import os

from mcp.server import MCPServer

SERVER = MCPServer("parcels")
_USES = 0


@SERVER.tool()
def track(number: str) -> dict[str, str]:
    """Where a parcel is."""
    return {"number": number, "city": "Leeds"}


@SERVER.tool()
def count() -> int:
    """How often it was used by this server."""
    global _USES
    _USES += 1
    return _USES


@SERVER.tool()
def fails() -> str:
    """It always does."""
    raise ValueError("there is no such parcel")


@SERVER.tool()
def token() -> str:
    """What the server knows of the environment."""
    return os.environ.get("PARCELS_TOKEN", "") + os.environ.get("OTHER_SECRET", "nothing else")


@SERVER.tool()
def long() -> str:
    """Too much."""
    return "x" * 100_000


@SERVER.tool()
def dies() -> None:
    """Takes the server with it."""
    os._exit(1)


if __name__ == "__main__":
    SERVER.run()
