"""``kairos bench``: measurements, on a corpus that the command makes itself."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import until_interrupted
from agent.cli.files import folder

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios.laboratory.results import Json

bench = typer.Typer(
    name="bench",
    help="Measure turn-taking.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RESULTS = "turns.json"
PLOT = "latency.svg"
PAGE = "index.html"


class SplitChoice(StrEnum):
    """Which voices and sentences: those for tuning, or those that nothing was tuned to."""

    TUNING = "tuning"
    HELD_OUT = "held_out"


@bench.callback()
def measurements() -> None:
    """Measure turn-taking."""


@bench.command()
def turns(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for table, figures and plots.")
    ] = Path("out/bench"),
    split: Annotated[
        SplitChoice, typer.Option("--split", help="Which voices and sentences.")
    ] = SplitChoice.HELD_OUT,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="A quick look: so many clips and calls."),
    ] = None,
    reruns: Annotated[
        int, typer.Option("--reruns", metavar="N", min=1, help="How often each clip is decided.")
    ] = 2,
    workers: Annotated[
        int | None, typer.Option("-n", metavar="N", min=1, help="One for each core by default.")
    ] = None,
) -> None:
    """Ends of turn, barge-in and backchannels: ours beside a plain timer, on the same audio."""
    from rich.console import Console

    from scenarios.laboratory.bench import Settings, jobs, run_bench
    from scenarios.laboratory.plot import render_plot
    from scenarios.laboratory.results import summary
    from scenarios.laboratory.work import Done

    folder(out)
    settings = Settings(split.value, limit, reruns, workers)
    console = Console(highlight=False)
    total = len(jobs(settings))
    count = 0
    with until_interrupted(None), console.status(f"0 of {total}", spinner="line") as status:

        def on_done(one: Done) -> None:
            nonlocal count
            count += 1
            status.update(f"{count} of {total}  [dim]{one.name}[/]")

        done = run_bench(settings, on_done=on_done)
    found = summary(done)
    _write(out, found, render_plot(done.standings))
    _tell(console, found)
    for name in (RESULTS, PLOT, PAGE):
        console.print(f"wrote {out / name}")


def _write(out: Path, found: dict[str, Json], plot: str) -> None:
    from scenarios.laboratory.page import render_page

    out.mkdir(parents=True, exist_ok=True)
    (out / PLOT).write_text(plot, encoding="utf-8")
    (out / PAGE).write_text(render_page(found, plot), encoding="utf-8")
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (out / RESULTS).write_text(text + "\n", encoding="utf-8")


def _tell(console: Console, found: dict[str, Json]) -> None:
    """The tables, what must be known about a row below them, and how reproducible it was."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from scenarios.laboratory.table import repeats, tables

    for one in tables(found):
        shown = Table(title=one.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        shown.add_column("")
        for head in one.heads:
            shown.add_column(head, justify="right")
        for row in one.rows:
            shown.add_row(row.name, *row.cells)
        console.print(shown)
        for row in one.rows:
            if row.note:
                console.print(Text(f"{row.name}: {row.note}", style="dim"))
    console.print(Text(repeats(found)))
