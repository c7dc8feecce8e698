"""Stories of turns: what is said, in which order, and why."""

from dataclasses import replace
from itertools import pairwise

import pytest

from policies.timing import Ending
from system1.acts import Kind
from system1.percepts import Heard
from system1.questions import AnswerKind, Question
from system1.thoughts import (
    Advice,
    Asked,
    Clarify,
    Done,
    Failed,
    NotUnderstood,
    Sentence,
)
from tests.stage import Answers, Stage, bot, speech


def kinds(stage: Stage) -> list[Kind]:
    return [one.kind for one in stage.utterances()]


def test_greets_discloses_and_answers() -> None:
    stage = Stage(bot(disclosures=[{"id": "rec", "say": "This call may be recorded."}]))
    end = stage.says(6.0, "is my line all right")
    stage.play(12.0)
    assert kinds(stage)[:3] == [Kind.GREETING, Kind.DISCLOSURE, Kind.REPLY]
    reply = stage.utterances()[2]
    assert 0.3 < reply.start - end < 0.8
    assert reply.because.rule == "reply"
    assert stage.mind.briefs[0].said == "is my line all right"


def test_a_hesitation_within_a_sentence_is_waited_for() -> None:
    stage = Stage(bot())
    end = stage.says(4.0, "i would like to know about the")
    stage.says(end + 1.2, "price of the line")
    stage.play(20.0)
    assert stage.mind.briefs[0].said == "i would like to know about the price of the line"
    assert len(stage.mind.briefs) == 1
    assert kinds(stage)[:2] == [Kind.GREETING, Kind.REPLY]


def test_going_on_before_the_answer_is_the_same_turn() -> None:
    stage = Stage(bot(fillers=[]), think=1.0)
    end = stage.says(4.0, "my line is down")
    stage.says(end + 0.5, "since this morning")
    stage.play(20.0)
    assert [brief.said for brief in stage.mind.briefs] == [
        "my line is down",
        "my line is down since this morning",
    ]
    assert stage.first(lambda one: one.do == "abandon").because.rule == "goes_on"
    assert kinds(stage)[:2] == [Kind.GREETING, Kind.REPLY]
    turns = [turn.text for turn in stage.mind.briefs[1].turns if turn.who == "caller"]
    assert turns == ["my line is down since this morning"]


def test_a_filler_wins_time_and_the_answer_follows() -> None:
    stage = Stage(
        bot(
            fillers=[{"after": 0.8, "say": ["One moment."]}, {"after": 4, "say": ["Bear with me."]}]
        ),
        think=6.0,
    )
    end = stage.says(4.0, "is my line all right")
    stage.play(20.0)
    assert kinds(stage)[:4] == [Kind.GREETING, Kind.FILLER, Kind.FILLER, Kind.REPLY]
    first, second = stage.utterances()[1:3]
    assert first.start - end == pytest.approx(0.82, abs=0.01)
    assert second.start - end == pytest.approx(4.02, abs=0.01)
    assert "SYSTEM>FREE_U" in stage.floors()


def test_no_filler_when_the_answer_comes_first() -> None:
    stage = Stage(bot(fillers=[{"after": 0.8, "say": ["One moment."]}]), think=0.3)
    stage.says(4.0, "is my line all right")
    stage.play(10.0)
    assert Kind.FILLER not in kinds(stage)


def test_the_silence_ladder_climbs_and_hangs_up() -> None:
    stage = Stage(bot()).play(60.0)
    spoken = stage.utterances()
    assert [one.kind for one in spoken] == [
        Kind.GREETING,
        Kind.CHECK_IN,
        Kind.CHECK_IN,
        Kind.FAREWELL,
    ]
    gaps = [after.start - before.end for before, after in pairwise(spoken)]
    assert gaps == pytest.approx([7.02, 7.02, 10.02], abs=0.01)
    assert stage.call.ended == "agent_hung_up"


def test_a_cough_neither_resets_nor_disarms_the_ladder() -> None:
    quiet = Stage(bot()).play(60.0)
    coughing = Stage(bot())
    coughing.makes_noise(5.0, 0.2)
    coughing.play(60.0)
    assert [one.text for one in coughing.utterances()] == [one.text for one in quiet.utterances()]
    assert coughing.utterances()[1].start == quiet.utterances()[1].start
    assert coughing.first(lambda one: one.do == "disregard").because.rule == "noise"


def test_speaking_up_resets_the_ladder() -> None:
    stage = Stage(bot())
    stage.says(12.0, "yes i am here")
    stage.play(30.0)
    check_ins = [one for one in stage.utterances() if one.kind is Kind.CHECK_IN]
    assert [one.because.evidence[0] for one in check_ins[:2]] == [("count", 1), ("count", 1)]


def test_nomatch_climbs_to_a_colleague() -> None:
    policy = bot(
        nomatch=[
            {"count": 1, "say": "Sorry?"},
            {"count": 3, "say": "Let me get a colleague.", "do": "transfer", "to": "support"},
        ],
        transfer={"support": "sip:support@example.invalid"},
    )
    stage = Stage(policy, Answers((NotUnderstood("no match"), Done())))
    for at in (4.0, 8.0, 12.0):
        stage.says(at, "flibber jabber")
    stage.play(30.0)
    assert [one.text for one in stage.utterances()[1:]] == [
        "Sorry?",
        "Sorry?",
        "Let me get a colleague.",
    ]
    assert stage.call.ended == "transferred"


def test_mumbling_is_not_understood_and_system_2_is_not_asked() -> None:
    stage = Stage(bot(nomatch=[{"count": 1, "say": "Sorry?"}]))
    stage.says(4.0, "something unclear", confidence=0.05)
    stage.makes_noise(9.0, 1.0)
    stage.play(16.0)
    assert [one.text for one in stage.utterances()[1:3]] == ["Sorry?", "Sorry?"]
    assert stage.mind.briefs == []


