"""The journal of a call: typed records in memory, one JSON object a line on disk.

First key ``at``, then ``event``. Percepts are written whole, so that System 1 can be run again
over them (``agent.replay``), but for what tools are given and answer: System 1 decides nothing by
it, and it is the customer's.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, get_args

from pydantic import TypeAdapter, ValidationError

from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    Decision,
    EchoMeasured,
    ErrandDone,
    FloorChange,
    ListenerUsed,
    PerceptSeen,
    Record,
    Remembered,
    ThinkDone,
    Utterance,
)
from system1.errands import Outcome
from system1.percepts import Percept, Returned, Thought
from system1.thoughts import Propose, SetOut, ThoughtContent

EVENTS: dict[type[Record], str] = {
    CallOpened: "call_started",
    PerceptSeen: "percept",
    CallerTurn: "caller_turn",
    FloorChange: "floor",
    Utterance: "utterance",
    ThinkDone: "think",
    ErrandDone: "tool",
    Decision: "decision",
    Remembered: "memory",
    EchoMeasured: "echo",
    ListenerUsed: "listener",
    CallEnded: "call_ended",
}
_RECORDS = {event: record for record, event in EVENTS.items()}

_WIRE_NAMES = {"source": "from", "target": "to"}
"""The floor's fields as the file has them; ``from`` is no name in Python."""


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


_PERCEPTS: dict[str, type[Any]] = {_snake(one.__name__): one for one in get_args(Percept)}
_THOUGHTS: dict[str, type[Any]] = {_snake(one.__name__): one for one in get_args(ThoughtContent)}


class JournalError(Exception):
    """A line of a journal that cannot be read; the text is ``FILE:LINE: why``."""


def to_json(record: Record) -> dict[str, object]:
    """A record as the object that its line holds."""
    line: dict[str, object] = {"at": record.at, "event": EVENTS[type(record)]}
    if isinstance(record, PerceptSeen):
        percept = _without_data(record.percept)
        line["kind"] = _snake(type(percept).__name__)
        fields = _plain(percept)
        content = getattr(percept, "content", None)
        if content is not None:
            fields["content"] = {"kind": _snake(type(content).__name__), **_plain(content)}
        fields.pop("at")
        return line | fields
    fields = _plain(record)
    fields.pop("at")
    if isinstance(record, FloorChange):
        fields = {_WIRE_NAMES.get(name, name): value for name, value in fields.items()}
    if isinstance(record, Decision):
        line["do"] = fields.pop("do")
        line["to"] = fields.pop("to")
        line["rule"] = record.because.rule
        line["because"] = dict(record.because.evidence)
        fields.pop("because")
        fields = {name: value for name, value in fields.items() if value is not None}
    if isinstance(record, Utterance):
        fields["because"] = {
            "rule": record.because.rule,
            "evidence": dict(record.because.evidence),
        }
    return line | fields


def _without_data(percept: Percept) -> Percept:
    """The percept without what a tool was given and what it said."""
    match percept:
        case Returned(outcome=outcome):
            errand = dataclasses.replace(outcome.errand, arguments="{}")
            return dataclasses.replace(percept, outcome=Outcome(errand, outcome.ok, ""))
        case Thought(content=SetOut(errand=errand)):
            errand = dataclasses.replace(errand, arguments="{}")
            return dataclasses.replace(percept, content=SetOut(errand))
        case Thought(content=Propose(proposal=proposal)):
            proposal = dataclasses.replace(proposal, arguments="{}")
            return dataclasses.replace(percept, content=Propose(proposal))
        case _:
            return percept


def _plain(value: object) -> dict[str, Any]:
    return dataclasses.asdict(value)  # type: ignore[call-overload, no-any-return]


