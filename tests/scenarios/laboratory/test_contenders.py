"""The timer and ourselves, on decisions that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from agent.moments import overheard
from scenarios.laboratory.ours import Kairos, by_words_alone, policy, vocabulary, without_models
from scenarios.laboratory.repeatability import Repeated, decisions, repeatability
from scenarios.laboratory.timer import Activation, Timer, activations
from speech.protocols import SAMPLE_RATE
from system1.percepts import Completion
from tests.stage import speech

TWO = (Activation(1.05, 1.0, 2.2, 2.0), Activation(3.05, 3.0, 4.2, 4.0))


def test_the_timer_fires_when_the_silence_has_lasted() -> None:
    timer = Timer({"clip": TWO})
    assert timer.takes_floor_at("clip", 2.0, 3.0, 0.5) == 2.5
    assert timer.takes_floor_at("clip", 2.0, 3.0, 0.1) == 2.2  # not before it is known
    assert timer.takes_floor_at("clip", 2.0, 3.0, 1.2) is None
    assert timer.takes_floor_at("clip", 4.0, None, 1.2) == pytest.approx(5.2)


def test_the_timer_yields_after_a_fifth_of_a_second_of_speech() -> None:
    timer = Timer({"clip": TWO, "cough": (Activation(1.05, 1.0, 1.15, 1.1),)})
    assert timer.stops_at("clip", 3.0) == pytest.approx(3.2)
    assert timer.stops_at("cough", 1.0) is None
    assert timer.stops_at("clip", 5.0) is None


def test_silence_has_no_voice_activity() -> None:
    assert activations(np.zeros(SAMPLE_RATE, np.float32)) == ()


def test_patience_moves_our_decision() -> None:
    percepts, end = speech(1.0, "my bill is", 0)
    ours = Kairos("kairos", {"clip": tuple(overheard(policy(), percepts))}, {}, {})
    hasty = ours.takes_floor_at("clip", end, None, 0.05)
    patient = ours.takes_floor_at("clip", end, None, 26.0)
    assert hasty is not None
    assert patient is not None
    assert hasty < patient
    assert ours.takes_floor_at("clip", end, end + 0.01, 26.0) is None


def test_a_recorded_call_answers_for_itself() -> None:
    ours = Kairos("kairos", {}, {"call": 5.3}, {"call": (0.0, 2.4)})
    assert ours.takes_floor_at("call", 2.0, 4.0, 3.0) == 2.4
    assert ours.takes_floor_at("call", 2.5, 4.0, 3.0) is None
    assert ours.stops_at("call", 5.0) == 5.3


def test_by_words_alone_forgets_an_acoustic_score() -> None:
    percepts, end = speech(1.0, "my internet connection is down", 0)
    scored = Completion(percepts[-1].at, "smart_turn", 0.05, end)
    [plain] = overheard(policy(), percepts)
    [doubtful] = overheard(policy(), [*percepts, scored])
    assert doubtful.known[-1].evidence.pi < plain.known[-1].evidence.pi
    for forget in (by_words_alone, without_models):
        forgotten = forget(doubtful).known[-1].evidence
        assert forgotten.pi == pytest.approx(plain.known[-1].evidence.pi)


def test_the_ears_know_the_corpus_words_and_none_of_its_sentences() -> None:
    known = {word for word, _ in vocabulary().pronunciations()}
    assert {"dinner", "update", "channels"} <= known
    assert not any("your dinner is in the kitchen" in one for one in vocabulary().sentences())


def test_repeatability_tells_a_shift_from_another_decision() -> None:
    same = Repeated("same", (2.5, None), ((2.5, None),), (2.56, None))
    other = Repeated("other", (2.5,), ((2.6,),), (None,))
    found = repeatability([same, other])
    assert (found.clips, found.runs, found.differing) == (2, 2, 1)
    assert found.chunk_differing == 1
    assert found.chunk_shift_s == pytest.approx(0.06)
    assert decisions([]) == ()
