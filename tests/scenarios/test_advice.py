"""A scenario with an adviser: scripted, or one that cannot be reached."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agent.result import Fidelity
from policies.loading import policy_path
from policies.problems import DocumentError
from scenarios.loading import load_scenario
from scenarios.runner import ScenarioResult, run_scenario

STORY = """\
scenario: advised
policy: bot.yaml
caller: {seed: 3, rate: 140, line: {noise: white, snr_db: 30}}
steps:
  - agent: {kind: greeting}
  - caller: {say: "hello i would like to", pause: 1.2, then: "report a fault"}
  - agent: {says: postcode}
  - caller: {hangs_up: true}
"""
SCRIPTED = "adviser: {takes: 0.05, says: [{words: would like to, done: DONE}]}\n"
NOWHERE = "adviser: {url: 'http://127.0.0.1:9', model: none}\n"
BOT = policy_path("broadband").read_text(encoding="utf-8")


def run(
    folder: Path, policy: str, extra: str = "", fidelity: Fidelity = "text"
) -> tuple[ScenarioResult, Path]:
    folder.mkdir()
    (folder / "bot.yaml").write_text(policy, encoding="utf-8")
    path = folder / "advised.yaml"
    path.write_text(STORY + extra, encoding="utf-8")
    out = folder / "out"
    judged = asyncio.run(run_scenario(load_scenario(path), path, fidelity=fidelity, out=out))
    return judged, out


def test_what_the_script_says_changes_the_call(tmp_path: Path) -> None:
    sure, out = run(tmp_path / "sure", BOT + NOWHERE, SCRIPTED.replace("DONE", "1.0"))
    told = json.loads((out / "result.json").read_text(encoding="utf-8"))["figures"]["adviser"]
    assert told["changed"] == 1
    # The words stand in the pause, and in the whole turn again.
    assert told["in_time"] == 2
    assert told["failed"] + told["late"] == told["asked"] - told["in_time"]
    right, _ = run(tmp_path / "right", BOT + NOWHERE, SCRIPTED.replace("DONE", "0.0"))
    assert right.result.passed
    assert right.records != sure.records


def test_without_an_adviser_in_the_policy_there_is_none_to_script(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"advised.yaml:9:10: adviser: is of use only with"):
        run(tmp_path / "none", BOT, SCRIPTED.replace("DONE", "1.0"))


@pytest.mark.slow
def test_a_call_of_sound_is_the_same_with_a_server_that_is_not_there(tmp_path: Path) -> None:
    plain, out = run(tmp_path / "plain", BOT, fidelity="audio")
    advised, beside = run(tmp_path / "advised", BOT + NOWHERE, fidelity="audio")
    assert plain.result.passed
    assert advised.result.figures.adviser is not None
    assert advised.result.figures.adviser.failed >= 2
    assert (out / "call.wav").read_bytes() == (beside / "call.wav").read_bytes()
    assert journal(beside) == journal(out)


def journal(folder: Path) -> list[str]:
    """The journal's lines but those that only say that an adviser was asked."""
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [one for one in lines if '"do": "consult"' not in one and '"unadvised"' not in one]