def from_json(line: dict[str, Any]) -> Record:
    """The record that an object of ``events.jsonl`` stands for; ValueError if it is none."""
    fields = dict(line)
    event = fields.pop("event", None)
    record = _RECORDS.get(event) if isinstance(event, str) else None
    if record is None:
        raise ValueError(f"unknown event {event!r}")
    if record is PerceptSeen:
        return PerceptSeen(fields["at"], _percept(fields))
    if record is FloorChange:
        back = {wire: name for name, wire in _WIRE_NAMES.items()}
        fields = {back.get(name, name): value for name, value in fields.items()}
    if record is Decision:
        evidence = fields.pop("because", {})
        fields["because"] = {"rule": fields.pop("rule", ""), "evidence": list(evidence.items())}
    if record is Utterance:
        because = fields["because"]
        fields["because"] = {
            "rule": because["rule"],
            "evidence": list(because["evidence"].items()),
        }
    rebuilt: Record = _build(record, fields)
    return rebuilt


def _percept(fields: dict[str, Any]) -> Percept:
    kind = fields.pop("kind", None)
    percept = _PERCEPTS.get(kind) if isinstance(kind, str) else None
    if percept is None:
        raise ValueError(f"unknown percept {kind!r}")
    content = fields.get("content")
    if isinstance(content, dict):
        content = dict(content)
        thought = _THOUGHTS.get(content.pop("kind", ""))
        if thought is None:
            raise ValueError("unknown thought")
        fields["content"] = _build(thought, content)
    rebuilt: Percept = _build(percept, fields)
    return rebuilt


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
"""Made when first wanted: building them all would slow down every start of the command line."""


def _build(kind: type[Any], fields: dict[str, Any]) -> Any:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind].validate_python(fields)


class Journal:
    """Records as they are written; ``events.jsonl`` as it happens where a path is given.

    ``more``: the file is there, and gets longer.

    Each line is with the system at once, so that the end of the process loses none. ``keep``: told
    of the file's descriptor while it is open, so as to bring it to the disk as well; what it gives
    back is called at the end.
    """

    def __init__(
        self,
        path: Path | None = None,
        keep: Callable[[int], Callable[[], None]] | None = None,
        *,
        more: bool = False,
    ) -> None:
        self.records: list[Record] = []
        self._listeners: list[Callable[[Record], None]] = []
        self._file: IO[str] | None = (
            path.open("a" if more else "w", encoding="utf-8", newline="\n")
            if path is not None
            else None
        )
        self._release: Callable[[], None] | None = None
        if self._file is not None and keep is not None:
            self._release = keep(self._file.fileno())

    def subscribe(self, listener: Callable[[Record], None]) -> None:
        """Call ``listener`` with each record from now on."""
        self._listeners.append(listener)

    def write(self, record: Record) -> None:
        """Put a record on the journal."""
        self.records.append(record)
        if self._file is not None:
            self._file.write(json.dumps(to_json(record), ensure_ascii=False) + "\n")
            self._file.flush()
        for listener in self._listeners:
            listener(record)

    def close(self) -> None:
        """Nothing more will be written."""
        if self._file is not None:
            if self._release is not None:
                self._release()
            self._file.close()
            self._file = None


def read_journal(path: Path) -> list[Record]:
    """The records of an ``events.jsonl``; JournalError names the first line that is none.

    A last line that was not finished, as a crash leaves it, is left out.
    """
    try:
        text = _finished(path.read_bytes()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise JournalError(f"{path}:1: {reason}") from None
    records: list[Record] = []
    lines = text.removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(lines, 1):
        try:
            records.append(from_json(json.loads(line)))
        except (ValueError, KeyError, AttributeError, TypeError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            raise JournalError(f"{path}:{number}: not a record of a call: {reason}") from None
    return records


def mend_journal(path: Path) -> None:
    """Take out a last line that was not finished, so that more can be written behind it."""
    data = path.read_bytes()
    whole = _finished(data)
    with path.open("r+b") as file:
        file.truncate(len(whole))
        if whole and not whole.endswith(b"\n"):
            file.seek(len(whole))
            file.write(b"\n")


def _finished(data: bytes) -> bytes:
    """Without a last line that was torn; one that lacks its end and no more is kept."""
    whole, newline, last = data.rpartition(b"\n")
    try:
        json.loads(last)
    except ValueError:
        # Where there is nothing else it is no journal.
        return whole + newline or data
    return data
