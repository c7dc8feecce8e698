"""Stories of an adviser: when it is asked, what it may move, and that nothing waits for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

import pytest

from agent.advising import Advising
from agent.journal import to_json
from agent.records import Decision, PerceptSeen
from agent.replay import compare, redecide
from policies.policy import Policy
from system1.acts import Consult
from system1.advice import counts, interrupts_after
from system1.consultation import ADVISER, Matter
from system1.counsel import Counsel
from system1.evidence import weigh
from system1.mind import System1
from system1.percepts import (
    CallStarted,
    Completion,
    Heard,
    Judged,
    Percept,
    SpeechStarted,
    SpeechStopped,
    Tick,
    Unadvised,
    Word,
)
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.advisers import TERMS, Broken, Mute, Rules, advising
from tests.stage import Answers, Stage, bot

LONG = "Most faults are fixed within four hours, and we send you a message when it is done."
DANGLING = "i would like to know about the"
FRAGMENT = "the blue one"


def advised(**changes: Any) -> Policy:
    return bot(adviser=TERMS | changes)


def story(
    adviser: Advising | None, *lines: tuple[float, str], policy: Policy | None = None
) -> Stage:
    """A call of these lines; the agent's answer to the first is long."""
    stage = Stage(policy or advised(), Answers(LONG, "I see."), advising=adviser)
    for at, text in lines:
        stage.says(at, text)
    return stage.play(20.0)


def always(chance: float) -> Callable[[Consult], float]:
    return lambda consult: chance


def consulted(stage: Stage) -> list[tuple[str, object]]:
    return [
        (one.because.rule, dict(one.because.evidence)["words"])
        for one in stage.decisions("consult")
    ]


def test_it_is_asked_once_when_a_pause_begins_and_told_what_was_said() -> None:
    adviser = Rules(always(0.5))
    story(advising(adviser), (4.0, DANGLING))
    asked = adviser.asked[0]
    assert len(adviser.asked) == 1
    assert asked.about is Matter.DONE
    assert (asked.moment.caller, asked.moment.agent) == (DANGLING, "Hello, this is Anna.")
    assert (asked.moment.asked, asked.moment.language) == ("free", "en")
    assert asked.moment.since == pytest.approx(6.1)


def test_a_sure_adviser_takes_the_floor_sooner() -> None:
    slow = story(None, (4.0, DANGLING), policy=bot()).first(lambda one: one.do == "take_turn")
    stage = story(advising(Rules(always(0.98))), (4.0, DANGLING))
    taken = stage.first(lambda one: one.do == "take_turn")
    assert taken.at < slow.at - 1.0
    assert "w.adviser" in dict(taken.because.evidence)
    heeded = stage.first(lambda one: one.do == "heed")
    assert (heeded.because.rule, heeded.at, heeded.to) == ("adviser.sooner", taken.at, 1)


@pytest.mark.parametrize(("weight", "share"), [(1.0, 1.0), (0.5, 0.5), (0.0, 0.0)])
def test_the_policy_alone_says_what_its_word_weighs(weight: float, share: float) -> None:
    system1 = System1(advised(weight=weight))
    run(system1, pause("i want the"))
    without = weigh(system1.scene)
    run(system1, [Completion(5.65, ADVISER, 0.9, 5.4)])
    added = weigh(system1.scene).features[len(without.features) :]
    assert added == ((("adviser", pytest.approx(share * math.log(9))),) if share else ())


def test_an_adviser_that_expects_more_holds_the_floor_back() -> None:
    plain = story(None, (4.0, FRAGMENT), policy=bot()).first(lambda one: one.do == "take_turn")
    stage = story(advising(Rules(always(0.02))), (4.0, FRAGMENT))
    heeded = stage.first(lambda one: one.do == "heed")
    assert heeded.because.rule == "adviser.holds"
    assert heeded.at == pytest.approx(plain.at)
    taken = stage.first(lambda one: one.do == "take_turn")
    assert taken.at > plain.at + 0.5
    longest = stage.call.policy.turn_taking.endpointing.max_silence
    silence = dict(taken.because.evidence)["silence_s"]
    assert isinstance(silence, float)
    assert silence <= longest + 0.01, "no adviser keeps the caller waiting longer than that"


def test_an_adviser_that_changes_nothing_is_not_credited() -> None:
    stage = story(advising(Rules(always(0.5))), (4.0, DANGLING))
    assert stage.decisions("heed") == []


def test_new_words_in_the_same_pause_are_asked_about_anew() -> None:
    policy = advised(questions=["done"])
    system1 = System1(policy)
    acts = run(system1, pause("i want the"))
    assert [one.moment.caller for one in acts] == ["i want the"]
    said = tuple(
        Word(word, 5.0 + n / 10, 5.1 + n / 10) for n, word in enumerate("i want the a".split())
    )
    first = Completion(5.65, ADVISER, 0.9, 5.4)
    run(system1, [first])
    assert system1.scene.caller.completion == {ADVISER: 0.9}
    again = run(system1, [Heard(5.66, 0, said, True)])
    assert [(one.consult, one.moment.caller) for one in again] == [(2, "i want the a")]
    assert system1.scene.caller.completion == {}, "it spoke of fewer words"
    assert run(system1, [Tick(5.7), Heard(5.71, 0, said, True)]) == []


