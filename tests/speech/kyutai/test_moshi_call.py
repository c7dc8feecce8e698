"""Whole calls with Moshi as the mind: at its own pace, in virtual time as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.duplex import Duplex
from agent.journal import to_json
from agent.opening import Options
from agent.records import Record, ThinkDone, Utterance
from agent.speaking_mind import SpeakingMind
from policies.engines.moshi import Moshi
from policies.policy import Policy
from speech.duplex.spoken import Spoken
from speech.kyutai.moshi_batch import FRAME, Frame
from speech.kyutai.moshi_engine import MoshiEngine
from speech.kyutai.moshi_gate import FRAME_S, PADDING, Bounds, Gate
from speech.protocols import SAMPLE_RATE, Audio
from speech.slots import Slots
from system1.acts import Kind
from system1.percepts import Percept
from system2.models import open_second
from tests.agent.test_duplex_call import ASKS, Played, lines, says
from tests.scripted_model import Scripted, scripted_model
from tests.stage import bot

WORDS = ["▁your", "▁line", "▁is", "▁fine", "▁today"]


class Words:
    """A Moshi that says its words at these times (s), a word every four frames, and a tone."""

    slots = 1

    def __init__(self, *times: float) -> None:
        self.at = [round(one / FRAME_S) + 4 * n for one in times for n in range(len(WORDS))]
        self.step_number = 0
        self.heard: list[Audio] = []

    def reset(self, slot: int) -> None:
        self.step_number = 0

    def step(self, inputs: Mapping[int, Audio]) -> dict[int, Frame]:
        (audio,) = inputs.values()
        self.heard.append(audio)
        number, self.step_number = self.step_number, self.step_number + 1
        token = 10 + self.at.index(number) % len(WORDS) if number in self.at else PADDING
        speaking = any(one <= number < one + 4 for one in self.at)
        tone = 0.3 * np.sin((np.arange(FRAME) + number * FRAME) * 0.1) * speaking
        return {0: Frame(tone.astype(np.float32), token)}


def decode(tokens: list[int]) -> str:
    return "".join(WORDS[one - 10] for one in tokens).replace("▁", " ")


async def play(
    monkeypatch: pytest.MonkeyPatch,
    moshi: Words,
    percepts: Sequence[Percept],
    until: float,
    **more: Any,
) -> tuple[list[Record], Audio]:
    model = {"name": "moshi"} | more.pop("model", {})
    policy = bot(model=model, fillers=[], **more)

    def opened(name: str, policy: Policy, *, today: Any, live: bool) -> Duplex:
        gate = Gate(lambda token: WORDS[token - 10], decode, Bounds(10, 50, 250))
        engine = MoshiEngine(Slots(moshi, "moshi", None).join(), gate)
        spoken = Spoken()
        second = open_second(policy, today=today)
        return Duplex(
            engine, spoken, SpeakingMind(policy, engine, spoken, second, today=today), live
        )

    monkeypatch.setattr("agent.duplex.open_duplex", opened)
    played = Played(policy, percepts, Options())
    await played.go(until)
    return await played.close(), np.concatenate(played.heard)


async def test_it_answers_at_its_own_pace_and_is_heard_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moshi = Words(1.0, 5.6, 12.0)
    records, audio = await play(monkeypatch, moshi, says(3.0, ASKS), 16.0)
    _, answer = lines(records)[:2]
    assert (answer.kind, answer.heard) == (Kind.REPLY, "your line is fine today")
    assert answer.start == pytest.approx(5.6 + 0.25, abs=0.25)
    # 1.6 s of words; that no more will come is known a pause later.
    assert 1.6 <= answer.end - answer.start <= 2.0
    assert np.abs(audio[round(12.0 * SAMPLE_RATE) : round(13.6 * SAMPLE_RATE)]).max() < 0.01
    (done,) = [one for one in records if isinstance(one, ThinkDone)]
    assert done.outcome == "answered"
    assert len(moshi.heard) == 200, "it hears the whole call"
    assert moshi.heard[50][0] == pytest.approx(0.004)


async def test_it_is_cut_by_the_caller_and_heard_up_to_the_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    percepts = [*says(3.0, ASKS), *says(6.3, "no it is something else", 1)]
    records, _ = await play(monkeypatch, Words(5.6, 10.0), percepts, 15.0)
    first, second = lines(records)[1:3]
    assert first.cut
    assert first.heard.startswith("your line")
    assert first.heard != "your line is fine today"
    assert second.heard == "your line is fine today"


async def test_when_it_keeps_silent_the_policy_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    knowledge = [{"id": "k", "asks": [ASKS], "answer": "Nothing is wrong with it."}]
    records, _ = await play(monkeypatch, Words(), says(3.0, ASKS), 14.0, knowledge=knowledge)
    said = [one for one in lines(records) if one.kind is Kind.REPLY]
    assert said[0].heard == "Nothing is wrong with it."
    assert "moshi keeps silent" in capsys.readouterr().err


async def test_when_it_keeps_silent_the_second_choice_may_be_a_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("openai")
    with scripted_model(Scripted(text=["It was the mast."])) as server:
        second = {"name": "openai:scripted", "url": server.url}
        records, _ = await play(
            monkeypatch, Words(), says(3.0, ASKS), 14.0, model={"fallback": second}
        )
    said = [one for one in lines(records) if one.kind is Kind.REPLY]
    assert said[0].heard == "It was the mast."
    (done,) = [one for one in records if isinstance(one, ThinkDone)]
    assert done.done is not None
    assert done.done - done.started == pytest.approx(50 * FRAME_S, abs=0.1), "no time was charged"


async def test_however_the_frames_are_cut_the_call_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journals = []
    for frame in (240, 4800):
        monkeypatch.setattr("tests.agent.test_duplex_call.TICK_SAMPLES", frame // 10)
        moshi = Words(5.6)
        percepts = [*says(3.0, ASKS), *says(6.3, "no it is something else", 1)]
        records, _ = await play(monkeypatch, moshi, percepts, 9.0)
        journals.append([to_json(one) for one in records])
    assert journals[0] == journals[1]


@pytest.mark.slow
async def test_a_call_over_the_real_model_with_tiny_weights(tiny_moshi: Path) -> None:
    settings = Moshi(device="cpu", longest=2.0, patience=2.0)
    policy = bot(
        model={"name": f"moshi:{tiny_moshi}"},
        engines={"moshi": settings.model_dump(exclude_unset=True)},
    )
    played = Played(policy, says(3.0, ASKS), Options())
    await played.go(9.0)
    records = await played.close()
    answer = next(one for one in records if isinstance(one, Utterance) and one.kind is Kind.REPLY)
    assert answer.heard
    assert answer.heard == answer.text
    assert 0.3 < answer.end - answer.start < 2.2