def test_without_a_nomatch_ladder_the_silence_ladder_still_runs() -> None:
    stage = Stage(bot(nomatch=[]), Answers((NotUnderstood("no match"), Done())))
    stage.says(4.0, "flibber jabber")
    stage.play(60.0)
    assert stage.call.ended == "agent_hung_up"


def test_a_mind_that_is_down_is_not_understood() -> None:
    stage = Stage(
        bot(nomatch=[{"count": 1, "say": "Sorry?"}]), Answers((Failed("connection refused"),))
    )
    stage.says(4.0, "is my line all right")
    stage.play(10.0)
    assert stage.utterances()[1].text == "Sorry?"
    assert ("reason", "connection refused") in stage.utterances()[1].because.evidence


def test_a_rule_answers_without_system_2_and_hangs_up() -> None:
    policy = bot(
        rules=[{"id": "bye", "when": {"says": ["goodbye"]}, "say": "Goodbye.", "do": "hang_up"}]
    )
    stage = Stage(policy)
    stage.says(4.0, "okay goodbye")
    stage.play(20.0)
    assert stage.utterances()[-1].kind is Kind.FAREWELL
    assert stage.utterances()[-1].because.rule == "rule.bye"
    assert stage.call.ended == "agent_hung_up"
    assert stage.mind.briefs == []


def test_advice_of_system_2_is_followed_once_it_was_said() -> None:
    policy = bot(transfer={"support": "sip:support@example.invalid"})
    stage = Stage(
        policy,
        Answers((Sentence("Let me hand you over."), Advice(Ending.TRANSFER, "support"), Done())),
    )
    stage.says(4.0, "this is too much for me")
    stage.play(20.0)
    assert stage.call.ended == "transferred"
    assert stage.utterances()[-1].heard == "Let me hand you over."
    assert not stage.utterances()[-1].cut


def test_a_clarifying_question_is_its_own_kind() -> None:
    stage = Stage(bot(), Answers((Asked(None), Clarify("Do you mean the bill?"), Done())))
    stage.says(4.0, "the thing is wrong")
    stage.play(10.0)
    assert kinds(stage)[1] is Kind.CLARIFY


def test_digits_are_waited_for_until_they_are_complete() -> None:
    question = Question(AnswerKind.DIGITS, "account", 6)
    asks = (Asked(question), Sentence("What is your account number?"), Done())
    stage = Stage(bot(), Answers(asks, "Thank you."))
    stage.says(4.0, "i have a question")
    end = stage.says(9.0, "one two three")
    end = stage.says(end + 1.3, "four five six")
    stage.play(20.0)
    assert stage.mind.briefs[1].said == "one two three four five six"
    answer = next(one for one in stage.utterances() if one.text == "Thank you.")
    assert answer.start - end < 0.8
    assert [one.to for one in stage.decisions("listen")][:2] == ["digits", None]


def test_a_call_ends_at_its_limit_with_a_farewell() -> None:
    policy = bot(turn_taking={"max_call": 10.0}, noinput=[], farewell="We have to stop here.")
    stage = Stage(policy).play(60.0)
    assert stage.call.ended == "time_out"
    assert stage.utterances()[-1].text == "We have to stop here."


def test_a_talker_who_never_pauses_is_answered_in_the_end() -> None:
    stage = Stage(bot(turn_taking={"maxspeechtimeout": 8.0}))
    stage.says(3.0, " ".join(["and then it broke"] * 20))
    stage.play(40.0)
    reply = next(one for one in stage.utterances() if one.kind is Kind.REPLY)
    assert 11.0 < reply.start < 12.0
    assert stage.first(lambda one: one.do == "take_turn").because.rule == "maxspeechtimeout"


def test_hanging_up_in_mid_answer_ends_the_call_with_what_was_heard() -> None:
    stage = Stage(bot())
    stage.says(4.0, "is my line all right")
    stage.hangs_up(6.8)
    stage.play(20.0)
    assert stage.call.ended == "caller_hung_up"
    last = stage.utterances()[-1]
    assert last.cut
    assert last.text.startswith(last.heard)
    assert 0 < len(last.heard) < len(last.text)


def test_words_revised_before_the_answer_is_audible_are_answered_once() -> None:
    def story() -> Stage:
        stage = Stage(bot(), Answers("About the wrong thing.", "About the right thing."), think=0.0)
        stage.says(4.0, "is my line all right")
        return stage

    decided = story().play(10.0).first(lambda one: one.kind is Kind.REPLY).at
    stage = story()
    percepts, _ = speech(4.0, "is my bill all right", 0)
    final = percepts[-1]
    assert isinstance(final, Heard)
    stage.script.add(replace(final, at=decided + 0.01))
    stage.play(12.0)
    assert [brief.said for brief in stage.mind.briefs] == [
        "is my line all right",
        "is my bill all right",
    ]
    said = [one.heard for one in stage.utterances() if one.kind is Kind.REPLY]
    assert said == ["About the right thing."]


def test_every_pause_that_the_caller_ended_by_going_on_is_learnt() -> None:
    stage = Stage(bot())
    end = stage.says(4.0, "i would like to know about the")
    end = stage.says(end + 1.4, "price of the")
    stage.says(end + 1.4, "line")
    before = stage.call._system1.scene.pauses[AnswerKind.FREE]
    stage.play(20.0)
    after = stage.call._system1.scene.pauses[AnswerKind.FREE]
    assert (before.count, after.count) == (0, 2)
    assert after.mu > before.mu