@pytest.mark.parametrize(
    ("percept", "counted"),
    [
        (Completion(5.7, ADVISER, 0.9, 5.4), True),
        (Completion(5.7, ADVISER, 0.9, 3.0), False),
        (Completion(5.7, ADVISER, 0.9, math.nan), False),
    ],
)
def test_only_an_answer_about_this_pause_counts(percept: Completion, counted: bool) -> None:
    system1 = System1(advised())
    run(system1, pause("i want the"))
    assert counts(system1.scene, percept) is counted
    run(system1, [percept])
    assert (ADVISER in system1.scene.caller.completion) is counted


def test_an_answer_for_a_pause_that_is_over_is_dropped() -> None:
    system1 = System1(advised())
    run(system1, pause("i want the"))
    run(system1, [SpeechStarted(5.7, 5.65), Completion(5.72, ADVISER, 0.99, 5.4)])
    assert system1.scene.caller.completion == {}
    run(system1, [SpeechStopped(6.4, 6.2)])
    assert system1.scene.caller.completion == {}


@pytest.mark.parametrize(
    ("probabilities", "moved"),
    [
        ((("interrupts", 1.0),), 0.3),
        ((("interrupts", 0.75),), 0.5),
        ((("interrupts", 0.5),), 0.7),
        ((("interrupts", 0.25),), 1.05),
        ((("interrupts", 0.0),), 1.4),
        ((("interrupts", math.nan),), 0.7),
        ((("interrupts", 7.0),), 0.7),
        ((), 0.7),
    ],
)
def test_what_an_answer_about_an_overlap_moves(
    probabilities: tuple[tuple[str, float], ...], moved: float
) -> None:
    scene = System1(advised()).scene
    scene.caller.over_since = 7.0
    scene.counsel = Counsel().asking(Matter.OVERLAP, 7.0, "").judged(1, probabilities)
    assert interrupts_after(scene, 0.7)[0] == pytest.approx(moved)
    assert interrupts_after(scene, 0.3) == (0.3, ()), "what interrupts at once still does"
    assert interrupts_after(scene, math.inf) == (math.inf, ())
    scene.caller.over_since = 9.0
    assert interrupts_after(scene, 0.7) == (0.7, ()), "that was another overlap"


def test_a_weight_of_nothing_moves_nothing() -> None:
    scene = System1(advised(weight=0)).scene
    scene.caller.over_since = 7.0
    scene.counsel = Counsel().asking(Matter.OVERLAP, 7.0, "").judged(1, (("interrupts", 1.0),))
    assert interrupts_after(scene, 0.7)[0] == 0.7


def test_an_answer_to_an_earlier_question_about_an_overlap_is_dropped() -> None:
    counsel = Counsel().asking(Matter.OVERLAP, 7.0, "the").asking(Matter.OVERLAP, 7.0, "the blue")
    assert counsel.judged(1, (("interrupts", 1.0),)).interrupts is None
    assert counsel.judged(2, (("interrupts", 1.0),)).interrupts == 1.0


def test_undecided_speech_over_the_agent_is_asked_about_and_judged_sooner() -> None:
    lines = ((4.0, "when is it fixed"), (7.0, FRAGMENT))
    plain = story(None, *lines, policy=bot()).first(lambda one: one.do == "stop")
    adviser = Rules(always(0.98))
    stage = story(advising(adviser), *lines)
    stop = stage.first(lambda one: one.do == "stop")
    assert stop.at < plain.at - 0.1
    assert dict(stop.because.evidence)[ADVISER] == 0.98
    overlap = next(one for one in adviser.asked if one.about is Matter.OVERLAP)
    assert overlap.moment.caller == "the"
    assert overlap.moment.agent != ""
    assert LONG.startswith(overlap.moment.agent)


def test_an_interruption_in_so_many_words_is_never_slowed_down() -> None:
    lines = ((4.0, "when is it fixed"), (7.0, "no wait that is wrong"))
    plain = story(None, *lines, policy=bot()).first(lambda one: one.do == "stop")
    stage = story(advising(Rules(always(0.0))), *lines)
    assert stage.first(lambda one: one.do == "stop") == plain


def lines_without_advice(stage: Stage) -> list[dict[str, object]]:
    """The journal without what only says that an adviser was asked."""
    return [
        to_json(one)
        for one in stage.records
        if not (isinstance(one, Decision) and one.do == "consult")
        and not (isinstance(one, PerceptSeen) and isinstance(one.percept, Unadvised))
    ]


CALL = (
    (4.0, DANGLING),
    (7.4, "price of the line"),
    (11.0, FRAGMENT),
    (13.0, "uh-huh"),
    (15.0, "no wait that is wrong"),
)


