"""Calls that broke off anywhere: what is left of them is finished, once, and nothing else is."""

from __future__ import annotations

import json
import stat
import sys
import uuid
import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.cli.app import main
from agent.conversation import Conversation
from agent.journal import read_journal
from agent.realtime.settings import Settings
from agent.recording import Recording, read_recording
from agent.records import CallEnded, Decision, PerceptSeen, Record, Remembered, ThinkDone, Utterance
from agent.recovery import Recovered, recover
from agent.replay import redecided
from agent.unfinished import GIVEN_UP, MARKER, Begun, Hold, unfinished
from agent.wordwise import WordConversation
from policies.loading import load_policy, shipped_policies
from policies.policy import Policy
from speech.protocols import SAMPLE_RATE
from system1.percepts import PlaybackStarted
from system2.memory.profile import Episode, NewFact
from system2.memory.store import open_store
from tests.agent.live.soundless import portaudio, row
from tests.stage import bot, speech

BEGAN = datetime(2026, 1, 5, 12, tzinfo=UTC)


def talkative(**more: Any) -> Policy:
    asks = {"name": ("my name please", "name"), "agrees": ("may we remember you", "yes_no")}
    noted = "Noted. There is a lot more to be said of that, and it takes long."
    tasks = [
        {
            "id": slot,
            "when": {"says": [f"begin {slot}"]},
            "collect": [{"slot": slot, "ask": ask, "type": kind}],
            "then": {"say": noted},
        }
        for slot, (ask, kind) in asks.items()
    ]
    return bot(tasks=tasks, fillers=[{"after": 0.4, "say": ["One moment."]}], **more)


TALKATIVE = talkative()


@pytest.fixture(autouse=True)
def where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where memory is."""
    path = tmp_path / "memory.db"
    monkeypatch.setenv("KAIROS_MEMORY", str(path))
    return path


async def lines_of_a_call(folder: Path) -> list[str]:
    """A call in which the caller gives a name, talks over the agent, and goes on."""
    options: dict[str, Any] = {"out": folder, "think": 1.2}
    async with WordConversation.open(TALKATIVE, **options) as call:
        for turn, (at, line) in enumerate(
            [(6.0, "begin name"), (12.0, "ann"), (16.5, "no wait stop that please"), (22.0, "so")]
        ):
            percepts, _ = speech(at, line, turn)
            call.expect_percepts(percepts)
        await call.advance(22.4)
    return (folder / "events.jsonl").read_text().splitlines(keepends=True)


def broken_off(
    folder: Path, lines: list[str], torn: str = "", caller: str | None = "c-1", **begun: Any
) -> Path:
    """A call's folder as a process leaves it that dies."""
    folder.mkdir(exist_ok=True)
    (folder / "events.jsonl").write_text("".join(lines) + torn)
    facts = {"call": uuid.uuid4().hex, "began": BEGAN, "policy": TALKATIVE, "channel": "realtime"}
    Hold.on_new(folder, Begun(caller_id=caller, **(facts | begun))).close()
    return folder


def of(records: Any, kind: type[Record]) -> list[Any]:
    return [one for one in records if isinstance(one, kind)]


def known(where: Path, who: str = "stage/c-1") -> tuple[dict[str, str], int]:
    store = open_store(str(where))
    profile = store.recall(who, BEGAN + timedelta(days=1))
    store.close()
    return {fact.name: fact.value for fact in profile.facts}, profile.calls


def finished(folder: Path) -> Recovered:
    done = recover(folder)
    assert done is not None
    assert list(done.records) == read_journal(folder / "events.jsonl")
    return done


