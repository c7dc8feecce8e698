from __future__ import annotations

import pytest

from speech.profiles import open_ears
from speech.protocols import SAMPLE_RATE
from system1.percepts import EndOfTurn, Heard, Percept, SpeechStarted, SpeechStopped
from tests.speech.kyutai.calls import Call, call, stretches, terms, text

pytestmark = pytest.mark.slow

SAID = call(0.5, "hello my internet is down um", 0.7, "the house please", 1.0)


def heard(given: Call, block: int) -> list[Percept]:
    ears = open_ears("kyutai/embedded", terms())
    percepts: list[Percept] = []
    for first in range(0, len(given.audio), block):
        piece = given.audio[first : first + block]
        percepts += ears.hear(piece, (first + len(piece)) / SAMPLE_RATE)
    ears.close()
    return percepts


@pytest.fixture(scope="module")
def usual() -> list[Percept]:
    return heard(SAID, 480)


def test_a_call_is_heard_as_it_was_said(usual: list[Percept]) -> None:
    assert text(usual) == "hello my internet is down um the house please"
    assert len([one for one in usual if isinstance(one, SpeechStarted)]) == 2
    ends = [one.offset for one in usual if isinstance(one, SpeechStopped)]
    assert [round(end - over, 1) for end, (_, over) in zip(ends, SAID.speech, strict=True)] == [
        0.0,
        0.0,
    ]
    assert all(one.final for one in stretches(usual))
    assert any(isinstance(one, EndOfTurn) for one in usual)
    assert [one.at for one in usual] == sorted(one.at for one in usual)


@pytest.mark.parametrize("block", [240, 1000, 1920, 7777, 24000])
def test_words_are_the_same_however_the_audio_was_cut(block: int, usual: list[Percept]) -> None:
    def words(percepts: list[Percept]) -> list[tuple[object, ...]]:
        return [(one.stretch, one.words, one.final) for one in percepts if isinstance(one, Heard)]

    whole = words(heard(SAID, block))
    assert whole == words(usual)[: len(whole)]
    assert len(whole) >= len(words(usual)) - 1, "the end may lie in a chunk that is not whole"
