"""The plan as System 1 reads it: reminding, and going back to what was left."""

from __future__ import annotations

from typing import Any

from policies.policy import Policy
from system1.acts import Kind
from system1.plan import Plan, plan_of
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import Asked, Done, Planned, Progress, Sentence
from tests.stage import Answers, Stage, bot

TASK = {
    "id": "outage",
    "when": {"says": ["no internet"]},
    "collect": [
        {"slot": "postcode", "ask": "What is your postcode?"},
        {"slot": "name", "ask": "And your name?", "type": "name"},
    ],
    "then": {"say": "Done, {name}."},
}
STATE = TaskState("outage", (Slot("postcode"), Slot("name")), "postcode")
ASKS = Question(AnswerKind.FREE, "postcode")
NOINPUT = [
    {"count": 1, "after": 7, "say": "Are you still there?"},
    {"count": 2, "after": 7, "say": "Take your time."},
    {"count": 3, "after": 7, "say": "Goodbye.", "do": "hang_up"},
]
BEGINS = (Progress(STATE), Asked(ASKS), Sentence("What is your postcode?"), Done())
ASIDE = (Asked(None), Sentence("We are open until six."), Done())


def policy(**changes: Any) -> Policy:
    return bot(**{"tasks": [TASK], "noinput": NOINPUT, "fillers": []} | changes)


def lines(stage: Stage, kind: Kind) -> list[str]:
    return [one.text for one in stage.utterances() if one.kind is kind]


def test_the_task_under_way_is_the_plan() -> None:
    assert plan_of(policy(), None, STATE) == Plan(
        "outage", "What is your postcode?", ("postcode", "name")
    )


def test_without_a_task_it_is_what_the_mind_says() -> None:
    own = Plan("move house", "When do you move?")
    assert plan_of(policy(), own, None) == own
    assert plan_of(policy(), own, TaskState("outage")) == own
    assert plan_of(policy(), None, None) is None


def test_the_second_check_in_asks_the_open_question_again() -> None:
    stage = Stage(policy(), Answers(BEGINS))
    stage.says(4.0, "i have no internet")
    stage.play(40.0)
    assert lines(stage, Kind.CHECK_IN) == [
        "Are you still there?",
        "Take your time. What is your postcode?",
    ]
    assert lines(stage, Kind.FAREWELL) == ["Goodbye."]


def test_reminding_can_be_switched_off() -> None:
    stage = Stage(policy(initiative={"remind": 0}), Answers(BEGINS))
    stage.says(4.0, "i have no internet")
    stage.play(40.0)
    assert lines(stage, Kind.CHECK_IN)[1] == "Take your time."


def test_nobody_is_reminded_of_what_was_not_asked() -> None:
    stage = Stage(policy(), Answers(ASIDE))
    stage.says(4.0, "when do you close")
    stage.play(40.0)
    assert lines(stage, Kind.CHECK_IN) == ["Are you still there?", "Take your time."]


def test_a_task_that_was_left_is_taken_up_again() -> None:
    stage = Stage(policy(), Answers(BEGINS, ASIDE))
    end = stage.says(4.0, "i have no internet")
    stage.says(end + 4.0, "when do you close")
    stage.play(21.0)
    assert lines(stage, Kind.REPLY) == [
        "What is your postcode?",
        "We are open until six.",
        "What is your postcode?",
    ]
    [resumed] = [one for one in stage.utterances() if one.because.rule == "resume"]
    before = stage.utterances()[-2]
    assert 3.9 < resumed.start - before.end < 4.2
    assert stage.call._system1.scene.memory.question == ASKS


def test_a_plan_of_the_minds_own_is_taken_up_too() -> None:
    plan = Plan("move house", "When do you move?", ("date",))
    stage = Stage(policy(), Answers((Planned(plan), *ASIDE)))
    stage.says(4.0, "when do you close")
    stage.play(14.0)
    assert lines(stage, Kind.REPLY)[-1] == "When do you move?"
    assert stage.call._system1.scene.memory.plan == Plan("move house", None, ("date",))


def test_the_step_of_a_plan_that_the_mind_forgets_is_said_once() -> None:
    plan = Plan("move house", "When do you move?")
    stage = Stage(policy(), Answers((Planned(plan), *ASIDE), ASIDE))
    stage.says(4.0, "when do you close")
    stage.says(15.0, "in june and where are you")
    stage.play(26.0)
    assert lines(stage, Kind.REPLY).count("When do you move?") == 1
    assert stage.call._system1.scene.memory.plan == Plan("move house")


def test_a_caller_who_asked_for_time_is_not_hurried() -> None:
    holding = (Asked(None), Sentence("Take your time."), Done())
    stage = Stage(policy(), Answers(BEGINS, holding))
    end = stage.says(4.0, "i have no internet")
    stage.says(end + 4.0, "hold on please")
    stage.play(20.0)
    assert all(one.because.rule != "resume" for one in stage.utterances())