@pytest.mark.slow
async def test_wherever_it_broke_off_its_journal_is_whole_afterwards(tmp_path: Path) -> None:
    lines = await lines_of_a_call(tmp_path / "whole")
    last = next(n for n, line in enumerate(lines) if "call_ended" in line)
    open_thinks = cut = 0
    for count in range(1, last):
        torn = lines[count][: len(lines[count]) // 2]
        folder = broken_off(tmp_path / str(count), lines[:count], torn, caller=None)
        # In another thread there is no event loop yet.
        done = await asyncio_thread(partial(finished, folder))
        text = (folder / "events.jsonl").read_text()
        assert text.startswith("".join(lines[:count]))
        records = done.records
        # Nothing is decided otherwise when it is replayed: no decision is missing or is too many.
        assert redecided(records, TALKATIVE) == []
        (ended,) = of(records, CallEnded)
        assert records[-1] == ended
        assert (ended.outcome, ended.by) == ("error", "system")
        assert ended.at == ended.duration == max(one.at for one in records)
        thought = [one.to for one in of(records, Decision) if one.do == "think"]
        assert sorted(one.id for one in of(records, ThinkDone)) == sorted(thought)
        begun = {
            one.percept.utterance
            for one in records
            if isinstance(one, PerceptSeen) and isinstance(one.percept, PlaybackStarted)
        }
        assert {one.id for one in of(records, Utterance)} == begun
        added = records[count:]
        open_thinks += len(of(added, ThinkDone))
        cut += sum(one.cut and bool(one.heard) for one in of(added, Utterance))
        result = json.loads((folder / "result.json").read_text())
        assert (result["outcome"], result["duration_s"]) == ("error", round(ended.at, 3))
        assert (folder / "report.html").read_text().endswith("</html>\n")
        assert list(unfinished(folder)) == []
    # There were calls that broke off while the agent thought, and while it spoke.
    assert open_thinks > 3
    assert cut > 10


async def asyncio_thread(work: Callable[[], Recovered]) -> Recovered:
    import asyncio

    return await asyncio.to_thread(work)


@pytest.fixture
async def lines(tmp_path: Path) -> list[str]:
    """What is left of a call that broke off after the name was given."""
    whole = await lines_of_a_call(tmp_path / "whole")
    return whole[: next(n for n, line in enumerate(whole) if "no wait" in line)]


def test_it_is_remembered_as_any_other_and_once(
    lines: list[str], tmp_path: Path, where: Path
) -> None:
    folder = broken_off(tmp_path / "call", lines)
    assert "c-1" in (folder / MARKER).read_text()
    done = finished(folder)
    (note,) = of(done.records, Remembered)
    assert (note.op, note.detail) == ("write", "1 new, 0 changed, 0 confirmed")
    assert known(where) == ({"name": "Ann"}, 1)
    (episode,) = open_store(str(where)).recall("stage/c-1", BEGAN + timedelta(days=1)).episodes
    assert (episode.outcome, episode.at) == ("error", BEGAN)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"events.jsonl", "result.json", "report.html"}
    assert recover(folder) is None
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert known(where)[1] == 1


@pytest.mark.slow
def test_it_may_break_off_again_while_it_is_finished(
    lines: list[str], tmp_path: Path, where: Path
) -> None:
    call = uuid.uuid4().hex
    folder = broken_off(tmp_path / "call", lines, call=call)
    whole = [json.dumps(json.loads(line), ensure_ascii=False) for line in journal_of(folder)]
    for kept in range(len(lines), len(whole) + 1):
        text = [line + "\n" for line in whole[:kept]]
        (folder / "result.json").unlink(missing_ok=True)
        # The store has it already, the journal perhaps not.
        finished(broken_off(folder, text, call=call))
        again = (folder / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in again]
        assert [one for one in events if one["event"] != "memory"] == [
            json.loads(line) for line in whole if '"memory"' not in line
        ]
        assert sum(one["event"] == "memory" for one in events) == 1
        assert (folder / "result.json").exists()
    assert known(where) == ({"name": "Ann"}, 1)


def journal_of(folder: Path) -> list[str]:
    finished(folder)
    return (folder / "events.jsonl").read_text().splitlines()


@pytest.mark.parametrize("agreed", [False, True])
def test_only_who_has_agreed_is_remembered(
    agreed: bool, lines: list[str], tmp_path: Path, where: Path
) -> None:
    if agreed:
        store, at = open_store(str(where)), BEGAN - timedelta(days=1)
        store.write("stage/c-1", Episode("before", at, "x", "", 1), [NewFact("agrees", "yes")], at)
        store.close()
    policy = talkative(memory={"consent": {"slot": "agrees"}})
    done = finished(broken_off(tmp_path / "call", lines, policy=policy))
    (note,) = of(done.records, Remembered)
    assert note.op == ("write" if agreed else "skip")
    assert known(where) == (({"agrees": "yes", "name": "Ann"}, 2) if agreed else ({}, 0))


