"""``run``, ``test``, ``call`` and ``replay`` on calls of a few seconds."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import wave
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from agent.cli.app import main

POLICY = """
policy: tiny
persona: {name: Ann}
greeting: "Hello."
noinput: [{count: 1, after: 2, say: "Goodbye.", do: hang_up}]
rules: [{id: bye, when: {says: [goodbye]}, say: "Goodbye then.", do: hang_up}]
knowledge: [{id: hours, asks: [when are you open], answer: "From nine to five."}]
"""

GOOD = """
scenario: good
policy: tiny.yaml
steps:
  - agent: {kind: greeting}
  - caller: "when are you open"
  - agent: {says: "nine to five", within: 3}
  - caller: "goodbye"
expect: {outcome: agent_hung_up}
"""

BAD = GOOD.replace("scenario: good", "scenario: bad").replace("nine to five", "ten to six")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(POLICY)
    (tmp_path / "stories").mkdir()
    for name, text in (("good", GOOD), ("bad", BAD)):
        story = text.replace("tiny.yaml", "../tiny.yaml")
        (tmp_path / "stories" / f"{name}.yaml").write_text(story)
    return tmp_path


def test_run_shows_the_call_and_names_its_files(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "stories/good.yaml", "--fidelity", "text"]) == 0
    shown = capsys.readouterr().out
    assert "when are you open" in shown
    assert "From nine to five." in shown
    for name in ("events.jsonl", "result.json", "report.html"):
        assert (desk / "out" / "good" / name).exists()
        assert f"out/good/{name}" in shown.replace("\n", "")


def test_files_of_an_earlier_call_do_not_stay(desk: Path) -> None:
    (desk / "out" / "good").mkdir(parents=True)
    (desk / "out" / "good" / "call.wav").write_bytes(b"old")
    assert main(["run", "stories/good.yaml", "--fidelity", "text"]) == 0
    assert not (desk / "out" / "good" / "call.wav").exists()


def test_a_failed_check_is_told_with_its_moment_and_exit_1(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "stories/bad.yaml", "--fidelity", "text", "--out", "kept"]) == 1
    shown = capsys.readouterr().out
    assert re.search(r"FAILED +0:\d\d\.\d +step 3: .*ten to six", shown)
    assert json.loads((desk / "kept" / "result.json").read_text())["passed"] is False


def test_a_suite_prints_a_table_and_explains(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["test", "stories", "--fidelity", "text", "-n", "1"]
    assert main([*argv, "--junit", "out/junit.xml", "--html", "out/index.html"]) == 1
    shown = capsys.readouterr().out
    assert re.search(r"good +passed", shown)
    assert re.search(r"bad +FAILED", shown)
    assert "ten to six" in shown
    assert "1 of 2 scenarios failed" in shown
    root = ElementTree.parse(desk / "out" / "junit.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    links = re.findall(r'href="([^"#]+)"', (desk / "out" / "index.html").read_text())
    assert links
    assert all((desk / "out" / link).exists() for link in links)


def test_a_suite_that_passes_exits_0(desk: Path) -> None:
    assert main(["test", "stories/good.yaml", "--fidelity", "text", "-n", "1"]) == 0


def test_nothing_runs_when_a_scenario_is_wrong(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "stories" / "worse.yaml").write_text("scenario: worse\npolicy: ../tiny.yaml\n")
    assert main(["test", "stories", "--fidelity", "text"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("stories/worse.yaml:1:1: ")


@pytest.mark.parametrize(
    "argv",
    [
        ["run", "stories/good.yaml", "--out", "tiny.yaml"],
        ["run", "stories/good.yaml", "--out", "tiny.yaml/deeper"],
        ["test", "stories", "--junit", "stories"],
        ["run", "stories/good.yaml", "--model", "oracle"],
        ["run", "stories/good.yaml", "--speech", "telepathy"],
        ["call", "tiny.yaml", "--wav", "tiny.yaml"],
    ],
    ids=" ".join,
)
def test_bad_input_leaves_nothing_behind(
    argv: list[str], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 1
    assert "Traceback" not in shown.err
    assert not (desk / "out").exists()


def test_a_call_replayed_under_its_own_policy_is_the_same(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", "stories/good.yaml", "--fidelity", "text"])
    capsys.readouterr()
    assert main(["replay", "out/good/events.jsonl", "--policy", "tiny.yaml"]) == 0
    assert capsys.readouterr().out == "no difference\n"
    other = desk / "other.yaml"
    other.write_text(POLICY.replace("Hello.", "Good morning."))
    assert main(["replay", "out/good/events.jsonl", "--policy", "other.yaml"]) == 0
    assert "Good morning." in capsys.readouterr().out


def wav(path: Path, seconds: float, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.zeros(int(seconds * rate), np.int16).tobytes())
    return path


@pytest.mark.slow
def test_a_recorded_caller(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wav(desk / "in.wav", 1.0)
    assert main(["call", "tiny.yaml", "--wav", "in.wav", "--out", "out/c"]) == 0
    assert "Hello." in capsys.readouterr().out
    assert json.loads((desk / "out" / "c" / "result.json").read_text())["policy"] == "tiny"
    with wave.open(str(desk / "out" / "c" / "call.wav")) as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() > 24_000


@pytest.mark.slow
def test_a_caller_with_an_id_is_remembered(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIROS_MEMORY", str(desk / "memory.db"))
    wav(desk / "in.wav", 1.0)
    assert main(["call", "tiny.yaml", "--wav", "in.wav", "--caller", "c-17"]) == 0
    capsys.readouterr()
    assert main(["memory", "show", "c-17"]) == 0
    assert "tiny" in capsys.readouterr().out


@pytest.mark.slow
def test_ctrl_c_leaves_valid_files(desk: Path) -> None:
    wav(desk / "long.wav", 600.0)
    (desk / "patient.yaml").write_text(POLICY.replace("after: 2", "after: 900"))
    command = [sys.executable, "-c", "import sys; from agent.cli.app import main; sys.exit(main())"]
    command += ["call", "patient.yaml", "--wav", "long.wav", "--out", "out/cut"]
    process = subprocess.Popen(
        command,
        cwd=desk,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background job, as these tests may be, hands down a Ctrl-C that is ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    recorded = desk / "out" / "cut" / "call.wav"
    journal = desk / "out" / "cut" / "events.jsonl"
    deadline = time.monotonic() + 60
    while not (recorded.exists() and recorded.stat().st_size > 24_000 * 4):
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.splitlines() == ["kairos: interrupted; what there was by then is in out/cut"]
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    assert events[-1]["event"] == "call_ended"
    with wave.open(str(recorded)) as recording:
        assert 24_000 <= recording.getnframes() < 600 * 24_000
    assert not (desk / "out" / "cut" / "result.json").exists()


def test_replay_tells_what_another_policy_would_have_done(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "stories/good.yaml", "--fidelity", "text"]) == 0
    capsys.readouterr()
    shared = ["replay", "out/good", "--held-with", "tiny.yaml"]
    assert main(shared) == 0
    assert capsys.readouterr().out == "no difference\n"
    assert main([*shared, "--set", "greeting=Good day.", "--json", "differs.json"]) == 0
    shown = capsys.readouterr().out
    assert "“Good day.”" in shown
    assert "Exact up to the first act" in shown
    assert "1 difference\n" in shown
    told = json.loads((desk / "differs.json").read_text())
    assert told["calls"][0]["moments"][0]["would_be"]["line"] == "Good day."
    assert main([*shared, "--set", "greeting=3"]) == 2
    assert "greeting: must be text" in capsys.readouterr().err
    assert main(["replay", "out/good"]) == 2
    assert "--held-with" in capsys.readouterr().err


def test_tune_needs_calls_and_names_its_prices(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["tune", "tiny.yaml", "stories", "--fidelity", "text"]
    assert main(shared) == 2
    assert "calls have moments to tune by" in capsys.readouterr().err
    assert main([*shared, "--cost", "tea=2"]) == 2
    assert "--cost tea=2: write NAME=SECONDS" in capsys.readouterr().err
    assert main([*shared, "--out", "tiny.yaml"]) == 2
    assert "is the policy itself" in capsys.readouterr().err
    assert (desk / "tiny.yaml").read_text() == POLICY


@pytest.mark.slow
def test_tune_prints_before_and_after_and_writes_another_file(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = POLICY + "turn_taking: {endpointing: {min_silence: 1.4}}  # too long\n"
    (desk / "tiny.yaml").write_text(slow)
    (desk / "stories" / "bad.yaml").unlink()
    for n in range(7):
        line = f'caller: {{say: "when are", pause: {0.5 + 0.2 * n}, then: "you open"}}'
        story = GOOD.replace("tiny.yaml", "../tiny.yaml").replace(
            "scenario: good", f"scenario: s{n}"
        )
        story = story.replace('caller: "when are you open"', line)
        (desk / "stories" / f"s{n}.yaml").write_text(story)
    argv = ["tune", "tiny.yaml", "stories", "--fidelity", "text", "--out", "new.yaml"]
    assert main(argv) == 0
    shown = capsys.readouterr().out
    assert "held out" in shown
    assert "turn_taking.endpointing.min_silence: 1.4 ->" in shown
    assert (desk / "tiny.yaml").read_text() == slow
    written = (desk / "new.yaml").read_text()
    assert "# too long" in written
    assert "min_silence: 1.4" not in written
    assert main(["check", "new.yaml"]) == 0
