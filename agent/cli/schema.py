"""``kairos schema``: JSON Schema, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, assert_never

import typer


class Document(StrEnum):
    """What people write."""

    POLICY = "policy"
    SCENARIO = "scenario"


def schema(
    document: Annotated[Document, typer.Argument(help="Which document's schema.")],
) -> None:
    """Print the JSON Schema of a policy or a scenario."""
    from policies.schema import policy_schema, schema_text

    match document:
        case Document.POLICY:
            text = schema_text(policy_schema())
        case Document.SCENARIO:
            from scenarios.script import scenario_schema

            text = scenario_schema()
        case _:
            assert_never(document)
    typer.echo(text, nl=False)
