"""Speech from afar, hums, laughter, echo: what is no interruption and wants no answer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from system1.acts import Kind
from system1.distance import learnt
from system1.percepts import Level, SoundEvent
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot

LONG = "Most faults are fixed within four hours, and we send you a message when it is done."
OWN_DB = -20.0


def heard(stage: Stage, start: float, end: float, level_db: float, change_db: float = 6.0) -> None:
    """Reports of the level of speech from ``start`` to ``end`` (s)."""
    for tenth in range(int(start * 10) + 1, int(end * 10) + 1):
        stage.script.add(Level(tenth / 10, level_db, change_db))


def answering(policy: Mapping[str, object] | None = None) -> Stage:
    """A call whose caller's level is known, and whose long answer sounds from 5.76 s on."""
    stage = Stage(bot(**(policy or {})), Answers(LONG, "I see."))
    heard(stage, 4.1, stage.says(4.0, "when is it fixed"), OWN_DB)
    return stage


def rules(stage: Stage, do: str) -> list[str]:
    return [one.because.rule for one in stage.decisions(do) if one.at > 6.0]


@pytest.mark.parametrize("below_db", [-12.0, -16.0, -20.0])
def test_background_speech_does_not_stop_the_agent(below_db: float) -> None:
    stage = answering()
    end = stage.says(7.0, "no wait the minister said no")
    heard(stage, 7.1, end, OWN_DB + below_db)
    stage.play(14.0)
    assert not stage.utterances()[1].cut
    resumed = stage.first(lambda one: one.do == "resume")
    assert resumed.because.rule == "bargein.background"
    assert resumed.at - 7.0 <= 0.5
    assert len(stage.mind.briefs) == 1


@pytest.mark.parametrize("below_db", [0.0, -3.0, -6.0])
def test_a_caller_who_is_a_bit_quieter_gets_through(below_db: float) -> None:
    stage = answering()
    end = stage.says(7.0, "no wait that is wrong")
    heard(stage, 7.1, end, OWN_DB + below_db)
    stage.play(20.0)
    assert stage.utterances()[1].cut
    assert stage.utterances()[1].end - 7.0 <= 0.5


def test_background_speech_is_not_answered() -> None:
    stage = answering()
    end = stage.says(13.0, "the minister said that taxes will rise")
    heard(stage, 13.1, end, OWN_DB - 15)
    stage.play(end + 2.0)
    assert len(stage.mind.briefs) == 1
    assert "background" in rules(stage, "disregard")
    assert not [one for one in stage.decisions("say") if one.at > 13.0]


@pytest.mark.parametrize(("below_db", "agitated"), [(-15.0, False), (0.0, True)])
def test_another_raised_voice_is_no_sign_of_the_callers_mood(
    below_db: float, agitated: bool
) -> None:
    stage = answering()
    end = stage.says(7.0, "the minister said that taxes will rise and rise again")
    heard(stage, 7.1, end, OWN_DB + below_db)
    for quarter in range(1, int((end - 7.5) * 4)):
        stage.sounds(7.5 + quarter / 4, pitch_st=6.0, level_db=9.0)
    stage.play(end)
    assert stage.call._system1.scene.affect.agitated is agitated


def test_the_caller_speaks_up_over_the_television() -> None:
    stage = answering()
    end = stage.says(7.0, "taxes will rise again no wait stop it now")
    heard(stage, 7.1, 8.2, OWN_DB - 15)
    heard(stage, 8.2, end, OWN_DB)
    stage.play(14.0)
    assert stage.utterances()[1].cut
    assert stage.utterances()[1].end == pytest.approx(8.3, abs=0.15)


def test_who_was_never_heard_before_has_no_level() -> None:
    stage = Stage(bot(greeting="Hello, this is Anna from Northwind, how can I help you today?"))
    end = stage.says(1.0, "my line is down")
    heard(stage, 1.1, end, -50.0)
    stage.play(8.0)
    assert stage.mind.briefs[0].said == "my line is down"


@pytest.mark.parametrize(("again_after", "counts"), [(2.0, True), (20.0, False)])
def test_calling_twice_from_afar_counts(again_after: float, counts: bool) -> None:
    answer = " ".join([LONG] * 5)
    stage = Stage(bot(), Answers(answer))
    heard(stage, 4.1, stage.says(4.0, "when is it fixed"), OWN_DB)
    for at in (7.0, 7.0 + again_after):
        heard(stage, at + 0.1, stage.says(at, "excuse me stop"), OWN_DB - 14)
    stage.play(32.0)
    assert stage.utterances()[1].cut is counts


def test_the_television_twice_does_not() -> None:
    stage = answering()
    for at in (7.0, 8.8):
        heard(stage, at + 0.1, stage.says(at, "taxes will rise"), OWN_DB - 14)
    stage.play(20.0)
    assert not stage.utterances()[1].cut


def test_who_answers_a_check_in_from_afar_is_answered() -> None:
    stage = answering({"noinput": [{"count": 1, "after": 5, "say": "Are you still there?"}]})
    stage.play(1.0)
    stage = answering({"noinput": [{"count": 1, "after": 5, "say": "Are you still there?"}]})
    end = stage.says(20.0, "i am over here")
    heard(stage, 20.1, end, OWN_DB - 15)
    stage.play(26.0)
    assert [one.kind for one in stage.utterances()].count(Kind.CHECK_IN) == 1
    assert stage.mind.briefs[-1].said == "i am over here"


