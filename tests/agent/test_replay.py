"""Replay: nothing differs under the call's own policy, something does under another."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.journal import Journal, JournalError
from agent.recorded import journals, read_call
from agent.replay import replay
from agent.wordwise import WordConversation
from policies.loading import load_policy
from tests.stage import speech


@pytest.fixture
async def recorded(tmp_path: Path) -> Path:
    async with WordConversation.open("broadband", out=tmp_path) as call:
        percepts, end = speech(7.0, "when will it be fixed", 0)
        call.expect_percepts(percepts)
        percepts, _ = speech(end + 4.0, "no wait that is wrong", 1)
        call.expect_percepts(percepts)
        await call.advance(40.0)
    return tmp_path / "events.jsonl"


async def test_the_same_policy_decides_the_same(recorded: Path) -> None:
    assert replay(recorded) == []


async def test_another_policy_decides_differently(recorded: Path, tmp_path: Path) -> None:
    policy = tmp_path / "eager.yaml"
    policy.write_text(
        "policy: eager\npersona: {name: A}\ngreeting: Hello there.\n", encoding="utf-8"
    )
    differences = replay(recorded, policy)
    assert differences[0].would is not None
    assert differences[0].would.text == "Hello there."
    assert "would be: say 'Hello there.'" in str(differences[0])


def test_what_is_no_call_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    Journal(path).close()
    with pytest.raises(JournalError, match="has no call_started"):
        replay(path)


async def test_the_policy_of_a_call_is_found(tmp_path: Path) -> None:
    text = "policy: mine\npersona: {name: A}\ngreeting: Hello there.\n"
    (tmp_path / "elsewhere.yaml").write_text(text, encoding="utf-8")
    mine = load_policy(tmp_path / "elsewhere.yaml")
    async with WordConversation.open(mine, out=tmp_path / "call") as call:
        await call.advance(5.0)
    path = tmp_path / "call" / "events.jsonl"
    with pytest.raises(JournalError, match=r"'mine', which is none that we ship.* --held-with"):
        read_call(path)
    assert read_call(path, held=mine).policy == mine
    assert not read_call(path, instead=mine).known
    (tmp_path / "call" / "mine.yaml").write_text(text, encoding="utf-8")
    assert read_call(path).policy == mine
    assert replay(path) == []


def test_a_folder_without_journals_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"there is no events\.jsonl in it"):
        journals([tmp_path])
