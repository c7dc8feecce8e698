"""Two agents on one line: both are heard, and what names no agent is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.records import CallerTurn
from policies.problems import DocumentError
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario

STORY = """\
scenario: two-agents
policy: broadband
caller: {policy: clinic, rate: 160, seed: 5}
limit: 12
steps:
  - agent: {kind: greeting, within: 1.5}
"""


def story(folder: Path, text: str = STORY) -> Path:
    path = folder / "two.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
async def test_each_hears_the_other(tmp_path: Path) -> None:
    path = story(tmp_path)
    done = await run_scenario(load_scenario(path), path, fidelity="text")
    assert done.result.fidelity == "audio"
    assert done.result.passed
    turns = [one for one in done.records if isinstance(one, CallerTurn)]
    assert turns
    assert turns[0].text
    # The other one waits to be greeted: the greeting alone takes three seconds.
    assert turns[0].start > 3.0
    again = await run_scenario(load_scenario(path), path)
    assert again.records == done.records


def test_a_caller_that_is_no_agent_of_ours(tmp_path: Path) -> None:
    path = story(tmp_path, STORY.replace("clinic", "nobody"))
    with pytest.raises(DocumentError) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(f"{path}:3:18: caller.policy: no policy of this name")
