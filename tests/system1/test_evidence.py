"""The evidence at a pause's onset: words against the question, models, the voice; never silence."""

from __future__ import annotations

import math

import pytest

from policies import load_policy
from policies.evidence import Weight
from policies.policy import Policy
from system1.evidence import judged, weigh
from system1.mind import System1
from system1.perception import perceive
from system1.percepts import (
    Completion,
    Contour,
    EndOfTurn,
    Heard,
    SpeechStarted,
    SpeechStopped,
    Word,
)
from system1.questions import AnswerKind, Question
from system1.scene import Scene
from tests.stage import bot, on_stage

BROADBAND = on_stage(load_policy("broadband"))
PARCEL = on_stage(load_policy("parcel-zh"))
POSTCODE = Question(AnswerKind.SPELLING, "postcode", least=5, most=8)
FIVE = Question(AnswerKind.SPELLING, "zip", least=5, most=5)
DAY = Question(AnswerKind.DATE, "day")
YES_NO = Question(AnswerKind.YES_NO)


def paused(text: str, question: Question | None = None, policy: Policy = BROADBAND) -> Scene:
    """Just after the caller has said this and stopped at 2 s."""
    scene = System1(policy).scene
    scene.memory.question = question
    words = list(text) if policy is PARCEL else text.split()
    perceive(scene, SpeechStarted(0.1, 0.0))
    perceive(scene, heard(*words, at=2.1))
    perceive(scene, SpeechStopped(2.2, 2.0))
    return scene


def heard(*words: str, at: float, final: bool = False) -> Heard:
    step = 2.0 / max(len(words), 1)
    spoken = tuple(Word(one, n * step, (n + 1) * step) for n, one in enumerate(words))
    return Heard(at, 0, spoken, final)


def pi(text: str, question: Question | None = None, policy: Policy = BROADBAND) -> float:
    return weigh(paused(text, question, policy)).pi


def names(scene: Scene) -> dict[str, float]:
    return dict(weigh(scene).values)


@pytest.mark.parametrize(
    ("unfinished", "finished"),
    [
        ("my internet connection", "my internet connection is down"),
        ("i would like to", "i would like to cancel my contract"),
        ("if i cancel my contract", "can i cancel my contract"),
        ("because it is red", "it is red"),
        ("the bill is um", "the bill is wrong"),
    ],
)
def test_an_unfinished_clause_is_waited_for(unfinished: str, finished: str) -> None:
    assert pi(unfinished) < 0.8 < pi(finished)
    assert pi(unfinished) < pi(finished) - 0.1


def test_a_subordinate_clause_wants_its_main_clause() -> None:
    assert "subordinate" in names(paused("if i cancel my contract"))
    assert "subordinate" not in names(paused("when will it be fixed"))
    assert "subordinate" not in names(paused("if i cancel my contract do i pay a fee"))


def test_a_postcode_counts_against_the_slots_pattern() -> None:
    said = ["k t", "k t two", "k t two one a", "k t two one a a", "k t two one a a b b"]
    found = [pi(one, POSTCODE) for one in said]
    assert found == sorted(found)
    assert found[1] < 0.1
    assert 0.4 < found[2] < 0.55
    assert found[3] > 0.7
    assert found[4] > 0.95


def test_a_pattern_of_one_length_is_whole_or_is_not() -> None:
    assert pi("one two three four", FIVE) < 0.1
    assert pi("one two three four five", FIVE) > 0.95
    assert pi("one double three four five", FIVE) > 0.95


def test_spelled_words_and_other_words_are_told_apart() -> None:
    assert names(paused("alpha bravo one", POSTCODE)) == {
        "prior": 1.0,
        "spelling_asked": 1.0,
        "too_few_digits": 1.0,
    }
    assert "too_few_digits" not in names(paused("i do not know it i am afraid", POSTCODE))


@pytest.mark.parametrize(
    ("begun", "whole"),
    [("the third", "the third of may"), ("next", "next tuesday"), ("may", "may the third")],
)
def test_dates_have_their_own_ends(begun: str, whole: str) -> None:
    assert pi(begun, DAY) < 0.5 < 0.9 < pi(whole, DAY)


