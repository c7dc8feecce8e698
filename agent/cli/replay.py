"""``kairos replay``: System 1 again over recorded calls, under the same or another policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import BadInput
from agent.cli.files import file

if TYPE_CHECKING:
    from agent.recorded import RecordedCall
    from policies.policy import Policy


def replay(
    events: Annotated[
        list[Path],
        typer.Argument(metavar="EVENTS.jsonl...", help="Calls' journals, or folders of them."),
    ],
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="P", help="Name or file; the call's own by default."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A value of the policy, such as turn_taking.endpointing.patience=1.5.",
        ),
    ] = None,
    held_with: Annotated[
        str | None,
        typer.Option(
            "--held-with",
            metavar="FILE",
            help="The policy that the calls were held with, where it is none that we ship.",
        ),
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write every moment to a file.")
    ] = None,
) -> None:
    """Decide recorded calls again, and print what would differ.

    With the call's own policy that is nothing.

    With another, or with values changed by --set, it is what would have been said when.
    """
    from agent.recorded import journals, read_call
    from agent.replay import redecided
    from policies.loading import load_policy

    if json is not None:
        file(json)
    other = None if policy is None else load_policy(policy)
    held = None if held_with is None else load_policy(held_with)
    calls = [read_call(path, held, other) for path in journals(events)]
    if other is None and not changes and json is None:
        _listed([(call, call.policy) for call in calls])
        return
    compared = [(call, _changed(other or call.policy, changes or [])) for call in calls]
    # Where the call's policy is not at hand, nothing but its decisions can be compared.
    if any(not call.known and redecided(call.records, call.policy) for call in calls):
        typer.echo("The calls' own policy is not here (--held-with FILE): decisions that differ.")
        _listed(compared)
        return
    _compared(compared, json)


def _changed(policy: Policy, changes: list[str]) -> Policy:
    from policies.changes import ChangeError, changed

    try:
        return changed(policy, changes)
    except ChangeError as error:
        raise BadInput(f"--set {error}") from None


def _listed(calls: list[tuple[RecordedCall, Policy]]) -> None:
    """What is decided otherwise: with a call's own policy nothing, unless that was changed."""
    from agent.replay import redecided

    count = 0
    for call, policy in calls:
        found = redecided(call.records, policy)
        if found and len(calls) > 1:
            typer.echo(str(call.path))
        for difference in found:
            typer.echo(str(difference))
        count += len(found)
    typer.echo("no difference" if not count else f"{count} difference{'s' if count > 1 else ''}")


def _compared(compared: list[tuple[RecordedCall, Policy]], json: Path | None) -> None:
    """The moments in which another policy would have acted otherwise, and what they come to."""
    from rich.console import Console

    from agent.cli import comparing
    from agent.counterfactual import counterfactual
    from agent.replay import redecided

    console = Console(highlight=False)
    told = []
    for call, other in compared:
        if redecided(call.records, call.policy):
            console.print(
                f"kairos: {call.path}: with {call.policy.policy} as it is now System 1 does not "
                "decide as the call did, so what was is an indication too (--held-with FILE?)",
                soft_wrap=True,
            )
        told.append((call, counterfactual(call.records, call.policy, other)))
    for line in comparing.shown(told):
        console.print(line, soft_wrap=not console.is_terminal)
    if json is not None:
        json.write_text(comparing.as_json(told), encoding="utf-8")
        console.print(f"wrote {json}", soft_wrap=True)
