"""What a scenario's file may say, and how its mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from policies.documents import parse_document
from policies.problems import DocumentError
from scenarios.loading import load_scenario
from scenarios.script import Scenario, scenario_schema
from scenarios.steps import contains
from tests.scenarios.stage import script

DESIGN = """\
scenario: outage-with-second-thoughts
policy: broadband
caller: {voice: en-us+klatt4, rate: 160, pitch: 50, seed: 7,
         line: {band: phone, noise: white, snr_db: 25}}
think: 1.2
steps:
  - agent: {kind: greeting, within: 1.5}
  - caller: "my internet connection is down"
  - agent: {says: "postcode", within: 2.5}
  - caller: {say: "uh-huh", during: agent, at: 0.6}
  - agent: {keeps: true}
  - caller: {say: "wait wait that is wrong", during: agent, at: 1.0}
  - agent: {stops: 0.5}
  - caller: {say: "it is", pause: 1.2, then: "the second house"}
  - caller: {silent: 8}
  - agent: {kind: check_in, within: 8.5}
  - caller: {hangs_up: true}
expect: {outcome: caller_hung_up, gap_p50: 1.0, false_cuts: 0, thinks: {max: 3},
         never: [{kind: reply, says: "guarantee"}]}
"""


def test_the_design_document_is_a_scenario() -> None:
    scenario = parse_document(Scenario, DESIGN, "design.yaml")
    said = [step.caller.parts for step in scenario.steps if step.caller is not None]
    assert said[0] == ("my internet connection is down",)
    assert ("it is", "the second house") in said


@pytest.mark.parametrize(
    "step",
    [
        {"caller": {"wav": "a.wav", "during": "agent"}},
        {"caller": {"sound": "cough", "seconds": 0.3, "level_db": -20}},
        {"caller": {"dtmf": "12#"}},
        {"caller": {"say": "a", "pause": 1, "then": ["b", "c"], "mumbled": True}},
        {"caller": {"say": "a", "rate": 260, "pitch": 65, "volume": 130, "after": 3}},
        {"caller": {"hangs_up": True, "during": "agent", "at": 1}},
        {"agent": {"within": 2}},
    ],
)
def test_steps(step: object) -> None:
    assert script([step]).steps


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({}, "either agent: ... or caller: ..."),
        ({"agent": {"within": 1}, "caller": "a"}, "either agent: ... or caller: ..."),
        ({"agent": {}}, "needs kind, says or within"),
        ({"agent": {"keeps": True, "says": "a"}}, "keeps alone"),
        ({"agent": {"stops": 1, "keeps": True}}, "stops alone"),
        ({"agent": {"says": "/(/"}}, "not a regular expression"),
        ({"caller": {}}, "needs one of say, wav"),
        ({"caller": {"say": "a", "dtmf": "1"}}, "needs one of say, wav"),
        ({"caller": {"say": "a", "pause": 1}}, "pause and then go together"),
        ({"caller": {"say": "a", "at": 1}}, "at needs during"),
        ({"caller": {"say": "a", "seconds": 1}}, "need sound"),
        ({"caller": {"sound": "beep", "mumbled": True}}, "need say"),
        ({"caller": {"silent": 3, "after": 1}}, "silent begins at once"),
        ({"caller": {"say": "a", "during": "agent", "after": 1}}, "exclude each other"),
        ({"caller": {"hangs_up": False}}, "True"),
        ({"caller": {"say": "a", "loud": True}}, "not permitted"),
    ],
)
def test_mistakes_in_steps(step: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message.replace(".", r"\.")):
        script([step])


def test_nothing_follows_hanging_up() -> None:
    with pytest.raises(ValidationError, match="step 1 hangs up"):
        script([{"caller": {"hangs_up": True}}, {"caller": "a"}])


@pytest.mark.parametrize(
    "expect", [{"gaps": 1}, {"thinks": {}}, {"thinks": {"min": 2, "max": 1}}, {"never": [{}]}]
)
def test_mistakes_in_expect(expect: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        script([{"caller": "a"}], expect=expect)


def test_the_day() -> None:
    assert script([{"caller": "a"}]).today.isoformat() == "2026-01-05"
    assert script([{"caller": "a"}], today="2026-03-01").today.month == 3
    with pytest.raises(ValidationError, match="not a date"):
        script([{"caller": "a"}], today="tomorrow")


def test_a_call_may_start_at_a_time() -> None:
    late = script([{"caller": "a"}], starts="2026-11-21T20:15")
    assert late.day.isoformat() == "2026-11-21"
    for wrong in ("2026-11-21", "20:15", "2026-11-21T20:15+01:00"):
        with pytest.raises(ValidationError, match="local date and time"):
            script([{"caller": "a"}], starts=wrong)


def test_contains() -> None:
    assert contains("Your  Postcode,\nplease?", "postcode, please")
    assert contains("Your postcode?", "/post ?code\\?$/")
    assert not contains("Your post code", "postcode")
    assert contains("您的订单号是多少？", "订单号")
    assert not contains("a+b", "/a+b/")
    assert contains("a+b", "a+b")


def test_problems_have_their_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "scenario: a\npolicy: brodband\nsteps:\n  - caller: {wav: no.wav}\n", encoding="utf-8"
    )
    with pytest.raises(DocumentError) as caught:
        load_scenario(file)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{file}:2:9: policy: ")
    assert "did you mean 'broadband'" in first
    assert second.startswith(f"{file}:4:19: steps.0.caller.wav: there is no such file")


def test_a_policy_beside_the_scenario(tmp_path: Path) -> None:
    policy = tmp_path / "mine.yaml"
    policy.write_text("policy: mine\npersona: {name: A}\ngreeting: Hi.\n", encoding="utf-8")
    file = tmp_path / "a.yaml"
    file.write_text("scenario: a\npolicy: mine.yaml\nsteps: [{caller: hi}]\n", encoding="utf-8")
    assert load_scenario(file).policy == "mine.yaml"


def test_the_schema_allows_a_bare_line() -> None:
    schema = json.loads(scenario_schema())
    step = schema["$defs"]["Step"]["properties"]["caller"]
    assert {"type": "string"} in step["anyOf"]
