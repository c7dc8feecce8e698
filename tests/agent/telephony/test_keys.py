"""The agent presses keys: they are sounded, or sent by whoever can."""

from __future__ import annotations

import numpy as np
import pytest

from agent.conversation import Conversation
from agent.records import Decision
from speech.dtmf import tones
from speech.protocols import SAMPLE_RATE
from system1.acts import Act, Because, SendDtmf
from system1.mind import System1
from system1.notices import Notice
from system1.percepts import CallStarted, Percept

PRESSED = "1#"


@pytest.fixture
def presses(monkeypatch: pytest.MonkeyPatch) -> None:
    """System 1 presses keys before it says a word."""
    step = System1.step

    def pressing(self: System1, percept: Percept) -> list[Act | Notice]:
        outputs = step(self, percept)
        if isinstance(percept, CallStarted):
            return [SendDtmf(PRESSED, Because("menu")), *outputs]
        return outputs

    monkeypatch.setattr(System1, "step", pressing)


async def heard(conversation: Conversation) -> np.ndarray:
    return np.concatenate([await conversation.step(np.zeros(480, np.float32)) for _ in range(20)])


@pytest.mark.usefixtures("presses")
@pytest.mark.slow
async def test_keys_are_sounded() -> None:
    async with Conversation.open("broadband") as conversation:
        audio = await heard(conversation)
        assert Decision(0.0, "send_dtmf", PRESSED, Because("menu")) in conversation.journal
    sound = tones(PRESSED)
    begins = round(0.01 * SAMPLE_RATE)
    assert np.array_equal(audio[begins : begins + len(sound)], sound)


@pytest.mark.usefixtures("presses")
@pytest.mark.slow
async def test_keys_are_sent_where_somebody_can() -> None:
    sent: list[str] = []
    async with Conversation.open("broadband") as conversation:
        conversation.press_by(sent.append)
        audio = await heard(conversation)
    assert sent == [PRESSED]
    begins = round(0.01 * SAMPLE_RATE)
    assert not np.array_equal(audio[begins : begins + 2400], tones("1")[:2400])
