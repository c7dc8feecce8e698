"""``kairos demo``: the demonstration call."""

from __future__ import annotations

from pathlib import Path

import typer

from agent.cli.failures import FAILED
from agent.cli.options import FidelityChoice, Model, Out, Speech

STORY = "a-whole-call"


def demo(
    out: Out = Path("out/demo"),
    speech: Speech = None,
    model: Model = None,
) -> None:
    """Run the demonstration call on real audio, and show it as it unfolds."""
    from agent.cli.run import play, story

    if not play(story(STORY), out, FidelityChoice.AUDIO, speech, model).passed:
        raise typer.Exit(FAILED)
