"""``kairos run``: one scripted call, shown as it unfolds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import FAILED, BadInput, until_interrupted
from agent.cli.files import folder
from agent.cli.options import Fidelity, FidelityChoice, Model, Speech

if TYPE_CHECKING:
    from agent.result import Result

STORIES = Path(__file__).parents[2] / "scenarios" / "stories"
"""The scenarios that we ship."""


def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A file, or one that we ship.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the files; out/NAME by default."),
    ] = None,
    fidelity: Fidelity = FidelityChoice.AUDIO,
    speech: Speech = None,
    model: Model = None,
) -> None:
    """Run one scripted call; exit 1 when a check of it fails, saying which and when."""
    path = story(scenario)
    result = play(path, out, fidelity, speech, model)
    if not result.passed:
        raise typer.Exit(FAILED)


def story(ref: str) -> Path:
    """A scenario's file, or one that we ship by its name."""
    path = Path(ref)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    shipped = {one.stem: one for one in sorted(STORIES.glob("*.yaml"))}
    if ref in shipped:
        return shipped[ref]
    raise BadInput(f"{ref}: no such scenario; give a file or one of {', '.join(shipped)}")


def play(
    path: Path, out: Path | None, fidelity: FidelityChoice, speech: str | None, model: str | None
) -> Result:
    """Run the scenario at ``path`` with a live transcript, then tell figures, files, failures."""
    import asyncio

    from rich.console import Console

    from agent.cli import telling
    from agent.cli.live import transcribed
    from policies.loading import load_policy
    from scenarios.loading import load_scenario
    from scenarios.runner import run_scenario

    script = load_scenario(path)
    language = load_policy(script.policy, path).language
    out = folder(out or Path("out") / script.scenario)
    console = Console(highlight=False)
    with until_interrupted(out), transcribed(console, language) as listener:
        judged = asyncio.run(
            run_scenario(
                script,
                path,
                fidelity=fidelity.value,
                out=out,
                listener=listener,
                speech=speech,
                model=model,
            )
        )
    telling.told(console, judged.result, out)
    return judged.result
