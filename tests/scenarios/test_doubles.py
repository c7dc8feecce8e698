"""Stand-ins for tools: which one answers, what a scenario without one says, and real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.journal import read_journal
from agent.records import ErrandDone
from policies.problems import DocumentError
from policies.tools import Tool
from scenarios.doubles import Double, ScriptedTools
from scenarios.loading import load_scenario
from scenarios.runner import ScenarioResult, run_scenario
from system2.tools.answers import Answer
from system2.tools.outside import Outside
from tests.toolserver import ToolServer, tool_server

TOOL = Tool.model_validate({"id": "track", "description": "Tracks.", "python": "no:such"})
POLICY: dict[str, Any] = {
    "policy": "parcels",
    "persona": {"name": "Anna"},
    "greeting": "Hello.",
    "allowed_hosts": ["127.0.0.1"],
    "tools": [
        {
            "id": "track",
            "description": "Tracks.",
            "parameters": {"properties": {"number": {"type": "string"}}},
            "http": {"url": "http://127.0.0.1:1/parcels"},
        }
    ],
    "tasks": [
        {
            "id": "track",
            "when": {"says": ["track my parcel"]},
            "collect": [{"slot": "parcel", "ask": "Which number?", "type": {"digits": 4}}],
            "then": {
                "use": {"tool": "track", "with": {"number": "{parcel}"}},
                "say": "It is in {tool.city}.",
                "failed": "It failed.",
            },
        }
    ],
}
STEPS = [
    {"agent": {"kind": "greeting"}},
    {"caller": "track my parcel four seven one one"},
    {"agent": {"kind": "reply"}},
    {"caller": {"hangs_up": True}},
]


async def no_pause(seconds: float) -> None:
    """No time passes."""


def box(*doubles: dict[str, Any]) -> ScriptedTools:
    made = [Double.model_validate(one) for one in doubles]
    return ScriptedTools({"track": made}, Outside({}, no_pause))


@pytest.fixture
def server() -> Iterator[ToolServer]:
    with tool_server() as server:
        yield server


def story(folder: Path, doubles: dict[str, Any], url: str = "", **expected: Any) -> Path:
    policy = yaml.safe_load(yaml.safe_dump(POLICY))
    if url:
        policy["tools"][0]["http"]["url"] = url
    (folder / "parcels.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    script = {
        "scenario": "a-test",
        "policy": "parcels.yaml",
        "fidelity": "text",
        "tools": doubles,
        "steps": STEPS,
        "expect": expected,
    }
    path = folder / "story.yaml"
    path.write_text(yaml.safe_dump(script), encoding="utf-8")
    return path


async def run(path: Path) -> ScenarioResult:
    return await run_scenario(load_scenario(path), path, out=path.parent / "out")


def failed(result: ScenarioResult) -> list[str]:
    return [f"{one.name}: {one.message}" for one in result.result.failed]


async def test_the_first_that_fits_answers() -> None:
    tools = box(
        {"with": {"number": "1"}, "returns": {"b": 1, "a": [2]}, "times": 1, "takes": 6},
        {"with": {"number": "1"}, "fails": "down"},
        {"returns": "anything else"},
    )
    assert await tools.run(TOOL, {"number": "1", "x": 2}, "k") == Answer(
        True, '{"a":[2],"b":1}', 6.0
    )
    assert await tools.run(TOOL, {"number": "1"}, "k") == Answer(False, "down", 0.5)
    assert await tools.run(TOOL, {}, "k") == Answer(True, "anything else", 0.5)
    assert tools.missing == []


async def test_an_answer_is_no_longer_than_a_real_one() -> None:
    tools = box({"returns": "x" * 20_000})
    answer = await tools.run(TOOL, {}, "k")
    assert (answer.ok, answer.text) == (False, "its answer is longer than 16384 bytes")


@pytest.mark.parametrize("given", [{}, {"returns": 1, "fails": "x"}, {"real": True, "returns": 1}])
def test_a_double_says_one_thing(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one of returns, fails, real"):
        Double.model_validate(given)


async def test_a_tool_without_a_double_fails_the_scenario(tmp_path: Path) -> None:
    path = story(tmp_path, {"track": {"with": {"number": "1234"}, "returns": {}}})
    result = await run(path)
    assert failed(result) == [
        "every tool that is used has a double: none fits what 'track' was used with; add one "
        "under tools"
    ]


async def test_uses_are_counted_well_or_not(tmp_path: Path) -> None:
    path = story(tmp_path, {"track": {"fails": "down"}}, tools={"track": 1})
    assert failed(await run(path)) == []
    path = story(tmp_path, {"track": {"fails": "down"}}, tools={"track": 0})
    assert failed(await run(path)) == [
        "uses of track: exactly 0: there were 1; this was one too many"
    ]


async def test_a_real_tool_in_a_scenario(tmp_path: Path, server: ToolServer) -> None:
    server.says("/parcels", {"city": "Leeds"})
    path = story(tmp_path, {"track": {"real": True, "takes": 1}}, server.url("/parcels"))
    result = await run(path)
    assert failed(result) == []
    assert server.asked[0].path == "/parcels?number=4711"
    (used,) = (one for one in result.records if isinstance(one, ErrandDone))
    assert (used.ok, used.took) == (True, 1.0)


async def test_what_a_tool_was_given_and_said_is_not_in_the_journal(tmp_path: Path) -> None:
    said = {"city": "Leeds", "secret": "sesame"}
    path = story(tmp_path, {"track": {"takes": 5, "returns": said}})
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    script["steps"] = [*STEPS[:3], {"caller": {"silent": 6}}, STEPS[3]]
    path.write_text(yaml.safe_dump(script), encoding="utf-8")
    await run(path)
    text = (tmp_path / "out" / "events.jsonl").read_text(encoding="utf-8")
    assert '"kind": "returned"' in text
    assert '"kind": "set_out"' in text
    assert "sesame" not in text
    assert '\\"4711' not in text
    assert any(
        isinstance(one, ErrandDone) for one in read_journal(tmp_path / "out" / "events.jsonl")
    )


@pytest.mark.parametrize(
    ("tools", "expect", "place"),
    [
        ({"trak": {"returns": 1}}, {}, "tools.trak: the policy has no such tool (it has: track)"),
        ({}, {"tools": {"trak": 1}}, "expect.tools.trak: the policy has no such tool"),
        ({"track": {"return": 1}}, {}, "unknown key (did you mean 'returns'?)"),
        ({"track": []}, {}, "tools.track: must not be empty"),
    ],
)
def test_slips(tmp_path: Path, tools: Any, expect: dict[str, Any], place: str) -> None:
    path = story(tmp_path, tools, **expect)
    with pytest.raises(DocumentError) as caught:
        load_scenario(path)
    assert place in str(caught.value)
