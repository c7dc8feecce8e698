"""The files of a call, in one folder: what they are called, and writing those that come last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.discretion import discreet
from agent.records import Record
from agent.report import render_report
from agent.result import Result, write_result
from agent.spans import Span
from agent.unfinished import GIVEN_UP, MARKER, finished
from policies.policy import Policy
from speech.protocols import Audio

RECORDING = "call.wav"
JOURNAL = "events.jsonl"
RESULT = "result.json"
REPORT = "report.html"


def clear(folder: Path) -> None:
    """Remove an earlier call's files, which must not be taken for this one's."""
    for name in (RECORDING, JOURNAL, RESULT, REPORT, MARKER, GIVEN_UP):
        (folder / name).unlink(missing_ok=True)


def write_outcome(
    folder: Path,
    result: Result,
    records: Sequence[Record],
    caller: Audio | None,
    agent: Audio | None,
    spans: Sequence[Span] | None = None,
    policy: Policy | None = None,
) -> None:
    """Write ``result.json`` and ``report.html`` of a call that is over, which is finished then.

    ``caller``, ``agent``: the channels, None without sound; ``spans``: when the caller spoke, if
    that is known better than from the recording; ``policy``: what the call was held with, whose
    ``privacy.mask`` is taken out of the result; the report is as much a recording as ``call.wav``.
    """
    told = result if policy is None else discreet(result, records, policy)
    write_result(folder / RESULT, told)
    page = render_report(records, result, caller, agent, spans, policy)
    (folder / REPORT).write_text(page, encoding="utf-8")
    finished(folder)
