"""What is logged when a call breaks: that it did, and never a word of what was said in it."""

from __future__ import annotations

import asyncio
import sys


def log_unadvised(reason: str) -> None:
    """One line on standard error for an adviser that could not be asked; ``reason``: why."""
    import structlog

    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    log.warning("adviser.no_answer", reason=reason)


def log_unheard(reason: str) -> None:
    """One line on standard error for a listener that gave no answer; ``reason``: why."""
    import structlog

    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    log.warning("listener.no_answer", reason=reason)


def log_failure(error: BaseException) -> None:
    """One line on standard error for a call that an error ended; none for one that was stopped."""
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError | GeneratorExit):
        return
    # Wanted once in a blue moon, and a tenth of a second to import.
    import structlog

    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    log.error("call.failed", error=type(error).__name__)


def log_forgetful(reason: str) -> None:
    """One line on standard error for a memory that cannot be read or written; ``reason``: why."""
    import structlog

    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    log.warning("memory.not_available", reason=reason)


def log_unrecovered(call: str, reason: str) -> None:
    """One line on standard error for a broken-off call that cannot be finished; ``reason``: why."""
    import structlog

    log = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    log.warning("call.not_recovered", call=call, reason=reason)
