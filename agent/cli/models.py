"""``kairos models``: which models there are to fetch, and fetching them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import until_interrupted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

models = typer.Typer(
    name="models",
    help="Models that the speech profiles use: list, pull.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@models.callback()
def of_profiles() -> None:
    """Models that the speech profiles use."""


@models.command("list")
def listed() -> None:
    """Every model there is to fetch, and which are here."""
    from speech import home
    from speech.catalogue import Catalogue

    folder = home.models()
    for model in Catalogue.shipped():
        here = "here" if not model.missing(folder / model.name) else "not fetched"
        languages = ", ".join(model.languages)
        typer.echo(f"{model.name}  {model.megabytes}, {model.licence}, {languages}: {here}")
        typer.echo(f"  {model.purpose}; {model.source}")
    typer.echo(f"they are kept in {folder}")


@models.command()
def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model that kairos models lists.")],
    mirror: Annotated[
        str | None,
        typer.Option(
            "--mirror", metavar="URL", help="Fetch URL/NAME/FILE in place of each file's own."
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=1, max=600, help="Give up after so many silent seconds."),
    ] = 30.0,
) -> None:
    """Fetch a model, or the rest of one, and check it."""
    from speech import home
    from speech.catalogue import Catalogue
    from speech.fetching import RECORD, Terms, fetch

    model = Catalogue.shipped().model(name)
    with until_interrupted(None), _bar() as bar:
        tasks: dict[str, TaskID] = {}

        def told(file: str, there: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file, total=total)
            bar.update(tasks[file], completed=there, total=total)

        done = fetch(model, home.models(), Terms(timeout, mirror=mirror), told)
    counts = f"{len(done.fetched)} files fetched, {len(done.already)} were there"
    typer.echo(f"{name}: {counts}; in {done.folder}")
    if done.recorded:
        typer.echo(
            f"no checksum is known for {', '.join(done.recorded)}: what came is trusted this once, "
            f"and recorded in {done.folder / RECORD}"
        )


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
