"""The options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer


class FidelityChoice(StrEnum):
    """What stands for the line: real audio, or words with modelled timing."""

    AUDIO = "audio"
    TEXT = "text"


Speech: TypeAlias = Annotated[
    str | None,
    typer.Option("--speech", metavar="PROFILE", help="Ears and mouth; the policy's by default."),
]
Model: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Who answers: grounded (no model), openai:MODEL or transformers:DIR; the policy's "
        "by default.",
    ),
]
CallerId: TypeAlias = Annotated[
    str | None,
    typer.Option("--caller", metavar="ID", help="Whom long-term memory knows the caller as."),
]
Fidelity: TypeAlias = Annotated[
    FidelityChoice,
    typer.Option("--fidelity", help="Real audio, or words with modelled timing."),
]
Out: TypeAlias = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder for the files of the call.")
]
