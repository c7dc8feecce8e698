"""The stories that we ship: at both fidelities every one of them ends well."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.records import Decision
from agent.result import Fidelity
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario
from system1.acts import Kind

STORIES = sorted((Path(__file__).parents[2] / "scenarios" / "stories").glob("*.yaml"))
SOUND = [path for path in STORIES if load_scenario(path).fidelity is None]
SOOTHED = {
    "in-a-hurry": "soothe.fast_speech",
    "loses-patience": "soothe.agitated",
    "zh-loses-patience": "soothe.agitated",
    "looks-for-words": "soothe.hesitant",
    "what-do-you-mean": "soothe.confused",
    "zh-what-do-you-mean": "soothe.confused",
}
CALM = [path for path in STORIES if path.stem not in SOOTHED]
"""Stories in which nobody is to be soothed. Loud, high, fast and noisy ones are among them."""
STEADY = ("clinic-booking", "mumbles-twice", "noisy-line", "outage-with-second-thoughts")


def name(path: Path) -> str:
    return path.stem


def failures(path: Path, fidelity: Fidelity) -> list[str]:
    judged = asyncio.run(run_scenario(load_scenario(path), path, fidelity=fidelity))
    return [f"{one.at} {one.name}: {one.message}" for one in judged.result.failed]


def soothings(path: Path, fidelity: Fidelity) -> list[str]:
    judged = asyncio.run(run_scenario(load_scenario(path), path, fidelity=fidelity))
    said = [one for one in judged.records if isinstance(one, Decision) and one.do == "say"]
    return [one.because.rule for one in said if one.kind is Kind.SOOTHE]


def test_there_are_enough() -> None:
    assert len(STORIES) >= 12
    assert len(SOUND) >= 12


@pytest.mark.parametrize("path", STORIES, ids=name)
def test_a_story_is_named_after_its_file_and_told_in_a_comment(path: Path) -> None:
    assert load_scenario(path).scenario == path.stem
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("path", STORIES, ids=name)
def test_as_words(path: Path) -> None:
    assert failures(path, "text") == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SOUND, ids=name)
def test_as_sound(path: Path) -> None:
    assert failures(path, "audio") == []


@pytest.mark.parametrize("path", CALM, ids=name)
def test_a_calm_caller_is_not_soothed(path: Path) -> None:
    assert soothings(path, "text") == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [one for one in CALM if one.stem in STEADY], ids=name)
def test_a_calm_caller_does_not_sound_upset(path: Path) -> None:
    assert soothings(path, "audio") == []


@pytest.mark.parametrize("story", SOOTHED)
def test_a_caller_in_trouble_is_soothed_once(story: str) -> None:
    assert soothings(STORIES[0].parent / f"{story}.yaml", "text") == [SOOTHED[story]]


@pytest.mark.slow
@pytest.mark.parametrize("story", ["in-a-hurry", "loses-patience"])
def test_an_upset_caller_sounds_so_once(story: str) -> None:
    (rule,) = soothings(STORIES[0].parent / f"{story}.yaml", "audio")
    assert rule.startswith("soothe.")
