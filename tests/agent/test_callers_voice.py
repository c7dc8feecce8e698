"""What a model that hears is given of the caller's voice: the last turn, and no more is kept."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

import numpy as np
import pytest

from agent.callers_voice import BESIDE_S, CallersVoice
from agent.conversation import TICK_SAMPLES, Conversation
from agent.listening import voice_terms
from agent.opening import Options, prepare
from policies.policy import Policy
from speech.playback.mouth import AudioMouth
from speech.profiles import open_voice
from speech.protocols import SAMPLE_RATE, Audio
from system1.brief import Brief, Turn
from system1.percepts import Percept
from system1.questions import Question
from tests.scripted_model import Scripted, scripted_model
from tests.stage import bot, speech

AT = 4.0
SAID = "what is wrong with the mast"
TOOL = {
    "id": "look",
    "description": "Looks.",
    "python": "no.such:thing",
    "parameters": {"type": "object"},
}


def hears(**more: Any) -> Policy:
    return bot(**({"model": {"audio": True}} | more))


def ramp(seconds: float) -> Audio:
    """Each sample tells when it was, to a hundredth of a second."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (np.floor(at * 100.0) / 32767.0).astype(np.float32)


def samples(wav: bytes | None) -> list[int]:
    assert wav is not None
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() == SAMPLE_RATE
        return list(map(int, np.frombuffer(file.readframes(file.getnframes()), "<i2")))


def asked(start: float, end: float, said: str = SAID) -> Brief:
    return Brief(said, (Turn("caller", SAID, start, end), Turn("agent", "Well.", end, end + 1)))


def filled(policy: Policy, seconds: float) -> CallersVoice:
    voice, sound = CallersVoice(policy), ramp(seconds)
    for at in range(0, sound.size, TICK_SAMPLES):
        voice.add(sound[at : at + TICK_SAMPLES])
    return voice


def test_the_turn_with_a_little_on_either_side() -> None:
    heard = samples(filled(hears(), 5.0).turn(asked(2.0, 3.0)))
    assert len(heard) == round((1.0 + 2 * BESIDE_S) * SAMPLE_RATE)
    assert (heard[0], heard[-1]) == (180, 319)


def test_only_as_much_as_a_turn_may_last_is_kept() -> None:
    policy = hears(turn_taking={"maxspeechtimeout": 1.0, "endpointing": {"max_silence": 0.6}})
    voice = filled(policy, 9.0)
    heard = samples(voice.turn(asked(0.0, 9.0)))
    assert len(heard) == pytest.approx((1.6 + 2 * BESIDE_S) * SAMPLE_RATE, abs=2 * TICK_SAMPLES)
    assert heard[-1] == 899
    assert voice.turn(asked(1.0, 2.0)) is None, "it is gone"


def test_nothing_where_no_turn_is_answered() -> None:
    assert filled(hears(), 1.0).turn(asked(0.1, 0.5, said="")) is None
    assert filled(hears(), 1.0).turn(Brief("hello")) is None
    assert CallersVoice(hears()).turn(asked(0.0, 1.0)) is None


class WrittenEars:
    """Hears what the test wrote."""

    def __init__(self, percepts: list[Percept]) -> None:
        self.percepts = percepts

    def hear(self, block: Audio, at: float) -> list[Percept]:
        due = [one for one in self.percepts if one.at <= at]
        self.percepts = self.percepts[len(due) :]
        return due

    def played(self, audio: Audio) -> None:
        """It has no echo."""

    def expect(self, question: Question | None) -> None:
        """It hears the same whatever was asked."""

    def close(self) -> None:
        """It holds nothing."""


@pytest.mark.parametrize("tools", [[], [TOOL]], ids=["without-tools", "with-tools"])
async def test_a_model_is_sent_the_sound_of_the_turn(tools: list[dict[str, Any]]) -> None:
    percepts, end = speech(AT, SAID, 0)
    with scripted_model(Scripted(text=["Nothing is wrong with it. "])) as server:
        model = {"name": "openai:scripted", "url": server.url, "audio": True}
        policy = hears(model=model, tools=tools)
        opening = prepare(policy, "embedded", Options())
        call = Conversation(
            opening,
            WrittenEars(percepts),
            AudioMouth(open_voice("embedded", voice_terms(policy, live=False))),
        )
        sound = ramp(end + 3.0)
        for at in range(0, sound.size, SAMPLE_RATE):
            await call.step(sound[at : at + SAMPLE_RATE])
        await call._close()
    parts = server.requests[0]["messages"][-1]["content"]
    (part,) = [one for one in parts if one["type"] == "input_audio"]
    heard = samples(base64.b64decode(part["input_audio"]["data"]))
    assert part["input_audio"]["format"] == "wav"
    assert len(heard) / SAMPLE_RATE == pytest.approx(end - AT + 2 * BESIDE_S, abs=0.01)
    assert heard[0] == pytest.approx(100 * (AT - BESIDE_S), abs=1)
