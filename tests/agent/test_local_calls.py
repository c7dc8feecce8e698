"""Whole calls over the profile's ears and voice that need no GPU, on tiny weights.

The caller is espeak-ng's on a telephone band; what the recogniser is to hear of it is laid under
it in tones above that band (``tests.speech.sherpa.tiny``), so that voice activity, stretches,
hotwords and words go the way that a real model's go.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from agent import Conversation
from agent.records import PerceptSeen
from policies.engines.pocket import PocketTts
from policies.engines.settings import Engines
from policies.engines.sherpa import Sherpa
from policies.loading import load_policy
from policies.policy import Policy, VoiceChoice
from speech.audiofile import write_wav
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import Heard
from tests.speech.pocket.tiny import reading
from tests.speech.pocket.tiny import write_tiny as write_pocket
from tests.speech.sherpa.tiny import subtitled
from tests.speech.sherpa.tiny import write_tiny as write_sherpa

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIROS_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    folder = tmp_path_factory.mktemp("models")
    return Engines(
        sherpa=Sherpa(model=str(write_sherpa(folder / "sherpa"))),
        pocket_tts=PocketTts(model=str(write_pocket(folder / "pocket"))),
    )


def spoken(voice: str, text: str, tokens: tuple[str, ...]) -> Audio:
    speaker = EspeakVoice(voice, 160, 50)
    speech = np.concatenate([piece.audio for piece in speaker.speak(text)])
    wide = soxr.resample(speech, speaker.sample_rate, SAMPLE_RATE).astype(np.float32)
    return subtitled(wide, tokens)


def quiet(seconds: float) -> Audio:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


async def called(policy: Policy, profile: str, audio: Audio, out: Path) -> Conversation:
    async with Conversation.open(policy, speech=profile, out=out, report=False) as call:
        for start in range(0, len(audio), 480):
            await call.step(audio[start : start + 480])
            if call.ended is not None:
                break
    return call


def finals(call: Conversation) -> list[str]:
    percepts = [one.percept for one in call.journal if isinstance(one, PerceptSeen)]
    return [
        " ".join(word.text for word in one.words)
        for one in percepts
        if isinstance(one, Heard) and one.final
    ]


async def test_a_chinese_caller_is_understood_over_audio(engines: Engines, tmp_path: Path) -> None:
    policy = load_policy("parcel-zh").model_copy(update={"engines": engines})
    line = spoken("cmn", "我要转人工", ("我", "要", "转", "人", "工"))
    audio = np.concatenate((quiet(11.0), line, quiet(8.0)))
    call = await called(policy, "sherpa/embedded", audio, tmp_path / "call")
    assert finals(call) == ["我 要 转 人 工"]
    assert call.ended == "transferred"


async def test_the_profile_local_is_the_same_call_each_time(
    engines: Engines, tmp_path: Path
) -> None:
    write_wav(tmp_path / "anna.wav", reading(), 24_000)
    voice = VoiceChoice(sample=str(tmp_path / "anna.wav"))
    policy = load_policy("broadband").model_copy(update={"engines": engines, "voice": voice})
    line = spoken("en-us+klatt4", "hello, yes", ("▁HE", "LLO", "▁YES"))
    audio = np.concatenate((quiet(9.0), line, quiet(3.0)))
    calls = [await called(policy, "local", audio, tmp_path / name) for name in ("first", "second")]
    assert finals(calls[0])[0].startswith("hello")
    for name in ("call.wav", "events.jsonl"):
        first = (tmp_path / "first" / name).read_bytes()
        assert first == (tmp_path / "second" / name).read_bytes()
        assert first
