"""``kairos tune``: fits the numbers of turn-taking to recorded or scripted calls."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import BadInput, until_interrupted
from agent.cli.files import file
from agent.cli.options import Fidelity, FidelityChoice, Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from policies.policy import Policy
    from scenarios.laboratory.labelled import LabelledCall
    from scenarios.laboratory.pricing import Bill, Prices
    from scenarios.laboratory.tuning import Tuned


def tune(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="Name or file.")],
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Journals, scenarios, or folders of them."),
    ],
    cost: Annotated[
        list[str] | None,
        typer.Option(
            "--cost",
            metavar="NAME=S",
            help="Seconds that a mistake is worth: cut_in (the policy's patience by default), "
            "missed_turn, unsettled, false_stop, missed_stop.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the policy with the new numbers."),
    ] = None,
    fidelity: Fidelity = FidelityChoice.AUDIO,
    speech: Speech = None,
) -> None:
    """Fit the turn-taking of POLICY to calls; print before and after, on held-out calls too.

    Scripted calls are labelled by their script, recorded ones by what the caller did.
    """
    from rich.console import Console

    from policies.loading import load_policy, policy_path
    from scenarios.laboratory.tuning import TooLittle
    from scenarios.laboratory.tuning import tune as tuned

    chosen = load_policy(policy)
    source = policy_path(policy)
    if out is not None and file(out).resolve() == source.resolve():
        raise BadInput(f"{out}: is the policy itself; --out wants another file")
    prices = _prices(cost or [], chosen.turn_taking.endpointing.patience)
    console = Console(highlight=False)
    with until_interrupted(None):
        calls = _calls(console, chosen, source, paths, fidelity, speech)
        try:
            found = tuned(chosen, calls, prices)
        except TooLittle as error:
            raise BadInput(f"{policy}: {error}") from None
    _tell(console, found, prices)
    if out is not None:
        _write(out, source, found)
        console.print(f"wrote {out}", soft_wrap=True)


def _prices(given: Sequence[str], patience: float) -> Prices:
    from scenarios.laboratory.pricing import Prices

    prices = Prices(cut_in=patience)
    names = [one.name for one in fields(Prices)]
    for one in given:
        name, _, text = one.partition("=")
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if name not in names or not 0 < number <= 60:
            known = ", ".join(names)
            raise BadInput(f"--cost {one}: write NAME=SECONDS, 0 to 60, with NAME one of {known}")
        prices = replace(prices, **{name: number})
    return prices


def _calls(
    console: Console,
    policy: Policy,
    source: Path,
    paths: Sequence[Path],
    fidelity: FidelityChoice,
    speech: str | None,
) -> list[LabelledCall]:
    """Every call at the paths that is one of this policy's; scripted ones are held now."""
    import asyncio

    from agent.recorded import read_call
    from agent.records import CallOpened
    from policies.loading import load_policy
    from scenarios.laboratory.labelled import recorded_call, scripted_call
    from scenarios.loading import load_scenario
    from scenarios.runner import run_scenario

    journals, scripts = _found(paths)
    found: list[LabelledCall] = []
    others = 0
    for path in journals:
        call = read_call(path, policy, policy)
        opened = next(one for one in call.records if isinstance(one, CallOpened))
        if opened.policy != policy.policy:
            others += 1
            continue
        found.append(recorded_call(path.as_posix(), call))
    with console.status("", spinner="line") as status:
        for path in scripts:
            script = load_scenario(path)
            same = load_policy(script.policy, path).policy == policy.policy
            if not same or script.caller.policy is not None:
                others += 1
                continue
            status.update(script.scenario)
            script = script.model_copy(update={"policy": str(source.absolute())})
            played = asyncio.run(run_scenario(script, path, fidelity=fidelity.value, speech=speech))
            found.append(scripted_call(script.scenario, played, policy))
    if others:
        console.print(f"{others} calls of other policies, or without a scripted caller, left out")
    return found


def _found(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Journals and scenarios at the paths."""
    from agent.files import JOURNAL
    from scenarios.suite import collect

    journals: list[Path] = []
    scripts: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob(JOURNAL))
            journals += inside
            scripts += [] if inside else collect([path])
        elif path.suffix in (".yaml", ".yml"):
            scripts += collect([path])
        else:
            journals.append(path)
    return list(dict.fromkeys(journals)), list(dict.fromkeys(scripts))


def _tell(console: Console, found: Tuned, prices: Prices) -> None:
    """The cost, the numbers, and what they come to before and after."""
    from rich import box
    from rich.table import Table

    console.print(
        "cost = mean delay at ends of turns + "
        f"{prices.cut_in:g} s x cut-ins per pause + mean stop delay + "
        f"{prices.false_stop:g} s x false stops per backchannel or noise "
        f"(a turn never taken {prices.missed_turn:g} s, one taken before its words were settled "
        f"{prices.unsettled:g} s more, an interruption not stopped for "
        f"{prices.missed_stop:g} s)",
        soft_wrap=not console.is_terminal,
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name, calls in zip(("tuned on", "held out"), found.names, strict=True):
        for when in ("before", "after"):
            table.add_column(f"{name} ({len(calls)})\n{when}", justify="right")
    bills = (*found.tuning, *found.held_out)
    for name, cells in _rows(bills):
        table.add_row(name, *cells)
    console.print(table)
    for line in found.left:
        console.print(line, soft_wrap=True)
    if found.kept:
        verdict = "more than its standard error: the new numbers are kept"
    else:
        verdict = "not more than its standard error: the numbers stay as they are"
    console.print(
        f"gain on calls left out of the fit: {found.gain:.3f} s, standard error "
        f"{found.error:.3f} s; {verdict}",
        soft_wrap=True,
    )
    for (section, key), old, new in found.changes:
        console.print(f"turn_taking.{section}.{key}: {old:g} -> {new:g}", soft_wrap=True)


def _rows(bills: Sequence[Bill]) -> list[tuple[str, list[str]]]:
    def seconds(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f} s"

    return [
        ("cost", [seconds(one.cost) for one in bills]),
        ("delay at ends of turns", [seconds(one.delay_s) for one in bills]),
        ("turns never taken", [f"{one.missed_turns} of {one.ends}" for one in bills]),
        ("before words settled", [f"{one.unsettled} of {one.ends}" for one in bills]),
        ("cut-ins", [f"{one.cut_ins} of {one.holds}" for one in bills]),
        ("stop delay", [seconds(one.stop_s) for one in bills]),
        ("not stopped for", [f"{one.missed_stops} of {one.interruptions}" for one in bills]),
        ("false stops", [f"{one.false_stops} of {one.others}" for one in bills]),
    ]


def _write(out: Path, source: Path, found: Tuned) -> None:
    from policies.documents import parse_document, read_text
    from policies.policy import Policy
    from policies.rewriting import rewritten

    changes: dict[tuple[str | int, ...], float] = {
        ("turn_taking", *field): new for field, _, new in found.changes
    }
    text = rewritten(read_text(source), str(source), changes)
    parse_document(Policy, text, str(out), source.parent)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
