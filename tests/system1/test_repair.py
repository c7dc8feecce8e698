"""Stories of answers that were begun too soon: stopped, kept, and said if they still fit."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.records import Decision, PerceptSeen, Utterance
from system1.acts import Kind
from system1.language import language_of
from system1.language.additions import retracts
from system1.mind import System1
from system1.percepts import Heard, Level, SoundEvent, SpeechStarted, SpeechStopped, Word
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.repair import still_fits
from system1.thoughts import (
    Asked,
    Done,
    NotUnderstood,
    Progress,
    Sentence,
    ThoughtContent,
)
from tests.stage import Answers, Stage, bot

LONG = "Most faults are fixed within four hours, and we send you a message when it is done."
ONSET = 5.76
"""When the agent's answer to "when is it fixed", said at 4 s, becomes audible."""


def answering(
    *lines: tuple[float, str], answers: Sequence[Any] = (LONG, "I see."), **policy: Any
) -> Stage:
    """A caller who asks at 4 s and says ``lines`` so many s after the answer's onset."""
    stage = Stage(bot(**policy), Answers(*answers))
    stage.says(4.0, "when is it fixed")
    for after, text in lines:
        stage.says(ONSET + after, text)
    return stage


def replies(stage: Stage) -> list[Utterance]:
    return [one for one in stage.utterances() if one.kind is Kind.REPLY]


def test_the_onset_is_where_the_stories_have_it() -> None:
    assert replies(answering().play(20.0))[0].start == pytest.approx(ONSET, abs=0.005)


def test_an_answer_begun_too_soon_stops_and_is_said_whole_when_the_turn_is_over() -> None:
    stage = answering((0.3, "please thank you")).play(20.0)
    first, second = replies(stage)
    assert first.cut
    assert first.end - (ONSET + 0.3) <= 0.5, "faster than a barge-in"
    assert second.heard == LONG
    assert second.start > ONSET + 0.3 + 2 * 0.3, "said when the caller has finished"
    assert len(stage.mind.briefs) == 1, "no thought is spent on it"
    assert stage.first(lambda one: one.do == "stop").because.rule == "cut_in"
    assert [one.do for one in stage.decisions() if one.do in ("reopen_turn", "take_up")] == [
        "reopen_turn",
        "take_up",
    ]


def test_a_word_that_may_still_become_a_backchannel_is_given_time() -> None:
    """A recogniser's partials on the way to a "right": "for", "around", "right"."""
    stage = answering()
    at = ONSET + 0.3
    stage.script.add(SpeechStarted(at + 0.05, at))
    for after, word in ((0.15, "for"), (0.25, "around"), (0.34, "right")):
        heard = Heard(at + after, 1, (Word(word, at, at + after - 0.05, False),), False)
        stage.script.add(heard)
    stage.script.add(SpeechStopped(at + 0.55, at + 0.4))
    stage.script.add(Heard(at + 0.6, 1, (Word("right", at, at + 0.4),), True))
    assert [one.heard for one in replies(stage.play(20.0))] == [LONG]


@pytest.mark.parametrize("word", ["um", "the"])
def test_what_a_hum_is_heard_as_does_not_stop_it(word: str) -> None:
    stage = answering()
    stage.says(ONSET + 0.3, word, 0.25)
    (answer,) = replies(stage.play(20.0))
    assert answer.heard == LONG


def test_a_laugh_is_no_turn_going_on_whatever_is_read_into_it() -> None:
    stage = answering((0.3, "seven of them"))
    stage.script.add(SoundEvent(ONSET + 0.4, "laugh"))
    assert [one.heard for one in replies(stage.play(20.0))] == [LONG]


def test_what_was_let_pass_is_none_of_the_turn_that_goes_on() -> None:
    """The agent's own echo comes before the words over which it takes its answer back."""
    stage = answering((0.3, "blah"), (0.75, "and what does it cost"))
    for tenth in range(4):
        stage.script.add(Level(ONSET + 0.4 + tenth / 20, -30.0, 5.0, echo=0.95))
    stage.play(20.0)
    assert stage.first(lambda one: one.do == "disregard").because.rule == "bargein.echo"
    assert stage.decisions("reopen_turn")
    assert stage.mind.briefs[-1].said == "when is it fixed and what does it cost"


