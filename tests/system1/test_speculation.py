"""Thinking ahead, as stories: what is kept, what is dropped, what it never says."""

from __future__ import annotations

from typing import Any

import pytest

from agent.records import ThinkDone
from agent.replay import compare, redecide
from policies.policy import Policy
from system1.acts import Kind
from system1.reflexes.speculation import FIRST
from system1.thoughts import Done, NotUnderstood, Sentence, Unready
from tests.stage import Answers, Stage, bot

WAITS = {"min_silence": 0.8}
"""So long the turn is waited out: the time that thinking ahead may use."""


def eager(**changes: Any) -> Policy:
    """A policy that thinks ahead at once and says no fillers."""
    numbers = {"above": 0.02} | changes.pop("speculation", {})
    turn_taking = {"speculation": numbers, "endpointing": WAITS}
    return bot(**{"fillers": [], "turn_taking": turn_taking} | changes)


def thinks(stage: Stage) -> list[ThinkDone]:
    return [one for one in stage.records if isinstance(one, ThinkDone)]


def onset(stage: Stage, kind: Kind = Kind.REPLY) -> float:
    return next(one.start for one in stage.utterances() if one.kind is kind)


def test_the_answer_is_begun_in_the_pause_and_said_when_the_turn_is_over() -> None:
    later, ahead = (
        Stage(bot(fillers=[], turn_taking={"endpointing": WAITS}), think=1.0),
        Stage(eager(), think=1.0),
    )
    for stage in (later, ahead):
        end = stage.says(4.0, "is my line all right")
        stage.play(20.0)
    assert onset(ahead) < onset(later) - 0.25
    taken = ahead.first(lambda one: one.do == "take_turn")
    assert onset(ahead) > taken.at, "nothing is said before the turn is over"
    assert thinks(ahead)[0].started < taken.at
    [record] = thinks(ahead)
    assert (record.speculative, record.outcome) == (True, "answered")
    assert ahead.mind.briefs[0].speculative
    assert ahead.mind.briefs[0].turns[-1].text == "is my line all right"
    assert ahead.first(lambda one: one.do == "take_up").because.rule == "thought_ahead"
    assert end < thinks(ahead)[0].started < end + 0.35


def test_who_goes_on_is_answered_on_the_whole() -> None:
    stage = Stage(eager(), Answers("About the wrong thing.", "About the right thing."), think=0.1)
    end = stage.says(4.0, "i would like to know about the")
    stage.says(end + 1.0, "price of the line")
    stage.play(20.0)
    assert [one.text for one in stage.utterances() if one.kind is Kind.REPLY] == [
        "About the right thing."
    ]
    first, second = thinks(stage)
    assert (first.speculative, first.outcome) == (True, "abandoned")
    assert second.outcome == "answered"


def test_while_no_answer_is_there_nothing_is_lost_by_listening() -> None:
    def taken(hold: float) -> float:
        numbers = {"above": 0.02, "hold": hold}
        stage = Stage(bot(fillers=[], turn_taking={"speculation": numbers}), think=2.0)
        end = stage.says(4.0, "is my line all right")
        stage.play(20.0)
        assert onset(stage) == pytest.approx(thinks(stage)[0].started + 2.0, abs=0.05)
        return stage.first(lambda one: one.do == "take_turn").at - end

    assert taken(0.0) < 0.4
    assert taken(0.8) == pytest.approx(0.8, abs=0.02)


def test_who_goes_on_meanwhile_has_not_been_cut_in_on() -> None:
    stage = Stage(bot(fillers=[], turn_taking={"speculation": {"above": 0.02}}), think=2.0)
    end = stage.says(4.0, "is my line all right")
    stage.says(end + 0.7, "since this morning")
    stage.play(20.0)
    assert len(stage.decisions("take_turn")) == 1
    assert stage.decisions("reopen_turn") == []


