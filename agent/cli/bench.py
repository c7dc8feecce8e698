"""``kairos bench``: measurements, on a corpus that the command makes itself."""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import BadInput, until_interrupted
from agent.cli.files import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console
    from rich.status import Status

    from scenarios.laboratory.contenders import Entry
    from scenarios.laboratory.reliability import Reliability
    from scenarios.laboratory.results import Json
    from scenarios.laboratory.work import Done
    from speech.protocols import Audio

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
WEIGHTS = "evidence.json"
RELIABILITY = "reliability.svg"

WITHOUT_PIPECAT = "pipecat: left out, as its environment is missing (make env)"


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
    """Ends of turn, barge-in and backchannels: ours beside a timer and Pipecat, on the same audio.

    Pipecat runs in an environment of its own, which make env makes; where that is missing it is
    left out, and said to be.
    """
    from rich.console import Console

    from scenarios.laboratory.bench import Settings, run_bench
    from scenarios.laboratory.contenders import Entry
    from scenarios.laboratory.pipecat import NOTE, STOCK, PipecatContender, find_python
    from scenarios.laboratory.plot import render_plot
    from scenarios.laboratory.results import summary

    folder(out)
    python = find_python()
    console = Console(highlight=False)
    with until_interrupted(None), console.status("begins", spinner="line") as status:

        def pipecat(clips: Mapping[str, Audio]) -> Entry:
            assert python is not None
            status.update("Pipecat")
            contender = PipecatContender.run(clips, python, workers)
            return Entry(contender, (STOCK,), "probability", NOTE)

        peers = () if python is None else (pipecat,)
        settings = Settings(split.value, limit, reruns, workers)
        done = run_bench(settings, peers, _counted(status))
    found = summary(done)
    _write(out, found, render_plot(done.standings), done.reliability)
    _tell(console, found)
    if python is None:
        console.print(WITHOUT_PIPECAT)
    for name in (RESULTS, PLOT, PAGE):
        console.print(f"wrote {out / name}")


@bench.command()
def weights(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the weights and the diagram.")
    ] = Path("out/weights"),
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="A quick look: so many clips.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("-n", metavar="N", min=1, help="One for each core by default.")
    ] = None,
) -> None:
    """Fit the weights of the end-of-turn evidence to the tuning split, and check them."""
    from rich.console import Console

    from scenarios.laboratory.fitting import fitted_text
    from scenarios.laboratory.reliability import diagram
    from scenarios.laboratory.weighing import CORPUS, weigh_corpus

    folder(out)
    console = Console(highlight=False)
    with until_interrupted(None), console.status("begins", spinner="line") as status:
        try:
            fitted = weigh_corpus(limit, workers, _counted(status))
        except ValueError as error:
            raise BadInput(f"--limit {limit}: {error}") from None
    today = date.today().isoformat()
    text = fitted_text(fitted, name="kairos", date=today, corpus=CORPUS)
    out.mkdir(parents=True, exist_ok=True)
    (out / WEIGHTS).write_text(text, encoding="utf-8")
    drawn = diagram(fitted.held_out, "End of turn at a pause's onset, cross-validated")
    (out / RELIABILITY).write_text(drawn, encoding="utf-8")
    for name, one in (("before", fitted.before), ("cross-validated", fitted.held_out)):
        auc = "–" if one.auc is None else f"{one.auc:.3f}"
        console.print(f"{name}: {one.count} pauses, AUC {auc}, ECE {one.ece:.3f}")
    for wrong in fitted.clipped:
        console.print(f"{wrong}: 0, as its sign was not the expected")
    for name in (WEIGHTS, RELIABILITY):
        console.print(f"wrote {out / name}")


def _counted(status: Status) -> Callable[[Done, int], None]:
    """Shows how much of the work is done."""
    count = 0

    def on_done(one: Done, of: int) -> None:
        nonlocal count
        count += 1
        status.update(f"{count} of {of}  [dim]{one.name}[/]")

    return on_done


def _write(out: Path, found: dict[str, Json], plot: str, shown: Reliability | None) -> None:
    from scenarios.laboratory.page import render_page

    out.mkdir(parents=True, exist_ok=True)
    (out / PLOT).write_text(plot, encoding="utf-8")
    (out / PAGE).write_text(render_page(found, plot, shown), encoding="utf-8")
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (out / RESULTS).write_text(text + "\n", encoding="utf-8")


def _tell(console: Console, found: dict[str, Json]) -> None:
    """The tables, what must be known about a row below them, and how reproducible it was."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from scenarios.laboratory.table import people, repeats, tables

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
    console.print(Text(people(found), style="dim"))
    console.print(Text(repeats(found)))
