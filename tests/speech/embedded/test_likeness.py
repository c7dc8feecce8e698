"""What no backchannel begins with is told from what may become one, before there is a word."""

from __future__ import annotations

import numpy as np
import pytest

from speech.embedded.ears import embedded_ears
from speech.protocols import SAMPLE_RATE
from speech.vocabulary import Vocabulary
from system1.percepts import Likeness
from tests.speech.embedded.test_ears import heard, line

WORDS = Vocabulary(("my internet connection is down",), (), ("continue",))
BEFORE_S = 0.5


def told(text: str, words: Vocabulary = WORDS) -> list[Likeness]:
    """What is told of a line: ``at`` from its onset (s)."""
    quiet = np.zeros(round(BEFORE_S * SAMPLE_RATE), np.float32)
    noise = 3e-4 * np.random.default_rng(0).standard_normal(quiet.size * 2 + line(text).size)
    audio = np.concatenate((quiet, line(text), quiet)) + noise.astype(np.float32)
    percepts = heard(embedded_ears(words, "en"), audio)
    return [
        Likeness(one.at - BEFORE_S, one.backchannel)
        for one in percepts
        if isinstance(one, Likeness)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["what about the price", "cancel my contract", "can you help me"])
def test_an_interruption_is_unlike_one_soon(text: str) -> None:
    first = next(one.at for one in told(text) if one.backchannel <= -14.0)
    assert first <= 0.35


@pytest.mark.slow
@pytest.mark.parametrize("text", ["okay", "yeah", "uh-huh", "right", "um", "oh okay"])
def test_a_backchannel_is_not(text: str) -> None:
    found = told(text)
    assert found
    assert min(one.backchannel for one in found if one.at <= 0.35) > -14.0


@pytest.mark.slow
def test_it_is_told_at_the_beginning_of_speech_alone() -> None:
    times = [one.at for one in told("what about the price of the new contract")]
    assert min(times) >= 0.1
    assert max(times) <= 0.75


@pytest.mark.slow
def test_a_policy_has_backchannels_of_its_own() -> None:
    own, others = told("continue"), told("continue", Vocabulary(WORDS.phrases))
    assert min(one.backchannel for one in own) > 0.0
    assert min(one.backchannel for one in others) < -14.0
