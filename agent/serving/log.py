"""The server's log: one line an event on standard error; never a caller's word, nor a secret."""

from __future__ import annotations

import logging
import sys

import structlog


def told(event: str, **fields: str | int | float | None) -> None:
    """Something happened that whoever runs the server wants to know of."""
    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).info(event, **fields)


def warned(event: str, **fields: str | int | float | None) -> None:
    """Something is not as it should be."""
    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).warning(event, **fields)


class _Lines(logging.Handler):
    """What uvicorn has to say, as lines of this log. An exception is its type alone: its text may
    hold what a client sent."""

    def emit(self, record: logging.LogRecord) -> None:
        """See ``logging.Handler``."""
        kind = record.exc_info[0] if record.exc_info else None
        error = None if kind is None else kind.__name__
        warned("server.trouble", what=record.getMessage().strip(), error=error)


def as_lines() -> None:
    """Have uvicorn's warnings come as lines of this log, once in a process."""
    logger = logging.getLogger("uvicorn.error")
    if not any(isinstance(one, _Lines) for one in logger.handlers):
        logger.addHandler(_Lines(logging.WARNING))
        logger.propagate = False
