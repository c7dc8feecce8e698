"""A scenario's own memory: known beforehand, checked in the end, and gone with the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agent.records import PerceptSeen
from scenarios.runner import ScenarioResult, run_scenario
from scenarios.script import Scenario
from system1.percepts import CallStarted

STORIES = Path(__file__).parents[2] / "scenarios" / "stories"


def script(**changes: Any) -> Scenario:
    base: dict[str, Any] = {
        "scenario": "x",
        "policy": "broadband",
        "caller": {"id": "c-1"},
        "steps": [{"agent": {"kind": "greeting"}}, {"caller": {"hangs_up": True}}],
    }
    return Scenario.model_validate(base | changes)


async def run(one: Scenario) -> ScenarioResult:
    return await run_scenario(one, STORIES / "x.yaml", fidelity="text")


async def test_what_is_known_beforehand_is_known_in_the_call() -> None:
    done = await run(
        script(memory={"postcode": "SW35GH"}, expect={"remembers": {"postcode": "SW35GH"}})
    )
    assert done.result.passed
    (began,) = (
        one.percept
        for one in done.records
        if isinstance(one, PerceptSeen) and isinstance(one.percept, CallStarted)
    )
    assert began.known[0] == ("postcode", "SW35GH")
    assert began.calls == 1


async def test_a_run_leaves_nothing_to_the_next() -> None:
    one = script(memory={"postcode": "SW35GH"})
    first, second = await run(one), await run(one)
    assert first.records == second.records


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"postcode": "SW11AA"}, "it is 'SW35GH'; wanted 'SW11AA'"),
        ({"postcode": None}, "it is 'SW35GH'; wanted nothing"),
        ({"name": "Ann"}, "nothing is remembered; wanted 'Ann'"),
    ],
)
async def test_what_is_remembered_otherwise_fails(
    wanted: dict[str, str | None], message: str
) -> None:
    done = await run(script(memory={"postcode": "SW35GH"}, expect={"remembers": wanted}))
    assert [check.message for check in done.result.failed] == [message]


@pytest.mark.parametrize("changes", [{"memory": {}}, {"expect": {"remembers": {"a": "b"}}}])
def test_memory_needs_somebody(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"set caller\.id"):
        script(caller={}, **changes)
