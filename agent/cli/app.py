"""The command ``kairos``: its commands, and how each failure is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from agent.cli.bench import bench
from agent.cli.call import call
from agent.cli.check import check
from agent.cli.demo import demo
from agent.cli.doctor import doctor
from agent.cli.failures import refuse, told
from agent.cli.memory import memory
from agent.cli.models import models
from agent.cli.recover import recover
from agent.cli.replay import replay
from agent.cli.run import run
from agent.cli.schema import schema
from agent.cli.serve import serve
from agent.cli.suite import suite
from agent.cli.talk import talk
from agent.cli.tune import tune
from agent.cli.voice import voice

app = typer.Typer(
    name="kairos",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo)
app.command("run")(run)
app.command("test")(suite)
app.command("call")(call)
app.command("talk")(talk)
app.command("serve")(serve)
app.command("recover")(recover)
app.command("replay")(replay)
app.command("tune")(tune)
app.command("check")(check)
app.command("schema")(schema)
app.command("doctor")(doctor)
app.add_typer(bench)
app.add_typer(memory)
app.add_typer(models)
app.add_typer(voice)


@app.callback(invoke_without_command=True)
def kairos(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """A proactive, dual-system voice agent: one frame in, one frame out."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"kairos {installed('kairos-voice')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the process's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that lacks a letter shows a substitute; it is no reason to stop.
            stream.reconfigure(errors="replace")
    command = typer.main.get_command(app)
    try:
        code = command.main(args=argv, prog_name="kairos", standalone_mode=False)
    except Exception as error:
        if (message := told(error)) is None:
            raise
        return refuse(message)
    return int(code or 0)