def test_the_floor_tells_it() -> None:
    stage = answering((0.3, "please thank you")).play(20.0)
    floors = stage.floors()
    at = floors.index("SYSTEM>BOTH_U")
    assert floors[at - 1 : at + 2] == ["FREE_U>SYSTEM", "SYSTEM>BOTH_U", "BOTH_U>USER"]


def test_an_addition_that_asks_for_more_is_thought_of_with_the_whole_turn() -> None:
    stage = answering((0.3, "and what does it cost")).play(20.0)
    assert [brief.said for brief in stage.mind.briefs] == [
        "when is it fixed",
        "when is it fixed and what does it cost",
    ]
    assert [one.heard for one in replies(stage)][-1] == "I see."
    assert not stage.decisions("take_up")
    turns = stage.mind.briefs[1].turns
    said = [turn.text for turn in turns if turn.who == "caller"]
    assert said == ["when is it fixed and what does it cost"], "nothing is in the brief twice"


def test_what_was_heard_of_the_answer_is_remembered_and_no_more() -> None:
    stage = answering((0.7, "and what does it cost")).play(20.0)
    first = replies(stage)[0]
    agent = [turn.text for turn in stage.mind.briefs[1].turns if turn.who == "agent"]
    assert first.heard
    assert agent == ["Hello, this is Anna.", first.heard.strip()]


@pytest.mark.parametrize("word", ["uh-huh", "mm-hm", "right", "okay", "yeah"])
def test_a_backchannel_right_after_the_onset_does_not_stop_it(word: str) -> None:
    stage = answering((0.25, word)).play(20.0)
    (answer,) = replies(stage)
    assert not answer.cut
    assert answer.heard == LONG
    assert "SYSTEM>BOTH_U" in stage.floors()
    assert "BOTH_U>SYSTEM" in stage.floors()


def test_a_cough_right_after_the_onset_does_not_stop_it() -> None:
    stage = answering()
    stage.makes_noise(ONSET + 0.3, 0.4)
    (answer,) = replies(stage.play(20.0))
    assert answer.heard == LONG


def test_a_noise_that_stopped_it_costs_no_thought_and_stops_it_only_once() -> None:
    stage = answering()
    stage.makes_noise(ONSET + 0.3, 0.48)
    stage.play(20.0)
    first, second = replies(stage)
    assert first.cut
    assert second.heard == LONG
    assert len(stage.mind.briefs) == 1

    again = answering()
    again.makes_noise(ONSET + 0.3, 0.48)
    again.makes_noise(second.start + 0.3, 0.48)
    assert [one.cut for one in replies(again.play(20.0))] == [True, False]


def test_a_real_interruption_early_in_a_long_answer_drops_it() -> None:
    for after in (0.5, 1.2):
        stage = answering((after, "no wait that is wrong")).play(20.0)
        assert replies(stage)[0].cut
        assert stage.first(lambda one: one.do == "stop").because.rule == "bargein.words"
        assert [brief.said for brief in stage.mind.briefs][1:] == ["no wait that is wrong"]
        assert [one.heard for one in replies(stage)][-1] == "I see."


def test_speech_after_the_window_is_a_barge_in() -> None:
    stage = answering((0.9, "and what does it cost")).play(20.0)
    assert stage.first(lambda one: one.do == "stop").because.rule == "bargein.words"
    assert stage.mind.briefs[1].said == "and what does it cost"
    assert "SYSTEM>BOTH_S" in stage.floors()


def test_the_window_is_a_field_of_the_policy() -> None:
    narrow = {"cut_in": {"within": 0.2}}
    stage = answering((0.3, "and what does it cost"), turn_taking=narrow).play(20.0)
    assert stage.mind.briefs[1].said == "and what does it cost"


@pytest.mark.parametrize("kind", ["hotword", "off"])
def test_where_speech_does_not_interrupt_nothing_is_repaired(kind: str) -> None:
    bargein = {"type": kind, "hotwords": ["stop"]}
    stage = answering((0.3, "and what does it cost"), turn_taking={"bargein": bargein}).play(20.0)
    assert replies(stage)[0].heard == LONG


def test_a_pause_that_was_taken_for_the_end_is_learnt() -> None:
    stage = answering((0.3, "and what does it cost")).play(9.0)
    assert stage.call._system1.scene.pauses[AnswerKind.FREE].count == 1