def test_a_store_that_is_down_costs_the_memory_alone(
    lines: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAIROS_MEMORY", str(tmp_path))
    done = finished(broken_off(tmp_path / "call", lines))
    (note,) = of(done.records, Remembered)
    assert (note.op, note.detail) == ("failed", "write")
    assert (tmp_path / "call" / "report.html").exists()
    logged = capsys.readouterr().err
    assert "memory.not_available" in logged
    assert "Ann" not in logged


def test_its_recording_is_whole_to_the_last_sample_that_is_there(
    lines: list[str], tmp_path: Path
) -> None:
    folder = broken_off(tmp_path / "call", lines)
    recording = Recording(folder / "call.wav")
    tone = (np.sin(np.arange(30 * SAMPLE_RATE) / 20) / 2).astype(np.float32)
    recording.add(tone, -tone)
    recording.close()
    path = folder / "call.wav"
    data = path.read_bytes()
    # As old as the last whole second, and torn in the middle of a sample.
    path.write_bytes(data[:40] + (4 * 24_000).to_bytes(4, "little") + data[44:-3])
    done = finished(folder)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 30 * SAMPLE_RATE - 1)
    caller, agent = read_recording(path)
    assert np.abs(caller - tone[:-1]).max() < 1e-4
    assert np.abs(agent + tone[:-1]).max() < 1e-4
    # It has more of the call than the journal.
    assert done.duration_s == pytest.approx(30.0, abs=1e-3)


@pytest.mark.parametrize("sound", [b"", b"RIFF", b"no sound at all, but as long as a header is"])
def test_without_a_sound_it_ends_with_its_last_record(
    sound: bytes, lines: list[str], tmp_path: Path
) -> None:
    folder = broken_off(tmp_path / "call", lines)
    (folder / "call.wav").write_bytes(sound)
    done = finished(folder)
    assert done.duration_s == max(json.loads(line)["at"] for line in lines)
    assert (folder / "call.wav").read_bytes() == sound


@pytest.mark.slow
async def test_a_call_that_is_held_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "call"
    frame = np.zeros(480, np.float32)
    options: dict[str, Any] = {"clock": "live", "out": out, "caller_id": "c-1"}
    async with Conversation.open(TALKATIVE, channel="telephony", **options) as call:
        await call.step(frame)
        (folder,) = unfinished(tmp_path)
        assert folder == out
        before = (out / "events.jsonl").read_bytes()
        assert recover(out) is None
        assert (out / "events.jsonl").read_bytes() == before
        marker = out / MARKER
        assert stat.S_IMODE(marker.stat().st_mode) == 0o600
        begun = Begun.model_validate_json(marker.read_bytes())
        assert (begun.caller_id, begun.channel) == ("c-1", "telephony")
        assert begun.policy == TALKATIVE
    # It ended in good order: nothing of it is kept.
    assert not marker.exists()


@pytest.mark.slow
@pytest.mark.parametrize("days", [0, 365])
async def test_the_caller_is_named_only_where_and_while_there_is_something_to_remember(
    days: int, tmp_path: Path
) -> None:
    policy = bot(memory={"retention_days": days})
    options: dict[str, Any] = {"clock": "live", "out": tmp_path, "caller_id": "c-1"}
    async with Conversation.open(policy, report=False, **options) as call:
        await call.step(np.zeros(480, np.float32))
        assert ("c-1" in (tmp_path / MARKER).read_text()) == bool(days)
    # Its last files are somebody else's to write: that is all that is left to do.
    assert "c-1" not in (tmp_path / MARKER).read_text()
    before = read_journal(tmp_path / "events.jsonl")
    done = await asyncio_thread(lambda: finished(tmp_path))
    assert list(done.records) == before
    assert done.outcome == "caller_hung_up"
    assert not (tmp_path / MARKER).exists()


