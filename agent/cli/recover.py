"""``kairos recover``: finishes calls whose process died."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.failures import FAILED, BadInput


def recover(
    out: Annotated[
        Path, typer.Argument(metavar="DIR", help="A call's folder, or a folder of such.")
    ],
) -> None:
    """Finish calls that were broken off: files, result, report, the caller's memory.

    A server does so at its start, but for calls that it tried before and gave up. Calls that a
    process still holds are left alone.
    """
    from agent.recovery import recover as recovered
    from agent.unfinished import GIVEN_UP, try_again, unfinished

    if not out.is_dir():
        raise BadInput(f"{out} is no folder")
    try_again(out)
    done = 0
    for folder in unfinished(out):
        if (call := recovered(folder)) is not None:
            done += 1
            typer.echo(f"{folder}: {call.outcome} after {call.duration_s:.1f} s")
    if not done:
        typer.echo("no call was finished")
    if any(out.rglob(GIVEN_UP)):
        raise typer.Exit(FAILED)
