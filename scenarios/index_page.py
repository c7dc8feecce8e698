"""The index of a suite as one HTML page: what failed and when, then every scenario in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

from markupsafe import Markup

from agent.report import environment, stylesheet
from agent.result import Fidelity
from agent.wording import length, wording


@dataclass(frozen=True, slots=True)
class SuiteRow:
    """One scenario that was run.

    ``checks_failed``: a line for each, with the moment that it failed. ``report``: the path of
    its ``report.html`` relative to the index, if one was written.
    """

    name: str
    path: str
    fidelity: Fidelity
    passed: bool
    duration_s: float
    wall_s: float
    speed: float
    gap_p50_s: float | None
    checks_failed: tuple[str, ...]
    report: str | None

    @property
    def href(self) -> str | None:
        """The report's path as a link."""
        return None if self.report is None else quote(self.report)


def render_index(rows: Sequence[SuiteRow], language: str = "en") -> str:
    """One self-contained page about a suite, failures first and otherwise in the given order."""
    words = wording(language)
    failed = [row for row in rows if not row.passed]
    called, wall = sum(row.duration_s for row in rows), sum(row.wall_s for row in rows)
    gaps = [row.gap_p50_s for row in rows if row.gap_p50_s is not None]
    tiles = (
        (
            words("suite.scenarios"),
            str(len(rows)),
            words("suite.shares", passed=len(rows) - len(failed), failed=len(failed)),
        ),
        (words("suite.gap"), length(median(gaps)) if gaps else words("tile.none"), ""),
        (words("suite.call_time"), length(called), words("suite.wall_time", wall=length(wall))),
        (words("suite.speed"), f"{called / wall:.3g}×" if wall > 0 else words("tile.none"), ""),
    )
    page = (
        environment("scenarios")
        .get_template("index.html.j2")
        .render(
            t=words,
            language=language,
            tiles=tiles,
            failed=failed,
            rows=[*failed, *(row for row in rows if row.passed)],
            style=Markup(stylesheet()),
        )
    )
    return page + "\n"
