"""``kairos test``: every scenario under the paths given, on all cores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import FAILED, until_interrupted
from agent.cli.files import file, folder
from agent.cli.options import Fidelity, FidelityChoice, Model, Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from scenarios.suite import Finished


def suite(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Scenarios, or folders of them.")
    ],
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="F", help="Write a JUnit file.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="F", help="Write an index with a report for each call."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("-n", metavar="N", min=1, help="Calls at once; one for each core by default."),
    ] = None,
    fidelity: Fidelity = FidelityChoice.AUDIO,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep each call's files; beside F with --html."),
    ] = None,
    speech: Speech = None,
    model: Model = None,
) -> None:
    """Run every scenario under PATH; exit 1 when a check of one fails."""
    from rich.console import Console

    from scenarios.junit import write_junit
    from scenarios.suite import collect, run_suite, write_index

    if html is not None:
        out = out or file(html).parent / f"{html.stem}-calls"
    for wanted in (junit, html):
        if wanted is not None:
            file(wanted)
    if out is not None:
        folder(out)
    scenarios = collect(paths)
    console = Console(highlight=False)
    begun = f"0 of {len(scenarios)}"
    with until_interrupted(out), console.status(begun, spinner="line") as status:
        finished: list[Finished] = []

        def on_done(one: Finished) -> None:
            finished.append(one)
            status.update(f"{len(finished)} of {len(scenarios)}  [dim]{one.name}[/]")

        done = run_suite(
            scenarios,
            fidelity=fidelity.value,
            workers=workers,
            out=out,
            speech=speech,
            model=model,
            on_done=on_done,
        )
    _tell(console, done)
    if junit is not None:
        junit.parent.mkdir(parents=True, exist_ok=True)
        write_junit(junit, done)
        console.print(f"wrote {junit}")
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        write_index(html, done)
        console.print(f"wrote {html}")
    if not all(one.passed for one in done):
        raise typer.Exit(FAILED)


def _tell(console: Console, done: Sequence[Finished]) -> None:
    """The table, every failure with its moment, and the sum."""
    from rich.text import Text

    console.print(_table(done))
    wrapped = console.is_terminal
    for one in done:
        if not one.passed:
            title = (("FAILED ", "bold red"), (one.name, "bold"), f"  {one.path}")
            console.print(Text.assemble(*title), soft_wrap=not wrapped)
            for failure in one.failures:
                console.print(Text(f"  {failure}"), soft_wrap=not wrapped)
    failed = sum(not one.passed for one in done)
    if failed:
        console.print(f"[bold red]{failed} of {len(done)} scenarios failed[/]")
    else:
        console.print(f"[bold green]{len(done)} scenarios passed[/]")


def _table(done: Sequence[Finished]) -> Table:
    """One row for each scenario."""
    from rich import box
    from rich.table import Table

    from agent.wording import clock, length
    from scenarios.suite import suite_rows

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("scenario", overflow="fold")
    table.add_column("")
    for name in ("call", "gap p50", "speed"):
        table.add_column(name, justify="right")
    for row in suite_rows(done):
        verdict = "[green]passed[/]" if row.passed else "[bold red]FAILED[/]"
        gap = "" if row.gap_p50_s is None else length(row.gap_p50_s)
        table.add_row(row.name, verdict, clock(row.duration_s), gap, f"{row.speed:.0f}×")
    return table