def test_a_soft_yes_is_an_answer() -> None:
    asks = (Asked(Question(AnswerKind.YES_NO)), Sentence("Is that right?"), Done())
    stage = Stage(bot(), Answers("All is well.", asks, "Thank you."))
    heard(stage, 4.1, stage.says(4.0, "how is it"), OWN_DB)
    heard(stage, 8.1, stage.says(8.0, "and the other one"), OWN_DB)
    heard(stage, 12.1, stage.says(12.0, "yes"), OWN_DB - 14)
    stage.play(16.0)
    assert stage.mind.briefs[-1].said == "yes"


@pytest.mark.parametrize(("below_db", "cut"), [(0.0, True), (-6.0, False)])
def test_words_to_somebody_else_are_an_aside_only_when_lower(below_db: float, cut: bool) -> None:
    stage = answering()
    end = stage.says(7.0, "honey not now i am on the phone")
    heard(stage, 7.1, end, OWN_DB + below_db)
    stage.play(14.0)
    assert stage.utterances()[1].cut is cut


@pytest.mark.parametrize("text", ["um", "uh", "er um", "the", "them"])
def test_a_hum_is_no_interruption_and_no_turn(text: str) -> None:
    stage = answering()
    for at in (7.0, 13.0):
        heard(stage, at + 0.1, stage.says(at, text, 0.4, 0.3), OWN_DB, 1.5)
    stage.play(16.0)
    assert not stage.utterances()[1].cut
    assert len(stage.mind.briefs) == 1
    assert not [one for one in stage.decisions("say") if one.at > 13.0]


@pytest.mark.parametrize(("second", "taken"), [(15.0, True), (24.0, False)])
def test_who_hums_again_soon_wants_to_say_something(second: float, taken: bool) -> None:
    stage = answering()
    for at in (13.0, second):
        heard(stage, at + 0.1, stage.says(at, "um", 0.4, 0.3), OWN_DB, 1.5)
    stage.play(30.0)
    turns = [one for one in stage.decisions("take_turn") if one.at > 13.0]
    assert bool(turns) is taken
    assert all(one.at > second for one in turns)


def test_a_hum_with_words_after_it_is_one() -> None:
    stage = answering()
    end = stage.says(7.0, "um no that is wrong")
    heard(stage, 7.1, 7.3, OWN_DB, 1.5)
    heard(stage, 7.3, end, OWN_DB)
    stage.play(20.0)
    assert stage.utterances()[1].cut
    assert stage.utterances()[1].end - 7.0 <= 1.2


def test_laughter_is_no_interruption() -> None:
    stage = answering()
    end = stage.says(7.0, "uh-huh uh-huh papa uh-huh uh-huh", 0.3, 0.6)
    heard(stage, 7.1, end, OWN_DB)
    stage.script.add(SoundEvent(7.55, "laugh"))
    stage.play(20.0)
    assert not stage.utterances()[1].cut


def test_the_agents_echo_is_neither_interruption_nor_turn() -> None:
    stage = Stage(bot(), Answers(LONG))
    stage.says(4.0, "when is it fixed")
    end = stage.says(6.0, "most of the faults are fixed within four hours")
    for tenth in range(61, int(end * 10) + 1):
        stage.script.add(Level(tenth / 10, -30.0, 6.0, 0.97))
    stage.play(16.0)
    assert not stage.utterances()[1].cut
    assert len(stage.mind.briefs) == 1
    assert "bargein.echo" in rules(stage, "disregard")


def test_the_agent_says_its_last_word() -> None:
    stage = Stage(bot(), Answers("Nothing needs to be done.", "I see."))
    stage.says(4.0, "how is it")
    stage.says(6.3, "no wait that is wrong")
    stage.play(16.0)
    assert not stage.utterances()[1].cut
    assert stage.mind.briefs[-1].said == "no wait that is wrong"


def test_an_act_may_have_a_bargein_of_its_own() -> None:
    off = {"bargein": {"overrides": [{"kind": ["reply"], "type": "off"}]}}
    stage = answering({"turn_taking": off})
    stage.says(7.0, "no wait that is wrong")
    stage.play(20.0)
    assert not stage.utterances()[1].cut
    assert stage.mind.briefs[-1].said == "no wait that is wrong"


def test_the_level_of_a_caller_is_learnt_from_turns() -> None:
    assert learnt(None, -20.0) == -20.0
    assert learnt(-20.0, None) == -20.0
    assert learnt(-20.0, -10.0) == -15.0
    assert learnt(-20.0, -28.0) == -22.0


def test_the_soft_end_of_a_turn_that_was_taken_too_soon_belongs_to_it() -> None:
    stage = Stage(bot(), Answers("I see."), think=2.0)
    heard(stage, 4.1, stage.says(4.0, "how is it"), OWN_DB)
    end = stage.says(10.0, "i want to cancel it please")
    heard(stage, 10.1, end, OWN_DB)
    heard(stage, end + 0.8, stage.says(end + 0.7, "number seven"), OWN_DB - 12)
    stage.play(24.0)
    assert stage.mind.briefs[-1].said == "i want to cancel it please number seven"
