"""Silences and the decisions that other numbers would have made in them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agent.moments import Silence, floor_taken_at, overheard, remembered, reweighed
from agent.records import CallerTurn, PerceptSeen
from policies.evidence import Weight
from policies.policy import Policy
from policies.timing import Endpointing
from system1.evidence import weigh
from system1.mind import System1
from system1.percepts import Percept, SpeechStarted, SpeechStopped
from system1.questions import AnswerKind, Question
from tests.stage import Stage, bot, speech

SENTENCES = (
    "my internet connection is down",
    "i would like to",
    "yes please",
    "the light on the router",
    "um",
)


def policy(**endpointing: float) -> Policy:
    return bot(turn_taking={"endpointing": endpointing})


def taken(silence: Silence, numbers: Endpointing | None = None) -> float | None:
    return floor_taken_at(silence, numbers or Endpointing(), shortest_speech_s=0.3)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("patience", [0.5, 3.0, 12.0])
def test_the_decision_is_that_of_a_call_held(text: str, patience: float) -> None:
    chosen = policy(patience=patience)
    stage = Stage(chosen)
    stage.says(4.0, text)
    stage.play(12.0)
    [turn] = [one for one in stage.records if isinstance(one, CallerTurn)]
    percepts = [one.percept for one in stage.records if isinstance(one, PerceptSeen)]
    [silence] = remembered(chosen, percepts)
    assert silence.until is None
    at = taken(silence, chosen.turn_taking.endpointing)
    assert at == pytest.approx(turn.at, abs=1e-4)


def two_parts(pause_s: float) -> tuple[Sequence[Percept], float]:
    first, end = speech(1.0, "i would like to", 0)
    then, _ = speech(end + pause_s, "cancel my contract", 1)
    return (*first, *then), end


def test_a_silence_ends_where_the_caller_goes_on() -> None:
    percepts, end = two_parts(1.5)
    held, over = overheard(bot(), percepts)
    assert held.onset == pytest.approx(end)
    assert held.until == pytest.approx(end + 1.5)
    assert over.until is None


def test_patience_moves_the_decision_and_may_spare_the_cut() -> None:
    held, over = overheard(bot(), two_parts(1.5)[0])
    hasty = taken(held, Endpointing(patience=0.1))
    assert hasty is not None
    assert hasty < held.onset + 0.5
    assert taken(held, Endpointing(patience=30.0)) is None
    delays = [taken(over, Endpointing(patience=patience)) for patience in (0.5, 3.0, 30.0)]
    assert None not in delays
    assert delays == sorted(delays, key=lambda at: at or 0.0)


def test_a_pause_that_the_caller_ended_is_learnt_from() -> None:
    held, over = overheard(bot(), two_parts(1.5)[0])
    assert over.known[-1].pauses.count == held.known[-1].pauses.count + 1


def test_the_question_asked_before_counts() -> None:
    percepts, _ = speech(1.0, "four seven", 0)
    [free] = overheard(bot(), percepts)
    [digits] = overheard(bot(), percepts, Question(AnswerKind.DIGITS, "number", 5))
    assert digits.known[-1].evidence.pi < free.known[-1].evidence.pi


def test_a_noise_wants_no_answer() -> None:
    [noise] = overheard(bot(), [SpeechStarted(1.0, 1.0), SpeechStopped(1.3, 1.2)])
    assert taken(noise) is None


def test_a_listener_knows_what_a_call_would() -> None:
    percepts, _ = speech(1.0, "my internet connection is down", 0)
    patient = policy(patience=60.0)
    mind = System1(patient)
    mind.scene.agent.greeted = True
    for percept in percepts:
        mind.step(percept)
    [silence] = overheard(patient, percepts)
    assert silence.known[-1].evidence == weigh(mind.scene)


def test_other_weights_wait_for_as_long_as_they_make_it_probable() -> None:
    held, _ = overheard(bot(), two_parts(3.0)[0])
    own = bot().turn_taking.endpointing.weights
    assert reweighed(held, own) == held
    sure = reweighed(held, own.having([Weight("dangling", 4.0)]))
    early, late = taken(sure), taken(held)
    assert early is not None
    assert late is not None
    assert early < late
