"""How recorded calls compare under another policy: a table, a summary, a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TypeAlias

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent.counterfactual import Counterfactual, Moment, tally
from agent.figures import percentile_ms
from agent.following import Course, What
from agent.recorded import RecordedCall
from agent.wording import clock, length

Told: TypeAlias = Sequence[tuple[RecordedCall, Counterfactual]]

_LONGEST = 44
"""Letters of a line that the table shows."""


def shown(told: Told) -> Iterator[RenderableType]:
    """A table for each call in which something differs, then what all of them come to."""
    moments = [moment for _, found in told for moment in found.moments]
    different = sum(moment.differs for moment in moments)
    for call, found in told:
        if len(told) > 1:
            yield Text(str(call.path), style="bold")
        rows = [moment for moment in found.moments if moment.differs]
        if rows:
            yield _table(rows)
        if rows or found.diverges is not None:
            yield Text(_reach(found), style="dim")
    if not different:
        yield Text("no difference")
        return
    yield _summary(moments)
    yield Text(f"{different} difference{'s' if different > 1 else ''}")


def as_json(told: Told) -> str:
    """Every moment of every call, whether it differs or not, and the sums."""
    calls = [
        {
            "events": call.path.as_posix(),
            "held_with": call.policy.policy,
            "exact_until": found.diverges,
            "moments": [_moment(moment) for moment in found.moments],
        }
        for call, found in told
    ]
    moments = [moment for _, found in told for moment in found.moments]
    sums = {
        name: _sums(moments, would=would) for name, would in (("was", False), ("would_be", True))
    }
    whole = {"calls": calls, "summary": sums}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _reach(found: Counterfactual) -> str:
    if found.diverges is None:
        return "No act of System 1 would have been another; what differs are reasons."
    return (
        f"Exact up to the first act that would have been another, at {clock(found.diverges)} (=). "
        "After it an indication (~): each moment from the recording's own history, since the "
        "caller answered what was really said."
    )


def _table(rows: Sequence[Moment]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("time", justify="right")
    table.add_column("")
    table.add_column("what happened", overflow="fold")
    table.add_column("was", overflow="fold")
    table.add_column("would be", overflow="fold")
    table.add_column("difference", justify="right")
    for row in rows:
        cut = row.cut_in(row.would) and not row.cut_in(row.was)
        saved = row.cut_in(row.was) and not row.cut_in(row.would)
        table.add_row(
            clock(row.at),
            "=" if row.exact else "~",
            Text(_happened(row)),
            Text(_course(row, row.was)),
            Text(_course(row, row.would), style="red" if cut else "green" if saved else ""),
            _difference(row),
        )
    return table


def _happened(row: Moment) -> str:
    words = _short(row.words)
    match row.what:
        case What.PAUSE if row.resumed is not None:
            return f"caller pauses for {length(row.resumed - row.at)} after {words}"
        case What.PAUSE:
            return f"caller is through: {words}"
        case What.OVERLAP:
            return f"caller over the agent: {words}"
        case What.LINE:
            return f"silence after the agent's {words}" if row.words else "the call begins"


def _course(row: Moment, course: Course) -> str:
    parts: list[str] = []
    match row.what:
        case What.OVERLAP if course.yielded is not None:
            parts.append(f"stops after {length(course.yielded - row.at)}")
        case What.OVERLAP:
            parts.append("keeps talking")
        case What.PAUSE if course.taken is not None:
            cut = "cuts in" if row.resumed is not None else "takes the turn"
            parts.append(f"{cut} after {length(course.taken - row.at)}")
        case What.PAUSE:
            parts.append("waits" if course.dismissed is None else "lets it pass")
        case What.LINE:
            pass
    if course.said is not None and row.what is not What.OVERLAP:
        said = _short(course.line) if course.line else "ends the call"
        parts.append(f"{said} after {length(course.said - row.at)}")
    return ", ".join(parts) or "nothing"


def _difference(row: Moment) -> str:
    for was, would in (
        (row.was.taken, row.would.taken),
        (row.was.yielded, row.would.yielded),
        (row.was.said, row.would.said),
    ):
        if was is not None and would is not None:
            return f"{would - was:+.2f} s"
    return ""


def _short(text: str | None) -> str:
    text = " ".join((text or "").split())
    return (
        f"“{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}”" if text else "a noise"
    )


def _summary(moments: Sequence[Moment]) -> Table:
    was, would = _sums(moments, would=False), _sums(moments, would=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "was", "would be"):
        table.add_column(name, justify="left" if not name else "right")
    for key, name in (
        ("gap_p50_s", "response gap, median"),
        ("gap_p90_s", "response gap, p90"),
        ("cut_ins", "cut-ins"),
        ("yields", "stops for the caller"),
        ("keeps", "talks on"),
    ):
        table.add_row(name, _figure(was[key]), _figure(would[key]))
    return table


def _figure(value: float | int | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else length(value)


def _sums(moments: Sequence[Moment], *, would: bool) -> dict[str, float | int | None]:
    found = tally(moments, would=would)
    gaps = found.gaps
    return {
        "gap_p50_s": percentile_ms(gaps, 50),
        "gap_p90_s": percentile_ms(gaps, 90),
        "cut_ins": found.cut_ins,
        "yields": found.yields,
        "keeps": found.keeps,
    }


def _moment(moment: Moment) -> dict[str, object]:
    return {
        "at": moment.at,
        "what": moment.what.value,
        "words": moment.words,
        "resumed": moment.resumed,
        "exact": moment.exact,
        "differs": moment.differs,
        "was": asdict(moment.was),
        "would_be": asdict(moment.would),
    }
