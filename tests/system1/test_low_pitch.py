"""Backchannels that the caller's voice asks for: when they come, and that they move nothing."""

from __future__ import annotations

from typing import Any

import pytest

from policies.policy import Policy
from speech.playback.wordmouth import ONSET_S, WordMouth
from system1.acts import Kind
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot
from tests.system1.test_listening import given, moves

STORY = (
    "hello my internet has been slow for a week now and i called you twice and nobody came to me"
)
WORD_S = 0.3


def listener(**agent: Any) -> Policy:
    """A policy whose backchannels follow the pitch."""
    return bot(fillers=[], backchannels={"agent": {"say": ["mm-hm"], "cue": "pitch"} | agent})


def told(policy: Policy, *lows: float, text: str = STORY, **more: Any) -> Stage:
    """A caller whose voice is noticed to have gone low so long after the story's first sound."""
    stage = Stage(policy, **more)
    stage.says(4.0, text)
    for low in lows:
        stage.goes_low(4.0 + low)
    return stage.play(30.0)


def test_one_comes_700_ms_after_while_the_caller_speaks_on() -> None:
    stage = told(listener(), 2.6)
    ((at, text),) = given(stage)
    assert at == pytest.approx(4.0 + 2.6 + 0.7 + ONSET_S)
    assert text == "mm-hm"
    because = stage.first(lambda one: one.kind is Kind.BACKCHANNEL).because
    assert because.rule == "backchannel.low_pitch"
    assert dict(because.evidence) == {"speech_s": pytest.approx(3.3)}


def test_nothing_but_the_word_itself_is_changed_by_it() -> None:
    silent, stage = told(bot(fillers=[]), 2.6), told(listener(), 2.6)
    assert (len(given(stage)), given(silent)) == (1, [])
    assert moves(stage) == moves(silent), "no turn, no floor, no thought, no answer"
    assert stage.mind.briefs == silent.mind.briefs
    assert not any(one.cut for one in stage.utterances())


def test_it_is_softer_than_one_in_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    lowered: list[float] = []
    monkeypatch.setattr(WordMouth, "duck", lambda _, number, gain_db: lowered.append(gain_db))
    told(listener(overlap_db=-17.0), 2.6)
    assert lowered == [-17.0]


@pytest.mark.parametrize("cue", ["pause", None])
def test_it_is_asked_for(cue: str | None) -> None:
    agent = {"say": ["mm-hm"]} | ({"cue": cue} if cue else {})
    assert given(told(bot(fillers=[], backchannels={"agent": agent}), 2.6)) == []


def test_a_policy_of_pitch_gives_none_in_mere_pauses() -> None:
    begun = "hello my internet has been slow for a week now and i would like to"
    for cue, count in (("pitch", 0), ("both", 1)):
        stage = Stage(listener(cue=cue))
        stage.says(stage.says(4.0, begun) + 1.2, "know when it will be fixed")
        assert len(given(stage.play(30.0))) == count


def test_none_before_the_story_is_long() -> None:
    assert given(told(listener(), 2.0)) == []
    assert len(given(told(listener(after=2.5), 2.0))) == 1


def test_not_more_often_than_the_policy_says() -> None:
    lows = (2.6, 3.2, 3.8, 4.6)
    assert len(given(told(listener(every=5.0), *lows))) == 1
    often = [at for at, _ in given(told(listener(every=0.1), *lows))]
    assert len(often) == 2
    assert often[1] - often[0] >= 0.8


def test_none_where_the_turn_is_over_by_then() -> None:
    """The voice goes low at the end of a turn too: the pause's own evidence decides."""
    finished = "hello my internet has been slow for a week now and i want to cancel it please"
    end = WORD_S * len(finished.split())
    assert given(told(listener(), end - 0.3, text=finished)) == []


def test_one_in_a_pause_that_is_to_go_on() -> None:
    begun = "hello my internet has been slow for a week now and i would like to"
    stage = Stage(listener())
    end = stage.says(4.0, begun)
    stage.goes_low(end - 0.2)
    stage.says(end + 1.6, "know when it will be fixed")
    ((at, _),) = given(stage.play(30.0))
    assert at == pytest.approx(end + 0.5 + ONSET_S)


def test_none_for_an_agitated_caller() -> None:
    stage = Stage(listener())
    stage.says(4.0, STORY)
    for quarter in range(1, 9):
        stage.sounds(4.0 + 0.25 * quarter, 4.0, 6.0)
    stage.goes_low(6.6)
    assert given(stage.play(30.0)) == []


@pytest.mark.parametrize("kind", AnswerKind)
def test_none_where_it_would_sound_like_an_answer(kind: AnswerKind) -> None:
    asks = (Asked(Question(kind, "x")), Sentence("What would that be?"), Done())
    stage = Stage(listener(), Answers(asks, "Thank you."))
    stage.says(4.0, "i want to change something")
    stage.says(12.0, STORY)
    stage.goes_low(14.6)
    delicate = kind in (AnswerKind.YES_NO, AnswerKind.DIGITS, AnswerKind.SPELLING)
    assert len(given(stage.play(40.0))) == (0 if delicate else 1)


def test_none_while_a_number_is_dictated_that_was_not_asked_for() -> None:
    number = "my number is four two one nine seven six four two one one two five and so on"
    assert given(told(listener(), 2.6, text=number)) == []


@pytest.mark.parametrize("confidence", [0.1])
def test_none_for_words_that_were_not_understood(confidence: float) -> None:
    stage = Stage(listener())
    stage.says(4.0, STORY, confidence=confidence)
    stage.goes_low(6.6)
    assert given(stage.play(30.0)) == []


def test_none_for_sounds_without_words() -> None:
    stage = Stage(listener())
    stage.makes_noise(4.0, 6.0)
    stage.goes_low(7.6)
    assert given(stage.play(20.0)) == []


def test_none_over_the_agent() -> None:
    """Low pitch in speech over the agent's answer asks for nothing."""
    answer = "It will be fixed within four hours and you will get a message from us then all right"
    stage = Stage(listener(after=0.5), Answers(answer))
    stage.says(4.0, "when will it be fixed please")
    stage.says(7.5, "mm-hm okay right")
    stage.goes_low(7.9)
    assert given(stage.play(30.0)) == []
