"""``result.json``: how a call ended, which of its checks held, and its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from agent.figures import Figures
from agent.records import CallEnded, CallOpened, Decision, Outcome, Record
from system1.acts import Summary

Fidelity: TypeAlias = Literal["audio", "text"]


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation of a scenario. ``at``: the moment that decided it (s); ``step``: from 1."""

    name: str
    passed: bool
    at: float | None
    message: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A call in one object. ``speed``: seconds of call a second of wall time; 0 when unknown.

    ``summary``: what the human was told whom the call was handed to.
    ``wall_s`` and ``speed`` alone differ from run to run.
    """

    outcome: Outcome
    by: str
    duration_s: float
    scenario: str | None
    policy: str
    profile: str
    fidelity: Fidelity
    passed: bool
    checks: tuple[Check, ...]
    figures: Figures
    wall_s: float
    speed: float
    summary: Summary | None = None

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not hold, by the moment that decided them, timeless ones last."""
        broken = [check for check in self.checks if not check.passed]
        return tuple(sorted(broken, key=lambda one: (one.at is None, one.at or 0.0)))


def sum_up(
    records: Sequence[Record],
    figures: Figures,
    *,
    fidelity: Fidelity,
    wall_s: float,
    checks: tuple[Check, ...] = (),
) -> Result:
    """The result of a call that is over, from its journal."""
    opened = next(one for one in records if isinstance(one, CallOpened))
    ended = next(one for one in reversed(records) if isinstance(one, CallEnded))
    return Result(
        outcome=ended.outcome,
        by=ended.by,
        duration_s=ended.duration,
        scenario=opened.scenario,
        policy=opened.policy,
        profile=opened.profile,
        fidelity=fidelity,
        passed=all(check.passed for check in checks),
        checks=checks,
        figures=figures,
        wall_s=wall_s,
        speed=ended.duration / wall_s if wall_s > 0 else 0.0,
        summary=next(
            (one.summary for one in records if isinstance(one, Decision) and one.summary), None
        ),
    )


def result_json(result: Result) -> str:
    """The text of ``result.json``, keys in the order of the fields, a newline at the end."""
    fields = asdict(result)
    if result.summary is not None:
        fields["summary"]["slots"] = dict(result.summary.slots)
    fields["figures"]["thinks"] = dict(result.figures.thinks)
    fields["duration_s"] = round(fields["duration_s"], 3)
    # What differs from run to run stands last.
    fields["wall_s"] = round(fields.pop("wall_s"), 3)
    fields["speed"] = round(fields.pop("speed"), 2)
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def write_result(path: Path, result: Result) -> None:
    """Write ``result.json``."""
    path.write_text(result_json(result), encoding="utf-8")