def test_sentences_heard_whole_are_not_said_again() -> None:
    answer = (Sentence("Sure."), Sentence("It takes four hours and not a minute more."), Done())
    stage = answering((0.7, "please thank you"), answers=(answer,)).play(20.0)
    first, second = replies(stage)
    assert first.heard.startswith("Sure. ")
    assert second.heard == "It takes four hours and not a minute more."


def test_what_the_answer_asks_and_gets_done_is_true_only_when_it_stands() -> None:
    asked = Question(AnswerKind.DIGITS, "account", 6)
    task = TaskState("billing", (Slot("account"),), "account")
    answer: tuple[ThoughtContent, ...] = (
        Asked(asked),
        Progress(task),
        Sentence("I can help you with your bill at once. What is your account number?"),
        Done(),
    )
    stage = answering((0.3, "please thank you"), answers=(answer,))
    scene = stage.call._system1.scene
    stage.play(ONSET + 0.2)
    assert (scene.memory.question, scene.memory.task) == (asked, task)
    stage = answering((0.3, "please thank you"), answers=(answer,))
    scene = stage.call._system1.scene
    stage.play(ONSET + 0.9)
    assert (scene.memory.question, scene.memory.task) == (None, None)
    stage = answering((0.3, "please thank you"), answers=(answer,)).play(12.0)
    assert stage.call._system1.scene.memory.task == task
    assert [one.to for one in stage.decisions("listen")] == ["digits", None, "digits"]


BYE = {
    "id": "bye",
    "when": {"says": ["goodbye"]},
    "say": "Thank you very much for calling us today. Goodbye.",
    "do": "hang_up",
}


@pytest.mark.parametrize("after", [-0.1, 0.3])
def test_a_rules_line_is_not_lost(after: float) -> None:
    """Withdrawn before it was audible, or stopped: the rule holds for the turn as it becomes."""
    decided = Stage(bot(rules=[BYE]))
    decided.says(4.0, "okay goodbye")
    onset = decided.play(20.0).utterances()[1].start
    stage = Stage(bot(rules=[BYE]))
    stage.says(4.0, "okay goodbye")
    stage.says(onset + after, "and thank you")
    stage.play(20.0)
    farewells = [one for one in stage.utterances() if one.kind is Kind.FAREWELL]
    assert farewells[-1].heard == BYE["say"]
    assert stage.call.ended == "agent_hung_up"
    turns = [one.text for one in stage.decisions("take_turn")]
    assert turns == ["okay goodbye", "okay goodbye and thank you"]


def test_nomatch_is_counted_once_for_a_turn_that_went_on() -> None:
    ladder = [{"count": 1, "say": "Sorry, could you say that again for me?"}]
    stage = answering(
        (0.3, "blah blah"), answers=((NotUnderstood("no"), Done()),), nomatch=ladder
    ).play(9.0)
    assert stage.call._system1.scene.nomatch == 1
    assert len(stage.decisions("reopen_turn")) == 1


def test_an_answer_still_being_thought_of_is_kept_while_it_fits() -> None:
    stage = Stage(bot(fillers=[]), think=1.5)
    end = stage.says(4.0, "is my line all right")
    stage.says(end + 0.6, "please")
    stage.play(20.0)
    assert len(stage.mind.briefs) == 1
    assert not stage.decisions("abandon")
    assert stage.decisions("take_up")
    assert len(replies(stage)) == 1


def test_chinese() -> None:
    chinese = bot(language="zh-CN", greeting="您好。")
    for added, thinks in (("谢 谢 你 啊", 1), ("还 有 多 少 钱", 2)):
        stage = Stage(chinese, Answers("大部分故障在四个小时之内就可以修好。", "好的。"))
        stage.says(4.0, "什 么 时 候 修 好", word_s=0.2)
        onset = Stage(chinese, Answers("大部分故障在四个小时之内就可以修好。"))
        onset.says(4.0, "什 么 时 候 修 好", word_s=0.2)
        start = onset.play(20.0).utterances()[1].start
        stage.says(start + 0.3, added, word_s=0.2)
        stage.play(20.0)
        assert stage.first(lambda one: one.do == "stop").because.rule == "cut_in"
        assert len(stage.mind.briefs) == thinks