def test_a_yes_that_goes_on_is_no_answer_yet() -> None:
    assert pi("yes", YES_NO) > 0.9
    assert pi("yes it is", YES_NO) > 0.9
    assert pi("yes but the", YES_NO) < 0.4


@pytest.mark.parametrize(
    ("unfinished", "finished"),
    [
        ("因为", "因为下雨了"),
        ("我想把", "我想退货"),
        ("我的包裹的", "我的包裹到了吗"),
        ("我要三个", "我要退货"),
        ("如果我取消", "怎么取消呢"),
    ],
)
def test_chinese_clauses(unfinished: str, finished: str) -> None:
    assert pi(unfinished, policy=PARCEL) < pi(finished, policy=PARCEL) - 0.1


def test_chinese_marks_its_ends() -> None:
    assert "final_particle" in names(paused("包裹到了吗", policy=PARCEL))
    assert "final_le" in names(paused("包裹到了", policy=PARCEL))
    assert "ends_in_measure" in names(paused("我要三个", policy=PARCEL))
    assert "date_whole" in names(paused("三月五号", DAY, PARCEL))
    assert "date_begun" in names(paused("三月", DAY, PARCEL))


def test_each_horizon_is_a_feature_of_its_own() -> None:
    scene = paused("the light on the router")
    perceive(scene, EndOfTurn(2.24, ((0.5, 0.9), (1.1, 0.8), (2.0, 0.7), (9.0, 0.4))))
    found = names(scene)
    assert found["semantic_vad_0.5"] == pytest.approx(math.log(9))
    assert found["semantic_vad_1.0"] == pytest.approx(math.log(4))
    assert found["semantic_vad_3.0"] == pytest.approx(math.log(2 / 3))


def test_silence_alone_never_moves_pi() -> None:
    scene = paused("the light on the router")
    perceive(scene, EndOfTurn(2.24, ((2.0, 0.3),)))
    perceive(scene, Completion(2.25, "smart_turn", 0.4, 2.0))
    first = weigh(scene)
    for step in range(20):
        at = 2.3 + 0.08 * step
        perceive(scene, EndOfTurn(at, ((2.0, 0.4 + 0.03 * step),)))
        perceive(scene, Completion(at, "smart_turn", 0.4 + 0.03 * step, 2.0))
    perceive(scene, heard(*"the light on the router".split(), at=3.9, final=True))
    perceive(scene, EndOfTurn(4.0, ((2.0, 0.99),)))
    assert weigh(scene) == first


def test_the_report_at_the_onset_counts_though_the_pause_was_known_later() -> None:
    scene = System1(BROADBAND).scene
    perceive(scene, SpeechStarted(0.1, 0.0))
    for at, probability in ((1.92, 0.01), (2.0, 0.3), (2.08, 0.6), (2.16, 0.9)):
        perceive(scene, EndOfTurn(at, ((2.0, probability),)))
    perceive(scene, SpeechStopped(2.2, 2.0))
    assert names(scene)["semantic_vad_2.0"] == pytest.approx(math.log(3 / 7))


def test_what_was_reported_without_the_last_word_does_not_count() -> None:
    scene = System1(BROADBAND).scene
    perceive(scene, SpeechStarted(0.1, 0.0))
    perceive(scene, heard(*"the light on the".split(), at=1.8))
    # A recogniser half a second behind: at the pause's onset its model is amid the last word.
    perceive(scene, EndOfTurn(2.08, ((2.0, 0.01),)))
    perceive(scene, heard(*"the light on the router".split(), at=2.16))
    perceive(scene, EndOfTurn(2.16, ((2.0, 0.8),)))
    perceive(scene, SpeechStopped(2.2, 2.0))
    assert names(scene)["semantic_vad_2.0"] == pytest.approx(math.log(4))
    perceive(scene, EndOfTurn(2.24, ((2.0, 0.99),)))
    assert names(scene)["semantic_vad_2.0"] == pytest.approx(math.log(4))


