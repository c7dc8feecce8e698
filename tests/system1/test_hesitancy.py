"""Hesitant and confused callers: what whole turns tell, and what the agent makes of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from system1.affect import Temper
from system1.manner import Manner
from system1.moods import Mood
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot
from tests.system1.voices import (
    ANGRY,
    CALM,
    FAST,
    LINE,
    NUMBERS,
    Voice,
    calling,
    listened,
    soothes,
    speak,
)

FLUENT = Manner(words=8)
HALTING = Manner(words=8, filled_pauses=2, restarts=1)
PUZZLED = Manner(words=4, puzzled=True)
AGAIN = Manner(words=4, repeat=True)


def after_turns(*manners: Manner, temper: Temper | None = None) -> tuple[Temper, list[list[Mood]]]:
    """The state after these turns, and the moods that each showed."""
    temper, shown = temper or Temper(), []
    for manner in manners:
        temper, signs = temper.turn_taken(manner, NUMBERS)
        shown.append([sign.mood for sign in signs])
    return temper, shown


@pytest.mark.parametrize(
    ("manner", "hesitant"),
    [
        (FLUENT, False),
        (HALTING, True),
        (Manner(words=8, filled_pauses=1), False),
        (Manner(words=8, filled_pauses=1, long_pauses=1), True),
        # two in a long story are nothing
        (Manner(words=40, filled_pauses=2), False),
    ],
)
def test_a_hesitant_turn(manner: Manner, hesitant: bool) -> None:
    _, (moods,) = after_turns(manner)
    assert moods == [Mood.HESITANT] * hesitant


def test_slow_speech_is_a_sign_of_hesitancy() -> None:
    slow, usual = (0.0, 0.0, 0.6, 2.5), (0.0, 0.0, 1.0, 4.0)
    one_more = Manner(words=8, filled_pauses=1)
    _, (sign,) = listened((slow, 8)).turn_taken(one_more, NUMBERS)
    assert sign.evidence == (("words", 8), ("filled_pauses", 1), ("slow", 1))
    for voices in ([(usual, 8)], [(slow, 3)], [(slow, 4), (usual, 8)]):
        assert listened(*voices).turn_taken(one_more, NUMBERS)[1] == ()


def test_hesitancy_lasts_until_some_turns_were_fluent() -> None:
    halting, _ = after_turns(HALTING)
    half = Manner(words=8, filled_pauses=1)
    assert after_turns(FLUENT, half, half, temper=halting)[0].mood is Mood.HESITANT
    assert after_turns(FLUENT, Manner(words=1), temper=halting)[0].mood is Mood.HESITANT
    assert after_turns(FLUENT, HALTING, FLUENT, temper=halting)[0].mood is Mood.HESITANT
    assert after_turns(FLUENT, FLUENT, temper=halting)[0].mood is None


@pytest.mark.parametrize(
    ("manners", "confused"),
    [
        ([PUZZLED], [True]),
        ([AGAIN], [False]),
        ([AGAIN, AGAIN], [False, True]),
        ([AGAIN, FLUENT, AGAIN], [False, False, True]),
        ([AGAIN, FLUENT, FLUENT, AGAIN], [False] * 4),
        # what was confusing is over; a turn that shows nothing is not confused
        ([PUZZLED, FLUENT], [True, False]),
        ([Manner(words=6, repeat=True, same=True)], [True]),
    ],
)
def test_confused_turns(manners: list[Manner], confused: list[bool]) -> None:
    _, shown = after_turns(*manners)
    assert [Mood.CONFUSED in moods for moods in shown] == confused


def test_the_gravest_mood_is_told() -> None:
    temper, shown = after_turns(Manner(words=8, puzzled=True, filled_pauses=3))
    assert shown == [[Mood.CONFUSED, Mood.HESITANT]]
    assert temper.mood is Mood.CONFUSED
    assert listened((ANGRY, 8), temper=temper).mood is Mood.AGITATED


def test_a_turn_that_goes_on_takes_back_what_its_words_told() -> None:
    before, _ = after_turns(AGAIN)
    after, _ = after_turns(Manner(words=4, repeat=True, filled_pauses=2), temper=before)
    assert {one.mood for one in after.episodes} == {Mood.CONFUSED, Mood.HESITANT}
    reopened = after.reopened(before, NUMBERS)
    assert reopened.episodes == ()
    assert reopened.confusion == (1,)
    soothed = after.soothed().reopened(before, NUMBERS)
    assert {one.mood for one in soothed.episodes if one.soothed} == {Mood.CONFUSED, Mood.HESITANT}


def test_a_calm_turn_that_goes_on_brings_the_episode_back() -> None:
    before, _ = after_turns(HALTING, FLUENT)
    after, _ = after_turns(FLUENT, temper=before)
    assert after.mood is None
    assert after.reopened(before, NUMBERS).episodes == before.episodes


def test_a_laugh_is_no_anger() -> None:
    """Sounds that turned out to be no turn leave no episode behind, and end none."""
    assert listened((ANGRY, 8)).dismissed() == replace(Temper(), last_report=2.0)
    angry, _ = listened((ANGRY, 8)).turn_taken(FLUENT, NUMBERS)
    assert listened((CALM, 20), temper=angry).dismissed().episodes == angry.episodes


TROUBLE: dict[str, Any] = {
    "soothe": {"hesitant": ["No hurry."], "confused": ["Let me explain."], "agitated": ["Sorry."]}
}
HALTS = "um i um i want i want to know about my line"


def test_a_hesitant_caller_is_soothed_once_and_waited_for() -> None:
    stage = calling((4.0, CALM, HALTS), (14.0, CALM, HALTS), **TROUBLE).play(24.0)
    assert soothes(stage) == [("soothe.hesitant", "No hurry.")]
    first, second = (dict(one.because.evidence) for one in stage.decisions("take_turn"))
    assert (first["patience_s"], second["patience_s"]) == (3.0, 4.5)
    assert [brief.mood for brief in stage.mind.briefs] == [Mood.HESITANT] * 2


def test_a_confused_caller_is_soothed_once() -> None:
    stage = calling(
        (4.0, CALM, LINE),
        (12.0, CALM, "what do you mean"),
        (20.0, CALM, "i do not understand"),
        **TROUBLE,
    ).play(28.0)
    assert soothes(stage) == [("soothe.confused", "Let me explain.")]
    assert [brief.mood for brief in stage.mind.briefs] == [None, Mood.CONFUSED, Mood.CONFUSED]


def test_the_same_question_again_is_a_sign_only_if_it_was_answered() -> None:
    ask = "when will the engineer come to my house"
    asked_twice = Stage(bot(**TROUBLE), Answers("On Monday."))
    for at in (4.0, 12.0, 20.0):
        asked_twice.says(at, ask)
    asked_twice.play(28.0)
    assert soothes(asked_twice) == [("soothe.confused", "Let me explain.")]
    not_heard = Stage(bot(**TROUBLE), Answers("On Monday."))
    for at in (4.0, 12.0, 20.0):
        not_heard.says(at, ask, confidence=0.1 if at < 20.0 else 1.0)
    assert soothes(not_heard.play(28.0)) == []


def test_words_that_were_not_understood_tell_no_mood() -> None:
    stage = Stage(bot(**TROUBLE))
    stage.says(4.0, "what do you mean", confidence=0.1)
    stage.says(12.0, "i do not understand", confidence=0.1)
    assert stage.play(20.0).mind.briefs == []
    assert soothes(stage) == []
    assert not any(stage.call._system1.scene.showed.values())


@pytest.mark.parametrize(
    ("mood", "lines"),
    [
        ("fast_speech", [(FAST, LINE), (FAST, LINE)]),
        ("hesitant", [(CALM, HALTS), (CALM, HALTS)]),
        ("confused", [(CALM, "what do you mean"), (CALM, "i do not understand")]),
    ],
)
def test_counts_of_every_mood_feed_rules(mood: str, lines: list[tuple[Voice, str]]) -> None:
    rule = {"id": "enough", "when": {mood: 2}, "say": "A colleague.", "do": "transfer", "to": "a"}
    stage = Stage(bot(rules=[rule], transfer={"a": "sip:a@example.invalid"}), Answers("Fine."))
    for index, (voice, text) in enumerate(lines):
        speak(stage, 4.0 + 10.0 * index, voice, text)
    stage.play(13.0)
    assert stage.call.ended is None
    asyncio.run(stage.call.advance(30.0))
    assert stage.call.ended == "transferred"
    assert (mood, 2) in stage.utterances()[-1].because.evidence


@pytest.mark.parametrize("kind", [AnswerKind.DIGITS, AnswerKind.SPELLING])
def test_no_soothing_while_a_number_is_dictated(kind: AnswerKind) -> None:
    asks = (Asked(Question(kind, "number", 8)), Sentence("Your number?"), Done())
    angry = calling((4.0, CALM, LINE), (14.0, ANGRY, "four two one"), mind=Answers(asks, "Yes."))
    assert soothes(angry.play(28.0)) == []
    other = calling((4.0, CALM, LINE), (14.0, ANGRY, LINE), mind=Answers(asks, "Yes."))
    assert len(soothes(other.play(28.0))) == 1
    unasked = calling((4.0, ANGRY, "my number is four two one nine seven"))
    assert soothes(unasked.play(14.0)) == []
