"""The agent's own backchannels: when one is given, and that it moves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from agent.records import CallerTurn, Decision, FloorChange
from policies.policy import Policy
from speech.playback.wordmouth import ONSET_S, WordMouth
from system1.acts import Kind, Say, Stop
from system1.mind import System1
from system1.notices import Output
from system1.percepts import (
    CallStarted,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
)
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot, speech

BEGUN = "hello my internet has been slow for a week now and i would like to"
WENT_ON = "know what i have to do about it because i would like to"
ENDED = "know when it will be fixed"


def listener(**agent: Any) -> Policy:
    """A policy with backchannels of the agent's, and no fillers in the way."""
    return bot(fillers=[], backchannels={"agent": {"say": ["mm-hm"]} | agent})


def told(policy: Policy, *parts: str, pause: float = 1.2, mind: Answers | None = None) -> Stage:
    """A call in which the caller tells a story with pauses in it."""
    stage = Stage(policy, mind)
    at = 4.0
    for part in parts:
        at = stage.says(at, part) + pause
    return stage.play(60.0)


def given(stage: Stage) -> list[tuple[float, str]]:
    return [(one.start, one.text) for one in stage.utterances() if one.kind is Kind.BACKCHANNEL]


def moves(stage: Stage) -> list[object]:
    """Floor, turns and decisions, without the backchannels themselves."""
    found: list[object] = []
    for one in stage.records:
        match one:
            case Decision(kind=Kind.BACKCHANNEL):
                pass
            case Decision():
                found.append((one.at, one.do, one.text, one.because))
            case CallerTurn() | FloorChange():
                found.append(one)
            case _:
                pass
    return found


def test_a_pause_in_a_long_story_gets_one() -> None:
    stage = Stage(listener())
    offset = stage.says(4.0, BEGUN)
    stage.says(offset + 1.2, ENDED)
    stage.play(30.0)
    ((at, text),) = given(stage)
    assert at == pytest.approx(offset + 0.3 + ONSET_S)
    assert text == "mm-hm"
    evidence = dict(stage.first(lambda one: one.kind is Kind.BACKCHANNEL).because.evidence)
    assert set(evidence) == {"speech_s", "silence_s", "pi", "room_s"}
    assert evidence["silence_s"] == pytest.approx(0.3)


def test_nothing_but_the_word_itself_is_changed_by_it() -> None:
    """Floor, turns, thoughts and replies come at the same times as without it."""
    story = (BEGUN, WENT_ON, ENDED)
    silent, stage = told(bot(fillers=[]), *story), told(listener(), *story)
    assert len(given(stage)) == 2
    assert given(silent) == []
    assert moves(stage) == moves(silent)
    assert len(stage.mind.briefs) == 1
    assert stage.mind.briefs == silent.mind.briefs, "it is not remembered"


def test_the_caller_who_goes_on_over_it_just_goes_on() -> None:
    story = (BEGUN, ENDED)
    silent = told(bot(fillers=[]), *story, pause=0.4)
    stage = told(listener(say=["mm-hm, do go on"]), *story, pause=0.4)
    (word,) = [one for one in stage.utterances() if one.kind is Kind.BACKCHANNEL]
    assert not word.cut
    assert word.end > word.start + 0.5
    assert moves(stage) == moves(silent), "no barge-in, no stop, no duck"


def test_a_policy_without_them_says_none() -> None:
    assert given(told(bot(), BEGUN, WENT_ON, ENDED)) == []


@pytest.mark.parametrize(
    "parts",
    [("i would like to", ENDED), ("hello my line is", "slow since i moved house")],
    ids=["a hesitation", "a short beginning"],
)
def test_none_before_the_story_is_long(parts: tuple[str, ...]) -> None:
    assert given(told(listener(), *parts)) == []
    assert len(given(told(listener(after=0.8), *parts))) == 1


def test_none_where_the_turn_may_be_over() -> None:
    finished = "hello my internet has been slow for a week now"
    assert given(told(listener(), finished)) == []
    undecided = "hello i would like to know when it will be fixed"
    assert given(told(listener(), undecided)) == []
    assert given(told(listener(max_pi=0.6, room=0.3), undecided))


def test_none_where_the_word_would_not_fit() -> None:
    assert given(told(listener(room=2.5), BEGUN, ENDED)) == []
    assert given(told(listener(room=2.0), BEGUN, ENDED))


def test_none_for_sounds_without_words() -> None:
    stage = Stage(listener())
    stage.makes_noise(4.0, 6.0)
    stage.play(20.0)
    assert given(stage) == []


def test_none_for_words_that_were_not_understood() -> None:
    stage = Stage(listener())
    stage.says(4.0, BEGUN, confidence=0.1)
    stage.play(20.0)
    assert given(stage) == []


