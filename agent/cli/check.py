"""``kairos check``: are these policies and scenarios right, and if not, where not?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.failures import FAILED


def check(
    documents: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files, folders, or shipped policies.")
    ],
) -> None:
    """Validate policies and scenarios: FILE:LINE:COL: path: message."""
    from policies.problems import DocumentError

    sound = True
    for document in documents:
        for ref in _expanded(document):
            try:
                kind = _validate(ref)
            except DocumentError as error:
                sound = False
                typer.echo(str(error))
            else:
                typer.echo(f"{ref}: a valid {kind}")
    if not sound:
        raise typer.Exit(FAILED)


def _expanded(document: str) -> list[str]:
    """The document itself, or the YAML files of a folder, in order."""
    folder = Path(document)
    if not folder.is_dir():
        return [document]
    found = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    if not found:
        raise typer.BadParameter(f"{document} has no YAML file in it")
    return [str(path) for path in found]


def _validate(ref: str) -> str:
    """What kind of document it is; raises ``DocumentError``."""
    from policies import yaml12
    from policies.documents import read_text
    from policies.loading import load_policy, policy_path

    path = policy_path(ref)
    root = yaml12.read(read_text(path), str(path)).root
    if isinstance(root, yaml12.Mapping) and "scenario" in root.keys:
        from scenarios.loading import load_scenario

        load_scenario(path)
        return "scenario"
    load_policy(ref)
    return "policy"
