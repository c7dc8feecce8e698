"""Exit codes, and one clear line for each kind of bad input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


class BadInput(Exception):
    """Something on the command line cannot be used; the text is one line that says what."""


def told(error: Exception) -> str | None:
    """The message for somebody's bad input; None for what is a fault of ours."""
    from agent.journal import JournalError
    from policies.problems import DocumentError
    from speech.errors import SpeechError
    from system2.errors import ModelError, StoreError

    match error:
        case DocumentError():
            return str(error)
        case BadInput() | JournalError() | SpeechError() | ModelError() | StoreError():
            return f"kairos: {error}"
        case OSError() if error.strerror:
            where = f"{error.filename}: " if error.filename else ""
            return f"kairos: {where}{error.strerror}"
        case typer.TyperException():
            return "kairos: " + " ".join(error.format_message().split())
        case _:
            return None


def refuse(message: str, code: int = BAD_INPUT) -> int:
    """Print the message on standard error; the code is handed back."""
    print(message, file=sys.stderr)
    return code


@contextmanager
def until_interrupted(out: Path | None) -> Iterator[None]:
    """Ends the command on Ctrl-C, saying where what there is so far lies."""
    try:
        yield
    except KeyboardInterrupt:
        kept = f"; what there was by then is in {out}" if out and out.exists() else ""
        raise typer.Exit(refuse(f"kairos: interrupted{kept}", INTERRUPTED)) from None