@pytest.mark.slow
async def test_a_call_that_never_began_leaves_nothing_to_do(tmp_path: Path) -> None:
    options: dict[str, Any] = {"clock": "live", "out": tmp_path, "caller_id": "c-1"}
    async with Conversation.open(TALKATIVE, report=False, **options):
        assert (tmp_path / MARKER).exists()
    assert not (tmp_path / MARKER).exists()
    assert await asyncio_thread(lambda: recover(broken_off(tmp_path, []))) is None  # type: ignore[arg-type,return-value]
    assert not (tmp_path / MARKER).exists()
    assert not (tmp_path / "result.json").exists()


@pytest.mark.parametrize("broken", ["journal", "marker"])
def test_garbage_is_told_of_once_and_left_as_it_is(
    broken: str, lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = broken_off(tmp_path / "call", lines)
    name = {"journal": "events.jsonl", "marker": MARKER}[broken]
    text = (folder / name).read_text()
    (folder / name).write_text("garbles\n" + text if broken == "journal" else text[:-20])
    (folder / "call.wav").write_bytes(b"torn")
    kept = {name: (folder / name).read_bytes() for name in ("events.jsonl", "call.wav")}
    assert recover(folder) is None
    (line,) = capsys.readouterr().err.splitlines()
    assert "call.not_recovered" in line
    assert "call=call" in line
    assert "garbles" not in line
    assert list(unfinished(tmp_path)) == []
    assert recover(folder) is None
    assert capsys.readouterr().err == ""
    assert {name: (folder / name).read_bytes() for name in kept} == kept
    assert stat.S_IMODE((folder / GIVEN_UP).stat().st_mode) == 0o600
    # Whoever has repaired it by hand may have it tried again.
    assert main(["recover", str(tmp_path)]) == 1
    (folder / GIVEN_UP).write_text(text if broken == "marker" else (folder / GIVEN_UP).read_text())
    (folder / "events.jsonl").write_text("".join(lines))
    capsys.readouterr()
    assert main(["recover", str(tmp_path)]) == 0
    assert "call: error after " in capsys.readouterr().out
    assert known(tmp_path / "memory.db")[0] == {"name": "Ann"}


@pytest.mark.slow
def test_who_was_talked_to_is_remembered_before_the_next_call_takes_the_folder(
    lines: list[str], tmp_path: Path, where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = broken_off(tmp_path / "call", lines)
    # This one comes to nothing, as the sound card is taken.
    card = portaudio([row("Headset", 1, 2)], default=(0, 0), openings=0)
    monkeypatch.setitem(sys.modules, "sounddevice", card)
    assert main(["talk", "broadband", "--out", str(folder)]) != 0
    assert json.loads((folder / "result.json").read_text())["outcome"] == "error"
    assert known(where) == ({"name": "Ann"}, 1)


def test_what_another_version_decided_is_not_made_up(lines: list[str], tmp_path: Path) -> None:
    otherwise = TALKATIVE.model_copy(update={"greeting": "Welcome."})
    done = finished(broken_off(tmp_path / "call", lines, policy=otherwise))
    assert [type(one) for one in done.records[len(lines) :]] == [CallEnded, Remembered]


def test_a_folder_that_is_none_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recover", str(tmp_path / "none")]) == 2
    assert main(["recover", str(tmp_path)]) == 0
    assert "no call was finished" in capsys.readouterr().out
    assert recover(tmp_path / "none") is None


def of_a_client() -> Policy:
    """A policy as a client of the Realtime protocol has changed it."""
    turns = {"type": "server_vad", "silence_duration_ms": 100, "idle_timeout_ms": 6000}
    tool = {"type": "function", "name": "look_up", "parameters": {"type": "object"}}
    session: dict[str, Any] = {
        "instructions": "Be kind.",
        "audio": {"input": {"turn_detection": turns}, "output": {"speed": 0.25}},
        "tools": [tool],
    }
    return Settings().updated(session).applied(load_policy("broadband"))


@pytest.mark.parametrize("policy", [*map(load_policy, shipped_policies()), of_a_client()])
def test_a_policy_is_kept_whole(policy: Policy, tmp_path: Path) -> None:
    begun = Begun(call="1", began=BEGAN, policy=policy)
    Hold.on_new(tmp_path, begun).close()
    hold = Hold.take(tmp_path)
    assert hold is not None
    assert hold.read() == begun
    hold.close()