def test_not_more_often_than_the_policy_says() -> None:
    story = (BEGUN, "i mean i would like to", WENT_ON, ENDED)
    often = given(told(listener(every=1.0), *story))
    seldom = given(told(listener(every=5.0), *story))
    assert (len(often), len(seldom)) == (3, 2)
    assert seldom[1][0] - seldom[0][0] >= 5.0


def test_never_twice_the_same_running() -> None:
    story = (BEGUN, WENT_ON, WENT_ON, WENT_ON)
    words = [text for _, text in given(told(listener(say=["mm-hm", "mm-hm", "I see"]), *story))]
    assert words == ["mm-hm", "I see", "mm-hm", "I see"]


@pytest.mark.parametrize("kind", AnswerKind)
def test_none_where_it_would_sound_like_an_answer(kind: AnswerKind) -> None:
    asks = Answers(
        (Asked(Question(kind, "x")), Sentence("What would that be?"), Done()), "Thank you."
    )
    stage = Stage(listener(), asks)
    end = stage.says(4.0, "i want to change something")
    offset = stage.says(end + 4.0, BEGUN)
    stage.says(offset + 1.2, ENDED)
    stage.play(40.0)
    delicate = kind in (AnswerKind.YES_NO, AnswerKind.DIGITS, AnswerKind.SPELLING)
    assert len(given(stage)) == (0 if delicate else 1)


def test_the_answer_does_not_wait_for_it() -> None:
    """The word is long and the pause was the turn's end: deciding goes on beneath it."""
    word = "I see, I see, I see, I see, I see, do go on"
    silent, stage = told(bot(fillers=[]), BEGUN), told(listener(say=[word]), BEGUN)
    for one, other in zip(stage.decisions("think"), silent.decisions("think"), strict=True):
        assert (one.at, one.because) == (other.at, other.because)
    spoken, reply = stage.utterances()[1:3]
    assert (spoken.kind, reply.kind) == (Kind.BACKCHANNEL, Kind.REPLY)
    assert reply.start > spoken.end > stage.first(lambda one: one.kind is Kind.REPLY).at


def test_it_is_softer(monkeypatch: pytest.MonkeyPatch) -> None:
    lowered: list[tuple[int, float]] = []
    monkeypatch.setattr(
        WordMouth, "duck", lambda _, number, gain_db: lowered.append((number, gain_db))
    )
    stage = told(listener(gain_db=-9.0), BEGUN, ENDED)
    (word,) = [one for one in stage.utterances() if one.kind is Kind.BACKCHANNEL]
    assert lowered == [(word.id, -9.0)]


def pausing() -> tuple[System1, Say]:
    """System 1 in a pause of a story, and the backchannel that it has just begun."""
    system1 = System1(listener())
    system1.step(CallStarted(0.0))
    system1.step(PlaybackStarted(0.1, 1))
    system1.step(PlaybackFinished(1.5, 1))
    percepts, end = speech(2.0, BEGUN, 0)
    for percept in percepts:
        system1.step(percept)
    outputs = system1.step(SpeechStopped(end + 0.4, end))
    return system1, next(one for one in outputs if isinstance(one, Say))


def stops(outputs: list[Output]) -> list[int]:
    return [one.utterance for one in outputs if isinstance(one, Stop)]


def test_a_voice_that_is_too_slow_is_called_off() -> None:
    """The word has not become audible, and the caller goes on: it is not said over them."""
    system1, say = pausing()
    end = system1.scene.caller.offset
    assert stops(system1.step(SpeechStarted(end + 0.9, end + 0.8))) == [say.utterance]
    assert stops(system1.step(SpeechStopped(end + 1.3, end + 1.1))) == [], "once is enough"


def test_one_that_sounds_is_left_alone() -> None:
    system1, say = pausing()
    end = system1.scene.caller.offset
    system1.step(PlaybackStarted(end + 0.5, say.utterance))
    assert stops(system1.step(SpeechStarted(end + 0.9, end + 0.8))) == []


def test_the_agents_silence_counts_on_through_it() -> None:
    system1, say = pausing()
    before = system1.scene.agent.silent_since
    at = system1.scene.now
    assert system1.step(PlaybackStarted(at + 0.1, say.utterance)) == []
    system1.step(PlaybackFinished(at + 0.5, say.utterance))
    agent = system1.scene.agent
    assert (agent.silent_since, agent.current, agent.backchannel) == (before, None, None)
    assert [turn.text for turn in system1.scene.memory.turns] == ["Hello, this is Anna."]


def test_one_that_never_sounds_is_not_tried_again_at_once() -> None:
    """A mouth that finds nothing audible in the text says so, and nothing else."""
    system1, say = pausing()
    outputs = system1.step(PlaybackFinished(system1.scene.now + 0.01, say.utterance))
    assert not [one for one in outputs if isinstance(one, Say)]
