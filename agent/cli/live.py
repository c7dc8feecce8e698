"""A call in the terminal while it unfolds: the transcript, and below it how far the call is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from agent.records import Record
from agent.transcript import LiveTranscript
from agent.wording import clock


@contextmanager
def transcribed(console: Console, language: str) -> Iterator[Callable[[Record], None]]:
    """The listener to hand a call's records to."""
    transcript = LiveTranscript(console, language)
    with console.status("", spinner="line") as status:

        def listen(record: Record) -> None:
            status.update(f"[dim]{clock(record.at)}[/]")
            transcript(record)

        yield listen
