"""The server's log: one line an event on standard error; never a caller's word, nor a secret."""

from __future__ import annotations

import sys

import structlog


def told(event: str, **fields: str | int | float | None) -> None:
    """Something happened that whoever runs the server wants to know of."""
    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).info(event, **fields)


def warned(event: str, **fields: str | int | float | None) -> None:
    """Something is not as it should be."""
    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).warning(event, **fields)
