"""The journal: what is written can be read back, and what is broken is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.journal import Journal, JournalError, from_json, read_journal, to_json
from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    Decision,
    ErrandDone,
    FloorChange,
    PerceptSeen,
    Record,
    Remembered,
    ThinkDone,
    Utterance,
)
from policies.timing import Ending
from system1.acts import Because, Kind
from system1.errands import Errand, Outcome, Proposal
from system1.notices import FloorAction, FloorState
from system1.percepts import (
    EndOfTurn,
    Heard,
    Percept,
    PlaybackCut,
    Prosody,
    Returned,
    SoundEvent,
    SpeechStarted,
    Thought,
    Tick,
    Word,
)
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import (
    Advice,
    Asked,
    Done,
    Failed,
    NotUnderstood,
    Progress,
    Propose,
    Sentence,
    SetOut,
    ThoughtContent,
)

WHY = Because("end_of_turn", (("pi", 0.9), ("words", "是的"), ("count", 2)))
TASK = TaskState("report", (Slot("postcode", "SW1A 1AA", True, 1),), "postcode", True)
THOUGHTS: list[ThoughtContent] = [
    Sentence("Four hours.", ("restore",)),
    Asked(Question(AnswerKind.DIGITS, "account", 6)),
    Asked(None),
    Progress(TASK),
    Advice(Ending.TRANSFER, "support"),
    NotUnderstood("no match"),
    Failed("down"),
    Done(3, 4),
]
RECORDS: list[Record] = [
    CallOpened(0.0, "broadband", "story", "embedded", "grounded", "en"),
    PerceptSeen(1.0, SpeechStarted(1.0, 0.9, -31.2)),
    PerceptSeen(1.1, Heard(1.1, 0, (Word("hello", 0.9, 1.05, False),), False, 0.8)),
    PerceptSeen(1.2, EndOfTurn(1.2, ((0.5, 0.1), (2.0, 0.7)))),
    PerceptSeen(1.3, Prosody(1.3, 2.0, -1.0, 1.2, 4.4)),
    PerceptSeen(1.4, SoundEvent(1.4, "dtmf", "5")),
    PerceptSeen(1.5, PlaybackCut(1.5, 3, 12)),
    PerceptSeen(1.6, Tick(1.6)),
    *(PerceptSeen(1.7, Thought(1.7, 2, thought)) for thought in THOUGHTS),
    CallerTurn(2.0, 0.9, 1.5, "hello <there>"),
    FloorChange(2.0, FloorState.FREE_U, FloorState.SYSTEM, FloorAction.GRAB, "agent"),
    Utterance(3.0, 1, Kind.REPLY, "您好。", 2.1, 2.9, "您", True, WHY),
    ThinkDone(3.0, 1, False, 20, 2.0, 2.3, 2.4, 5, 6, "answered", ("restore",)),
    Decision(3.0, "say", 1, WHY, "Hello.", Kind.REPLY),
    Decision(3.0, "stop", 1, WHY),
    ErrandDone(3.1, 1, "track", 2.0, 3.1, False, 1.1, 0, True, "late"),
    Remembered(3.1, "recall", "2 facts"),
    CallEnded(4.0, "transferred", "agent", 4.0, "support"),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_survives_the_file(record: Record) -> None:
    line = json.dumps(to_json(record), ensure_ascii=False)
    assert from_json(json.loads(line)) == record


def test_the_keys_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    journal = Journal(path)
    for record in RECORDS:
        journal.write(record)
    journal.close()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(list(line)[:2] == ["at", "event"] for line in lines)
    by_event = {line["event"]: line for line in lines}
    assert set(by_event) == {
        "call_started",
        "percept",
        "caller_turn",
        "floor",
        "utterance",
        "think",
        "decision",
        "memory",
        "tool",
        "call_ended",
    }
    assert {"from", "to", "action"} <= set(by_event["floor"])
    assert {"do", "to", "rule", "because"} <= set(by_event["decision"])
    wanted = {"id", "kind", "text", "start", "end", "heard", "cut", "because"}
    assert wanted <= set(by_event["utterance"])
    assert {"outcome", "by", "duration"} <= set(by_event["call_ended"])
    assert read_journal(path) == RECORDS


@pytest.mark.parametrize(
    "percept",
    [
        Returned(1.0, Outcome(Errand(1, "track", '{"number":"4711"}'), True, "secret")),
        Thought(1.0, 1, SetOut(Errand(1, "track", '{"number":"4711"}'))),
        Thought(1.0, 1, Propose(Proposal("refund", '{"number":"4711"}', "Shall I?"))),
    ],
)
def test_what_tools_are_given_and_say_stays_out(percept: Percept) -> None:
    line = json.dumps(to_json(PerceptSeen(1.0, percept)))
    assert "4711" not in line
    assert "secret" not in line
    assert isinstance(from_json(json.loads(line)), PerceptSeen)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nonsense\n", 1),
        ('{"at": 0, "event": "call_started"}\n', 1),
        ('{"at": 0, "event": "no such"}\n', 1),
        ("[1]\n", 1),
        ('{"at": 1.0, "event": "percept", "kind": "tick"}\n{"at": 1, "event": "percept"}\n', 2),
        ('{"at": 1.0, "event": "percept", "kind": "thought", "content": {"kind": "x"}}\n', 1),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JournalError) as caught:
        read_journal(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert "\n" not in message


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file"):
        read_journal(tmp_path / "none.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JournalError, match="not UTF-8"):
        read_journal(tmp_path / "binary.jsonl")


def test_a_last_line_that_a_crash_tore_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    journal = Journal(path)
    for record in RECORDS:
        journal.write(record)
    # Not closed: each line is there all the same.
    whole = path.read_bytes()
    assert read_journal(path) == RECORDS
    last = whole.splitlines(keepends=True)[-1]
    for cut in range(1, len(last) - 1):
        path.write_bytes(whole[: -len(last) + cut])
        assert read_journal(path) == RECORDS[:-1]
    path.write_bytes(whole + '{"at": 1, "event": "是'.encode()[:-1])
    assert read_journal(path) == RECORDS
    journal.close()


def test_a_torn_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"at": 1, "ev\n{"at": 2, "event": "percept", "kind": "tick"}\n')
    with pytest.raises(JournalError, match=r":1: not a record"):
        read_journal(path)


def test_a_file_is_kept_while_it_is_open(tmp_path: Path) -> None:
    kept: list[int] = []
    released: list[None] = []

    def keep(descriptor: int):  # type: ignore[no-untyped-def]
        kept.append(descriptor)
        return lambda: released.append(None)

    journal = Journal(tmp_path / "events.jsonl", keep)
    assert kept
    assert not released
    journal.close()
    journal.close()
    assert len(released) == 1