def test_new_words_renew_what_the_models_say() -> None:
    scene = paused("the light on the")
    perceive(scene, EndOfTurn(2.24, ((2.0, 0.3),)))
    perceive(scene, Completion(2.25, "smart_turn", 0.3, 2.0))
    perceive(scene, heard(*"the light on the router".split(), at=2.4))
    assert names(scene)["semantic_vad_2.0"] < 0
    perceive(scene, EndOfTurn(2.48, ((2.0, 0.8),)))
    perceive(scene, Completion(2.5, "smart_turn", 0.9, 2.0))
    perceive(scene, EndOfTurn(2.56, ((2.0, 0.1),)))
    found = names(scene)
    assert found["semantic_vad_2.0"] == pytest.approx(math.log(4))
    assert found["smart_turn"] == pytest.approx(math.log(9))


def test_new_speech_forgets_them_and_what_comes_late_is_not_of_it() -> None:
    scene = paused("the light on the")
    perceive(scene, EndOfTurn(2.24, ((2.0, 0.3),)))
    perceive(scene, Contour(2.24, 2.0, 3.0, -3.0, 1.2, -1.0, 0.3))
    perceive(scene, SpeechStarted(3.1, 3.0))
    perceive(scene, Completion(3.2, "smart_turn", 0.9, 2.0))
    assert {"semantic_vad_2.0", "smart_turn", "final_fall"}.isdisjoint(names(scene))


def contour(**told: float) -> Contour:
    usual = {"fall_st": 0.0, "height_st": 0.0, "lengthening": 1.0, "level_db": 0.0}
    return Contour(2.2, 2.0, **(usual | {"voiced_s": 0.3} | told))


def voiced(text: str = "the light on the router", **told: float) -> float:
    scene = paused(text)
    perceive(scene, contour(**told))
    return weigh(scene).pi


def test_the_voice_leans_as_the_literature_says() -> None:
    held = voiced()
    assert voiced(fall_st=4.0, height_st=-4.0, level_db=-3.0) > voiced(fall_st=4.0) > held
    asked = "is it the light on the router"
    assert voiced(asked, fall_st=-4.0) > voiced(asked)
    assert voiced(lengthening=2.0) < held
    without = weigh(paused("the light on the router")).pi
    assert held < without
    assert voiced(voiced_s=0.05) == without


@pytest.mark.parametrize("field", ["fall_st", "height_st", "lengthening", "level_db", "voiced_s"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_no_evidence(field: str, value: float) -> None:
    assert math.isfinite(voiced("the light on the router", **{field: value}))


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, 1.0])
def test_models_that_are_broken_or_sure(value: float) -> None:
    scene = paused("the light on the router")
    perceive(scene, EndOfTurn(2.24, ((2.0, value), (math.nan, 0.5), (0.0, 0.5))))
    perceive(scene, Completion(2.25, "smart_turn", value, 2.0))
    assert 0.0 < weigh(scene).pi < 1.0


def test_features_are_values_times_weights_and_other_weights_may_be_handed_in() -> None:
    scene = paused("the light on the router")
    seen = weigh(scene)
    shipped = BROADBAND.turn_taking.endpointing.weights
    assert dict(seen.features) == {
        name: shipped.of(name) * value for name, value in seen.values if shipped.of(name) * value
    }
    assert seen.pi == pytest.approx(1 / (1 + math.exp(-sum(w for _, w in seen.features))))
    bolder = shipped.having([Weight("prior", 3.0)])
    assert weigh(scene, bolder).pi > seen.pi
    assert judged(seen.values, bolder) == weigh(scene, bolder)


def test_what_the_policy_listens_for_ends_sentences() -> None:
    heard_by = bot(rules=[{"id": "x", "when": {"says": ["frobnicate gadget"]}, "say": "Yes."}])
    found = names(paused("please frobnicate gadget", policy=heard_by))
    assert found["ends_here"] > 0
    assert "ends_here" not in names(paused("please frobnicate gadget"))