FITS = [
    ("when is it fixed", "um when is it fixed uh", True),
    ("when is it fixed", "when is it fixed please", True),
    ("when is it fixed", "when is it fixed thank you very much", True),
    ("when is it fixed", "when is it fixed yeah", True),
    ("when is it fixed", "when is it fixed is it fixed", True),
    ("when is it fixed", "when is it fixed tomorrow", False),
    ("when is it fixed", "when is it wrecked", False),
    ("my number is four two", "my number is four two two", False),
    ("my number is four two", "my number is four two please", True),
    ("", "hello", False),
]


@pytest.mark.parametrize(("before", "after", "fits"), FITS)
def test_what_still_fits(before: str, after: str, fits: bool) -> None:
    scene = System1(bot()).scene
    assert still_fits(scene, before, after) is fits


def test_a_yes_must_remain_one() -> None:
    scene = System1(bot()).scene
    scene.memory.question = Question(AnswerKind.YES_NO, "postcode")
    assert still_fits(scene, "yes", "yes please")
    assert not still_fits(scene, "no", "no yes")
    assert not still_fits(scene, "yes", "yes no")


@pytest.mark.parametrize(
    ("code", "text", "objects"),
    [
        ("en", "um no that is wrong", True),
        ("en", "hold on", True),
        ("en", "and the price", False),
        ("en", "not before friday", False),
        ("zh-CN", "不对", True),
        ("zh-CN", "还有多少钱", False),
    ],
)
def test_what_objects_to_an_answer(code: str, text: str, objects: bool) -> None:
    assert retracts(language_of(code), text) is objects


WORDS = ["yes", "my", "line", "is", "down", "please", "um", "thank you", "no", "uh-huh", "four"]
TALK = st.lists(
    st.tuples(
        st.floats(0.3, 3.0), st.lists(st.sampled_from(WORDS), max_size=5), st.floats(0.1, 0.4)
    ),
    max_size=8,
)


def talked(lines: list[tuple[float, list[str], float]], think: float) -> Stage:
    stage = Stage(bot(fillers=[], noinput=[], turn_taking={"max_call": 60.0}), Answers(LONG), think)
    at = 2.0
    for gap, words, word_s in lines:
        at += gap
        at = stage.says(at, " ".join(words), word_s) if words else stage.makes_noise(at, word_s)
        at += 0.25
    return stage.play(90.0)


@settings(max_examples=80, deadline=None)
@given(TALK, st.floats(0.0, 1.5))
def test_a_kept_answer_is_never_said_twice_nor_after_the_topic_changed(
    lines: list[tuple[float, list[str], float]], think: float
) -> None:
    stage = talked(lines, think)
    thinks = dict(enumerate(stage.mind.briefs, 1))
    whole: dict[int, int] = {}
    ends = {one.id: one for one in stage.utterances()}
    scene = System1(bot()).scene
    turn = ""
    for record in stage.records:
        match record:
            case Decision(do="take_turn", text=text):
                turn = text or ""
            case Decision(do="say", to=int(number), because=because) if because.rule == "reply":
                think_id = dict(because.evidence)["think"]
                assert isinstance(think_id, int)
                assert still_fits(scene, thinks[think_id].said, turn), "the topic has changed"
                said = ends.get(number)
                whole[think_id] = whole.get(think_id, 0) + (said is not None and not said.cut)
            case _:
                pass
    assert all(times <= 1 for times in whole.values()), "said to its end more than once"


@settings(max_examples=30, deadline=None)
@given(TALK, st.floats(0.0, 1.0), st.data())
def test_a_snapshot_has_the_kept_answer(
    lines: list[tuple[float, list[str], float]], think: float, data: st.DataObject
) -> None:
    policy = bot(fillers=[], noinput=[], turn_taking={"max_call": 60.0})
    seen = [one.percept for one in talked(lines, think).records if isinstance(one, PerceptSeen)]
    cut = data.draw(st.integers(0, len(seen)))
    first = System1(policy)
    for percept in seen[:cut]:
        first.step(percept)
    second = first.snapshot()
    assert [first.step(one) for one in seen[cut:]] == [second.step(one) for one in seen[cut:]]
