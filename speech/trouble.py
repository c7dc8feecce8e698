"""What is logged when ears or a voice cannot keep up: that it is so, and never a caller's word."""

from __future__ import annotations

import sys


def log_trouble(event: str, **fields: str | int | float) -> None:
    """One line on standard error; ``event`` is the same text whenever the same thing happens."""
    # Wanted once in a blue moon, and a tenth of a second to import.
    import structlog

    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).warning(event, **fields)
