"""What no backchannel begins with is told from what may become one, before there is a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest

from speech.embedded import likeness
from speech.embedded.ears import embedded_ears
from speech.meters.silero import VAD_CHUNK
from speech.protocols import SAMPLE_RATE
from speech.vocabulary import Vocabulary
from system1.percepts import Likeness
from tests.speech.embedded.test_ears import line

WORDS = Vocabulary(("my internet connection is down",), (), ("continue",))
BEFORE_S = 0.5


TICK = SAMPLE_RATE // 100


def told(
    text: str, words: Vocabulary = WORDS, agent: Sequence[tuple[float, float]] = ((0.0, 60.0),)
) -> list[Likeness]:
    """What is told of a line: ``at`` from its onset (s), as is when the agent is audible."""
    quiet = np.zeros(round(BEFORE_S * SAMPLE_RATE), np.float32)
    noise = 3e-4 * np.random.default_rng(0).standard_normal(quiet.size * 2 + line(text).size)
    audio = np.concatenate((quiet, line(text), quiet)) + noise.astype(np.float32)
    ears, found = embedded_ears(words, "en"), []
    for start in range(0, len(audio), TICK):
        at = (start + TICK) / SAMPLE_RATE
        for one in ears.hear(audio[start : start + TICK], at):
            if isinstance(one, Likeness):
                found.append(Likeness(one.at - BEFORE_S, one.backchannel))
        audible = any(begin <= round(at - BEFORE_S, 6) < end for begin, end in agent)
        ears.played(np.full(TICK, 0.01 if audible else 0.0, np.float32))
    return found


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


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line's noise is known from the beginning."""
    monkeypatch.setattr(likeness, "_LEARNT_S", 0.0)


@pytest.mark.slow
@pytest.mark.usefixtures("learnt")
def test_it_is_told_of_speech_over_the_agent_alone() -> None:
    line = "what about the price"
    over = told(line)
    assert told(line, agent=()) == []
    assert told(line, agent=[(-1.0, -0.35)]) == []
    assert told(line, agent=[(0.3, 60.0)]) == []
    assert told(line, agent=[(-1.0, -0.1), (0.1, 60.0)]) == over, "a pause between sentences"
    assert told(line, agent=[(-1.0, 0.1)]) == over, "the agent stops"


class Best(NamedTuple):
    best_score: float = 0.5


class Counting:
    """A decoder that notes how much it is given at once (chunks)."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.open = False

    def set_cmn(self, mean: str) -> None:
        assert not self.open
        assert mean == "mean"

    def start_utt(self) -> None:
        self.open = True

    def end_utt(self) -> None:
        self.open = False

    def process_raw(self, audio: bytes, full_utt: bool) -> None:
        assert self.open
        assert not full_utt
        self.given.append(len(audio) // (2 * VAD_CHUNK))

    def hyp(self) -> Best:
        return Best()


@pytest.fixture
def decoders(monkeypatch: pytest.MonkeyPatch) -> tuple[Counting, Counting]:
    pair = Counting(), Counting()
    monkeypatch.setattr(likeness, "_pair", lambda extra: pair)
    return pair


def measured(speech_from_s: float, over: Sequence[bool]) -> list[bool]:
    """Whether it is told in each chunk of speech after a second of quiet."""
    meter = likeness.LikenessMeter(("continue",))
    chunk = np.zeros(VAD_CHUNK, np.int16)
    for _ in range(31):
        assert meter.step(chunk, None, over[0], "mean", 0.0) is None
    return [
        meter.step(chunk, speech_from_s + 0.032 * number, one, "mean", 0.0) is not None
        for number, one in enumerate(over)
    ]


@pytest.mark.parametrize(
    ("speech_from_s", "given", "first"),
    [
        (0.04, [2, 3, 3, 3, 1, 1], 3),
        (0.28, [5, 5, 1, 1, 1, 1], 1),
    ],
)
def test_what_came_before_is_decoded_little_by_little(
    decoders: tuple[Counting, Counting], speech_from_s: float, given: list[int], first: int
) -> None:
    times = measured(speech_from_s, [True] * 6)
    assert times.index(True) == first
    for decoder in decoders:
        assert decoder.given == given


@pytest.mark.usefixtures("learnt")
def test_nothing_is_decoded_while_the_agent_is_silent(
    decoders: tuple[Counting, Counting],
) -> None:
    assert not any(measured(0.04, [False] * 30))
    assert [decoder.given for decoder in decoders] == [[], []]


@pytest.mark.usefixtures("learnt")
def test_speech_that_the_agent_begins_over_late_is_left_alone(
    decoders: tuple[Counting, Counting],
) -> None:
    assert not any(measured(0.04, [False] * 9 + [True] * 20))
    assert [decoder.given for decoder in decoders] == [[], []]


def test_the_lines_noise_is_learnt_from_whatever_is_said_first(
    decoders: tuple[Counting, Counting],
) -> None:
    meter = likeness.LikenessMeter()
    chunk = np.zeros(VAD_CHUNK, np.int16)
    for _ in range(8):
        for number in range(30):
            meter.step(chunk, 0.04 + 0.032 * number, False, "mean", 0.0)
        meter.step(chunk, None, False, "mean", 0.0)
    for decoder in decoders:
        # The stretch within which it is known is heard to its end.
        assert 2.0 <= sum(decoder.given) * 0.032 <= 2.0 + 0.9
    assert any(meter.step(chunk, 0.04 + 0.032 * number, True, "mean", 0.0) for number in range(10))


@pytest.mark.slow
def test_a_policy_has_backchannels_of_its_own() -> None:
    own, others = told("continue"), told("continue", Vocabulary(WORDS.phrases))
    assert min(one.backchannel for one in own) > 0.0
    assert min(one.backchannel for one in others) < -14.0
