"""How a call's result is told in a terminal: its figures, and each failed check with its moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli.files import HOLDS
from agent.result import Check, Result
from agent.wording import clock, length


def figures(result: Result) -> Table:
    """The main figures of one call, two columns."""
    table = Table.grid(padding=(0, 2))
    for name, value in _figures(result):
        table.add_row(Text(name, style="dim"), value)
    return table


def _figures(result: Result) -> Iterator[tuple[str, str]]:
    found = result.figures
    yield "outcome", f"{result.outcome.replace('_', ' ')} after {clock(result.duration_s)}"
    if result.checks:
        yield "checks", f"{sum(one.passed for one in result.checks)} of {len(result.checks)} hold"
    if found.gap_p50_s is not None and found.gap_p90_s is not None:
        gaps = f"median {length(found.gap_p50_s)}, p90 {length(found.gap_p90_s)}"
        yield "response gap", f"{gaps}, {len(found.gaps_s)} answers"
    if found.barge_in_stops_s:
        yield "stopped for the caller in", ", ".join(map(length, found.barge_in_stops_s))
    if found.check_ins or found.fillers:
        yield "took the initiative", f"{found.check_ins} check-ins, {found.fillers} fillers"
    if found.thinks:
        yield "thoughts", ", ".join(f"{count} {outcome}" for outcome, count in found.thinks)
    if found.thinks_ahead:
        wasted = f", {found.wasted_tokens} tokens wasted" if found.wasted_tokens else ""
        yield "thought ahead", f"{found.thinks_kept} of {found.thinks_ahead} kept{wasted}"
    if found.model_calls:
        tokens = f"{found.tokens_in} tokens in, {found.tokens_out} out"
        alone = f"{found.answers_without_model} answers without it"
        yield "model", f"asked {found.model_calls} times, {alone}; {tokens}"
    if (advice := found.adviser) is not None:
        missed = f"{advice.late} late, {advice.failed} failed"
        heard = f"{advice.in_time} in time, {missed}"
        yield "adviser", f"asked {advice.asked} times: {heard}; {advice.changed} decisive"
    if result.speed:
        yield "speed", f"{result.speed:.0f} times real time, {length(result.wall_s)}"


def failures(result: Result) -> list[Text]:
    """Every check that failed: the moment, the step, what was wanted and what came."""
    return [_failure(check) for check in result.failed]


def _failure(check: Check) -> Text:
    place = f"step {check.step}: " if check.step is not None else ""
    return Text.assemble(
        ("  FAILED ", "bold red"),
        (f"{clock(check.at):>7}  " if check.at is not None else "", "cyan"),
        f"{place}{check.name}: {check.message}",
    )


def files(console: Console, out: Path) -> None:
    """Name the files of a call that lie in ``out``."""
    for name, holds in HOLDS.items():
        if (out / name).exists():
            line = Text.assemble("  ", (str(out / name), "bold"), (f"  {holds}", "dim"))
            console.print(line, soft_wrap=True)


def told(console: Console, result: Result, out: Path) -> None:
    """The end of a call: figures, files, and what failed."""
    console.print()
    console.print(figures(result))
    console.print()
    files(console, out)
    for failure in failures(result):
        console.print(failure, soft_wrap=not console.is_terminal)
