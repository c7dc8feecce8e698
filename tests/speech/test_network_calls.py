"""Whole calls whose ears and voice are behind a network."""

from __future__ import annotations

import numpy as np
import pytest

from agent.conversation import Conversation
from agent.records import Utterance
from policies.engines.settings import Engines
from policies.policy import Policy
from speech.embedded.espeak import EspeakVoice
from speech.playback.rendering import rendered
from speech.protocols import SAMPLE_RATE, Audio
from tests.speech.moshi_server import double as moshi
from tests.speech.openai_audio import double as openai

FRAME = 480


def policy(engines: dict[str, object]) -> Policy:
    return Policy.model_validate(
        {
            "policy": "line",
            "persona": {"name": "Anna", "company": "Northwind", "brief": "You greet."},
            "greeting": "Good morning, this is Anna.",
            "rules": [
                {"id": "greeted", "when": {"says": ["hello"]}, "say": "Goodbye.", "do": "hang_up"}
            ],
            "engines": Engines.model_validate(engines),
        }
    )


def caller(text: str) -> Audio:
    parts = [one.audio for one in rendered(EspeakVoice("en-us", 165, 50), text, 0)]
    return np.concatenate(parts)


async def spoken_with(
    engines: dict[str, object], profile: str
) -> tuple[Audio, list[tuple[str, str]]]:
    """A call in which somebody says hello once greeted: what the agent sounded like, and said."""
    quiet = np.zeros(5 * SAMPLE_RATE, np.float32)
    line = np.concatenate((quiet, caller("hello hello"), quiet))
    async with Conversation.open(policy(engines), speech=profile, model="grounded") as call:
        answer = [
            await call.step(line[at : at + FRAME])
            for at in range(0, len(line) - FRAME, FRAME)
            if call.ended is None
        ]
        said = [(str(one.kind), one.heard) for one in call.journal if isinstance(one, Utterance)]
    return np.concatenate(answer), said


@pytest.mark.slow
async def test_kyutais_server_hears_and_speaks_a_whole_call() -> None:
    with moshi.double() as server:
        server.hears_anything = True
        audio, said = await spoken_with(
            {"moshi_server": {"stt": [server.url], "tts": [server.url]}}, "kyutai-server"
        )
        again, _ = await spoken_with(
            {"moshi_server": {"stt": [server.url], "tts": [server.url]}}, "kyutai-server"
        )
    assert said == [("greeting", "Good morning, this is Anna."), ("farewell", "Goodbye.")]
    np.testing.assert_array_equal(audio, again)


@pytest.mark.slow
@pytest.mark.parametrize("ears", ["openai", "openai-realtime"])
async def test_openais_protocols_hear_and_speak_a_whole_call(ears: str) -> None:
    with openai.double() as server, openai.sessions() as realtime:
        server.hears_anything = realtime.hears_anything = True
        url, profile = server.url, "openai"
        if ears == "openai-realtime":
            url, profile = realtime.url, "openai-realtime/embedded"
        _, said = await spoken_with({"openai": {"url": url}}, profile)
    assert said == [("greeting", "Good morning, this is Anna."), ("farewell", "Goodbye.")]