def test_a_please_does_not_make_it_think_again() -> None:
    stage = Stage(eager(), think=1.5)
    end = stage.says(4.0, "is my line all right")
    stage.says(end + 0.35, "please")
    stage.play(20.0)
    assert len(stage.mind.briefs) == 1
    assert [one.outcome for one in thinks(stage)] == ["answered"]


def test_what_a_rule_answers_is_not_thought_about() -> None:
    bye = {"id": "bye", "when": {"says": ["goodbye"]}, "say": "Goodbye.", "do": "hang_up"}
    stage = Stage(eager(rules=[bye]))
    stage.says(4.0, "goodbye")
    stage.play(20.0)
    assert stage.mind.briefs == []


def test_a_turn_that_nobody_understood_is_not_asked_about_twice() -> None:
    puzzled = (NotUnderstood("no"), Done())
    stage = Stage(eager(), Answers(puzzled))
    stage.says(4.0, "colourless green ideas")
    stage.play(10.0)
    assert len(stage.mind.briefs) == 1
    assert [one.kind for one in stage.utterances()] == [Kind.GREETING, Kind.REPAIR]


def test_what_has_effects_is_thought_of_again_once_the_turn_is_over() -> None:
    done = (Sentence("It is booked."), Done())
    stage = Stage(eager(), Answers((Unready(), Done()), done))
    stage.says(4.0, "please book it now")
    stage.play(10.0)
    assert [brief.speculative for brief in stage.mind.briefs] == [True, False]
    assert [one.outcome for one in thinks(stage)] == ["abandoned", "answered"]


def test_a_slow_mind_says_so_after_it_was_taken_up() -> None:
    done = (Sentence("It is booked."), Done())
    stage = Stage(eager(), Answers((Unready(), Done()), done), think=1.2)
    stage.says(4.0, "please book it now")
    stage.play(12.0)
    take_up = stage.first(lambda one: one.do == "take_up")
    assert take_up.at < thinks(stage)[0].at, "it has been taken up when it is known"
    assert [brief.speculative for brief in stage.mind.briefs] == [True, False]
    assert [one.text for one in stage.utterances()][1:] == ["It is booked."]


def test_it_stops_after_so_many_tries_in_a_turn() -> None:
    stage = Stage(eager(speculation={"per_turn": 2}), think=3.0)
    at = 4.0
    for words in ("i would like the", "price of the", "line that i saw at the", "shop"):
        at = stage.says(at, words) + 0.9
    stage.play(40.0)
    assert sum(one.speculative for one in thinks(stage)) == 2


def test_waste_is_held_against_it() -> None:
    def ahead(waste: float) -> int:
        stage = Stage(eager(speculation={"waste": waste, "above": 1e-6}), think=1.0)
        at = 4.0
        for _ in range(8):
            at = stage.says(at, "i would like to know about the") + 1.0
            at = stage.says(at, "price of the line") + 9.0
        stage.play(150.0)
        return sum(one.outcome == "abandoned" for one in thinks(stage))

    assert ahead(0.0) <= FIRST < ahead(1.0)


@pytest.mark.parametrize("numbers", [{"above": 1.0}, {"per_turn": 0}])
def test_it_can_be_switched_off(numbers: dict[str, float]) -> None:
    stage = Stage(eager(speculation=numbers))
    stage.says(4.0, "is my line all right")
    stage.play(20.0)
    assert [one.speculative for one in thinks(stage)] == [False]


def test_a_recorded_call_decides_the_same_again() -> None:
    policy = eager()
    stage = Stage(policy, think=0.7)
    end = stage.says(4.0, "i would like to know about the")
    stage.says(end + 1.0, "price of the line")
    stage.play(20.0)
    assert compare(stage.decisions(), redecide(stage.records, policy)) == []


def test_what_was_begun_when_the_caller_leaves_is_on_record() -> None:
    stage = Stage(eager(), think=5.0)
    end = stage.says(4.0, "is my line all right")
    stage.hangs_up(end + 1.5)
    stage.play(20.0)
    assert [one.outcome for one in thinks(stage)] == ["abandoned"]
