"""``kairos replay``: System 1 again over a recorded call's percepts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def replay(
    events: Annotated[Path, typer.Argument(metavar="EVENTS.jsonl", help="A call's journal.")],
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="P", help="Name or file; the call's own by default."),
    ] = None,
) -> None:
    """Decide a recorded call again, and print what would differ."""
    from agent.replay import replay as differences

    found = differences(events, policy)
    for difference in found:
        typer.echo(str(difference))
    count = len(found)
    typer.echo("no difference" if not count else f"{count} difference{'s' if count > 1 else ''}")