@pytest.mark.parametrize("adviser", [Mute(), Broken(), Broken(RuntimeError("a bug of its own"))])
def test_a_call_is_the_same_with_an_adviser_that_never_answers(
    adviser: Rules, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = story(advising(adviser), *CALL)
    assert adviser.asked
    assert lines_without_advice(stage) == lines_without_advice(story(None, *CALL, policy=bot()))
    logged = capsys.readouterr().err
    assert logged.count("adviser.no_answer") == 1, "once a call"
    assert not any(word in logged for word in ("price", "blue", "wrong"))


def test_an_answer_after_the_deadline_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    stage = story(advising(Rules(always(0.98)), takes_s=0.2, deadline_s=0.15), *CALL)
    assert lines_without_advice(stage) == lines_without_advice(story(None, *CALL, policy=bot()))
    late = [one.percept for one in stage.records if isinstance(one, PerceptSeen)]
    asked = stage.first(lambda one: one.do == "consult").at
    assert Unadvised(round(asked + 0.15, 4), 1, "late") in late


def test_an_adviser_that_fails_too_often_is_asked_no_more() -> None:
    adviser = Broken()
    stage = story(advising(adviser), *CALL, policy=advised(failures=2))
    assert len(stage.decisions("consult")) == len(adviser.asked) == 2


def test_an_answer_between_two_failures_starts_the_count_anew() -> None:
    counsel = Counsel().unanswered().unanswered()
    assert counsel.failures == 2
    assert counsel.judged(9, ()).failures == 0
    system1 = System1(advised())
    run(system1, pause("i want the"))
    run(system1, [Unadvised(5.7, 1, "failed")])
    assert system1.scene.counsel.failures == 1
    run(system1, [Completion(5.72, ADVISER, 0.5, 5.4)])
    assert system1.scene.counsel.failures == 0


@pytest.mark.parametrize("questions", [["done"], ["overlap"]])
def test_only_what_the_policy_lists_is_asked(questions: list[str]) -> None:
    adviser = Rules(always(0.5))
    story(advising(adviser), *CALL, policy=advised(questions=questions))
    assert {one.about.value for one in adviser.asked} == set(questions)


def test_a_policy_without_an_adviser_asks_nothing() -> None:
    assert consulted(story(advising(Rules(always(0.9))), *CALL, policy=bot())) == []


def test_nothing_is_asked_where_nothing_was_understood() -> None:
    stage = Stage(advised(), advising=advising(Rules(always(0.9))))
    stage.makes_noise(4.0, 1.2)
    assert consulted(stage.play(9.0)) == []


def test_the_percepts_alone_give_the_same_decisions_without_any_adviser() -> None:
    stage = story(advising(Rules(lambda c: 0.9 if len(c.moment.caller) % 2 else 0.1)), *CALL)
    assert consulted(stage)
    assert compare(stage.decisions(), redecide(stage.records, stage.call.policy)) == []


def test_two_runs_are_the_same() -> None:
    def told() -> list[dict[str, object]]:
        return [to_json(one) for one in story(advising(Rules(always(0.8))), *CALL).records]

    assert told() == told()


def test_a_masked_answer_leaves_the_house_as_so_many_words() -> None:
    asks = (Asked(Question(AnswerKind.FREE, "name")), Sentence("What is your name?"), Done())
    adviser = Rules(always(0.5))
    policy = bot(adviser=TERMS, privacy={"mask": ["name"]})
    stage = Stage(policy, Answers(asks, "I see, Mr Smith."), advising=advising(adviser))
    stage.says(4.0, "book a visit")
    stage.says(8.0, "um jonathan smith and")
    stage.play(9.6)
    assert [one.moment.caller for one in adviser.asked] == ["book a visit", "um # # and"]
    assert adviser.asked[1].moment.agent == "what is your name"
    decided = [dict(one.because.evidence)["words"] for one in stage.decisions("consult")]
    assert decided[1] == "um # # and"


def test_the_adviser_is_let_go_with_the_call() -> None:
    adviser = Rules(always(0.5))
    stage = story(advising(adviser), (4.0, DANGLING))
    asyncio.run(stage.call.close())
    assert adviser.closed


def pause(text: str) -> list[Percept]:
    """The caller says ``text`` from 5.0 s on and pauses at 5.4 s."""
    words = tuple(Word(word, 5.0 + n / 10, 5.1 + n / 10) for n, word in enumerate(text.split()))
    return [
        CallStarted(0.0),
        SpeechStarted(5.08, 5.0),
        Heard(5.3, 0, words, False),
        SpeechStopped(5.6, 5.4),
    ]


def run(system1: System1, percepts: list[Percept]) -> list[Consult]:
    """What the adviser is asked on these percepts; the greeting is left out."""
    system1.scene.agent.greeted = True
    outputs = [one for percept in percepts for one in system1.step(percept)]
    return [one for one in outputs if isinstance(one, Consult)]


def test_judged_is_told_apart_from_an_end_of_turn() -> None:
    system1 = System1(advised())
    run(system1, [*pause("i want the"), Judged(5.7, 1, Matter.OVERLAP, (("interrupts", 0.9),))])
    assert system1.scene.counsel.interrupts is None
