"""A call in which things are done by hand: its files are whole, and System 1 replays it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.conversation import Conversation
from agent.journal import read_journal
from agent.records import CallerTurn, Decision, PerceptSeen, Utterance
from agent.replay import replay
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import HeardLess


def quiet(seconds: float) -> Audio:
    noise = np.random.default_rng(1).standard_normal(round(seconds * SAMPLE_RATE))
    return (1e-3 * noise).astype(np.float32)


@pytest.mark.slow
async def test_written_silenced_heard_less_and_replayed(tmp_path: Path) -> None:
    async with Conversation.open("broadband", out=tmp_path) as call:
        await call.step(quiet(6.0))
        call.caller_types("What do I do with the router?")
        await call.step(quiet(2.0))
        call.caller_silences()
        # What is told while the utterance still fades is done once it is over.
        call.caller_heard(3, 6)
        await call.step(quiet(1.0))
        call.caller_types("My internet is down.")
        await call.step(quiet(4.0))
    records = read_journal(tmp_path / "events.jsonl")
    turns = [one.text for one in records if isinstance(one, CallerTurn)]
    assert turns == ["What do I do with the router?", "My internet is down."]
    cut = next(one for one in records if isinstance(one, Utterance) and one.cut)
    assert cut.id == 3
    assert cut.because.rule == "reply"
    less = [one.at for one in records if isinstance(one, PerceptSeen) and _is_less(one)]
    assert len(less) == 1
    assert less[0] > cut.at
    assert ("agent", "Unplug") in call._call._history
    stops = [one.because.rule for one in records if isinstance(one, Decision) and one.do == "stop"]
    assert stops == ["silenced"]
    assert "by hand" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert replay(tmp_path / "events.jsonl") == []


def _is_less(record: PerceptSeen) -> bool:
    return isinstance(record.percept, HeardLess)
