"""Whole scripted calls: what they leave behind, and that they are always the same."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agent.journal import read_journal
from agent.recording import read_recording
from agent.records import CallEnded, Record
from agent.result import Fidelity
from scenarios.loading import load_scenario
from scenarios.runner import ScenarioResult, run_scenario
from scenarios.suite import run_suite

PRICES = """\
scenario: prices
policy: broadband
caller: {line: {noise: white, snr_db: 30}}
steps:
  - agent: {kind: greeting, within: 1}
  - caller: "how do i restart the router"
  - agent: {says: "unplug", within: 1.5}
  - caller: {hangs_up: true, during: agent, at: 1}
expect: {outcome: caller_hung_up, false_cuts: 0, thinks: {min: 1}}
"""


def story(folder: Path, text: str = PRICES, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, fidelity: Fidelity = "text", out: Path | None = None) -> ScenarioResult:
    return asyncio.run(run_scenario(load_scenario(path), path, fidelity=fidelity, out=out))


def test_a_call_of_words(tmp_path: Path) -> None:
    judged = run(story(tmp_path), out=tmp_path / "out")
    assert judged.result.failed == ()
    assert judged.result.profile == "text"
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "events.jsonl",
        "report.html",
        "result.json",
    }
    assert tuple(read_journal(tmp_path / "out" / "events.jsonl")) == judged.records
    result = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert result["passed"] is True
    assert result["fidelity"] == "text"
    assert len(result["checks"]) == 5


def test_words_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(story(tmp_path), out=tmp_path / name)
    assert _bytes(tmp_path / "one", "events.jsonl") == _bytes(tmp_path / "two", "events.jsonl")


def test_a_call_that_fails(tmp_path: Path) -> None:
    text = PRICES.replace('"unplug", within: 1.5', '"batteries"')
    judged = run(story(tmp_path, text), out=tmp_path / "out")
    (first, *rest) = judged.result.failed
    assert not judged.result.passed
    assert first.step == 3
    assert first.at == pytest.approx(judged.records[-1].at)
    assert 'meanwhile: "Unplug it' in first.message
    assert [one.message for one in rest if one.step == 4] == ["not reached: step 3 had failed"]
    assert judged.result.outcome == "caller_hung_up"


def test_every_record_is_told_as_it_is_written(tmp_path: Path) -> None:
    path = story(tmp_path)
    told: list[Record] = []
    judged = asyncio.run(
        run_scenario(load_scenario(path), path, fidelity="text", listener=told.append)
    )
    assert tuple(told) == judged.records


def test_text_only_scenarios_never_use_audio(tmp_path: Path) -> None:
    path = story(tmp_path, PRICES.replace("steps:", "fidelity: text\nsteps:"))
    assert run(path, "audio").result.fidelity == "text"


def test_keys_reach_the_agent(tmp_path: Path) -> None:
    text = 'scenario: keys\npolicy: broadband\nsteps:\n  - caller: {dtmf: "12#"}\n'
    records = run(story(tmp_path, text)).records
    assert [one for one in map(_key, records) if one] == ["1", "2", "#"]


def test_an_interrupted_call_leaves_no_result(tmp_path: Path) -> None:
    path, out = story(tmp_path), tmp_path / "out"
    run(path, out=out)  # of an earlier call

    told: list[Record] = []

    def stop(record: Record) -> None:
        told.append(record)
        if len(told) == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(
            run_scenario(load_scenario(path), path, fidelity="text", out=out, listener=stop)
        )
    assert {file.name for file in out.iterdir()} == {"events.jsonl"}
    journal = read_journal(out / "events.jsonl")
    assert journal[:20] == told[:20]
    assert isinstance(journal[-1], CallEnded)


@pytest.mark.slow
def test_a_call_of_sound(tmp_path: Path) -> None:
    out = tmp_path / "out"
    judged = run(story(tmp_path), "audio", out)
    assert judged.result.failed == ()
    caller, agent = read_recording(out / "call.wav")
    assert caller.size == agent.size
    assert judged.caller is not None
    assert judged.caller.size == caller.size
    (span,) = judged.spans
    assert span.start > 4  # after greeting and disclosure
    noise = caller[:24_000].std()
    speech = caller[round(span.start * 24_000) : round(span.end * 24_000)].std()
    assert speech > 10 * noise > 0


@pytest.mark.slow
def test_sound_is_the_same_every_time_and_in_every_process(tmp_path: Path) -> None:
    path = story(tmp_path)
    run(path, "audio", tmp_path / "one" / "prices")
    story(tmp_path, PRICES.replace("prices", "other"), "b.yaml")
    run_suite([tmp_path / "b.yaml", path], workers=2, out=tmp_path / "two")
    for name in ("call.wav", "events.jsonl"):
        assert _bytes(tmp_path / "one" / "prices", name) == _bytes(
            tmp_path / "two" / "prices", name
        )


def _bytes(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _key(record: Record) -> str | None:
    percept = getattr(record, "percept", None)
    return getattr(percept, "detail", None)
