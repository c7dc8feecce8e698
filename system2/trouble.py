"""What is logged when a model is down or oversteps: what was wrong, no word of the call."""

from __future__ import annotations

import re
import sys

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def log_model(reason: str) -> None:
    """One line on standard error for a model that gave no answer, or none to its end."""
    import structlog

    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).warning("model.down", reason=reason)


def log_refused(tool: str) -> None:
    """One line on standard error for a tool that a model called and the policy does not have."""
    import structlog

    # The name is the model's own and may hold anything that it was told.
    name = tool if _NAME.fullmatch(tool) else "(no name)"
    structlog.wrap_logger(structlog.PrintLogger(sys.stderr)).warning("model.refused", tool=name)
