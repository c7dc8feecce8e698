"""The stories that we ship: at both fidelities every one of them ends well."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.result import Fidelity
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario

STORIES = sorted((Path(__file__).parents[2] / "scenarios" / "stories").glob("*.yaml"))
SOUND = [path for path in STORIES if load_scenario(path).fidelity is None]


def name(path: Path) -> str:
    return path.stem


def failures(path: Path, fidelity: Fidelity) -> list[str]:
    judged = asyncio.run(run_scenario(load_scenario(path), path, fidelity=fidelity))
    return [f"{one.at} {one.name}: {one.message}" for one in judged.result.failed]


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
