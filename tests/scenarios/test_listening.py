"""Scenarios that say how their caller sounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.records import ListenerUsed, PerceptSeen
from policies.problems import DocumentError
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario
from system1.moods import Emotion
from system1.percepts import EmotionHeard

POLICY = """policy: heard
persona: {name: Anna}
greeting: "Hello, this is Anna."
listener: {url: "http://127.0.0.1:9/v1", model: ear, every: 0}
soothe: {agitated: ["I am sorry about this."]}
knowledge: [{id: k, asks: [what is wrong with my line], answer: "Nothing is wrong with it."}]
"""

STORY = """scenario: upset
policy: heard.yaml
fidelity: text
listener:
  takes: 0.4
  hears: [{words: wrong, emotion: angry, confidence: 0.9, sounds: [dog]}]
steps:
  - agent: {kind: greeting}
  - caller: "what is wrong with my line"
  - agent: {says: "Nothing is wrong"}
  - caller: "what is wrong with my line"
  - agent: {says: "Nothing is wrong"}
  - caller: "what is wrong with my line"
  - agent: {kind: soothe}
  - caller: {hangs_up: true}
"""


def written(folder: Path, story: str, policy: str = POLICY) -> Path:
    (folder / "heard.yaml").write_text(policy)
    path = folder / "story.yaml"
    path.write_text(story)
    return path


async def test_the_caller_sounds_as_written(tmp_path: Path) -> None:
    path = written(tmp_path, STORY)
    found = await run_scenario(load_scenario(path), path)
    assert found.result.passed, found.result.checks
    heard = [
        one.percept
        for one in found.records
        if isinstance(one, PerceptSeen) and isinstance(one.percept, EmotionHeard)
    ]
    assert {one.emotion for one in heard} == {Emotion.ANGRY}
    assert any(isinstance(one, ListenerUsed) for one in found.records)


@pytest.mark.parametrize(
    ("story", "policy", "said"),
    [
        (STORY, POLICY.replace("listener:", "# "), "only with a policy that has a listener"),
        (STORY.replace("[dog]", "[unicorn]"), POLICY, "is none of"),
        (STORY.replace("angry", "livid"), POLICY, "listener"),
    ],
)
def test_slips(tmp_path: Path, story: str, policy: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        load_scenario(written(tmp_path, story, policy))
