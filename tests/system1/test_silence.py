"""Stories of silence: why it is silent, and what is said to it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from agent.records import Utterance
from policies.policy import Policy
from system1.acts import Kind
from system1.percepts import SoundEvent
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import Asked, Done, Progress, Sentence
from system1.waits import Waits
from tests.stage import Answers, Stage, bot

GENTLE = ("Take your time, I'm still here.", "No rush. I'm here whenever you're ready.")
ASK = "What is your account number?"


def gaps(spoken: list[Utterance]) -> list[float]:
    """Silence before each utterance but the first (s)."""
    return [after.start - before.end for before, after in pairwise(spoken)]


def held(words: str = "hold on let me find it", **changes: Any) -> Stage:
    """A call in which the caller says this at 4 s."""
    stage = Stage(bot(**changes), Answers("Take your time."))
    stage.says(4.0, words)
    return stage


# Hold on


def test_a_caller_who_asks_for_time_gets_it_and_the_call_still_ends() -> None:
    stage = held().play(120.0)
    spoken = stage.utterances()[1:]
    ladder = [rung.say for rung in bot().noinput]
    assert [one.text for one in spoken] == ["Take your time.", *GENTLE, *ladder]
    assert gaps(spoken) == pytest.approx([20.02, 20.02, 7.02, 7.02, 10.02], abs=0.01)
    assert {one.kind for one in spoken[1:-1]} == {Kind.CHECK_IN}
    rules = [(one.because.rule, one.because.evidence[0]) for one in spoken[1:4]]
    assert rules == [("hold", ("count", 1)), ("hold", ("count", 2)), ("noinput", ("count", 1))]
    assert stage.call.ended == "agent_hung_up"


@pytest.mark.parametrize("words", ["one moment please", "let me check", "um just a second"])
def test_ways_to_ask_for_time(words: str) -> None:
    assert held(words).play(40.0).utterances()[2].text == GENTLE[0]


def test_speaking_about_the_matter_makes_all_normal_again() -> None:
    stage = held()
    stage.says(30.0, "my line is broken again")
    stage.play(60.0)
    assert stage.utterances()[2].text == GENTLE[0]
    answer = next(one for one in stage.utterances() if one.start > 30.0)
    check_in = next(one for one in stage.utterances() if one.start > answer.end)
    assert check_in.because.rule == "noinput"
    assert check_in.because.evidence[0] == ("count", 1)
    assert check_in.start - answer.end == pytest.approx(7.02, abs=0.01)


@pytest.mark.parametrize("words", ["okay", "um"])
def test_little_words_while_looking_change_nothing(words: str) -> None:
    stage = held()
    stage.says(12.0, words)
    stage.play(60.0)
    check_in = next(one for one in stage.utterances() if one.kind is Kind.CHECK_IN)
    assert check_in.because.rule == "hold"


def test_a_request_about_the_matter_is_no_request_to_wait() -> None:
    about = [{"id": "down", "asks": ["my line is down"], "answer": "We know."}]
    stage = held("hold on my line is down", knowledge=about).play(20.0)
    assert stage.utterances()[2].because.rule == "noinput"


def test_words_that_had_an_answer_were_no_request_to_wait() -> None:
    stage = Stage(bot(), Answers((Sentence("It is fixed.", ("restore",)), Done())))
    stage.says(4.0, "one moment is it fixed")
    stage.play(20.0)
    assert stage.utterances()[2].because.rule == "noinput"


@pytest.mark.parametrize("words", ["hold on", "bear with me", "one moment please"])
def test_hold_on_over_the_agent_stops_it_and_then_holds(words: str) -> None:
    long = "Most faults are fixed within four hours, and we send you a message when it is done."
    stage = Stage(bot(), Answers(long, "Take your time."))
    stage.says(4.0, "when is it fixed")
    end = stage.says(7.0, words, word_s=0.14)
    stage.play(40.0)
    assert stage.utterances()[1].cut
    assert stage.utterances()[2].start - end < 0.8
    assert [one.text for one in stage.utterances()[2:]] == ["Take your time.", GENTLE[0]]


def test_hold_in_chinese() -> None:
    chinese = bot(language="zh-CN", greeting="您好。")
    stage = Stage(chinese, Answers("您说的是哪一单？我们马上帮您查一下进度好不好。", "好的。"))
    stage.says(4.0, "我 的 包裹 呢")
    stage.says(6.5, "稍 等 一 下", word_s=0.2)
    stage.play(120.0)
    assert stage.utterances()[1].cut
    assert stage.first(lambda one: one.do == "stop").because.rule == "bargein.hold"
    spoken = stage.utterances()[2:]
    expected = ["好的。", *chinese.hold.say, *(rung.say for rung in chinese.noinput)]
    assert [one.text for one in spoken] == expected
    assert gaps(spoken)[:3] == pytest.approx([20.02, 20.02, 7.02], abs=0.01)
    assert stage.call.ended == "agent_hung_up"


def test_the_number_and_the_words_are_the_policys() -> None:
    stage = held(hold={"after": 9, "say": ["Still here."], "count": 3}).play(60.0)
    spoken = stage.utterances()[1:]
    assert [one.text for one in spoken[1:4]] == ["Still here."] * 3
    assert gaps(spoken)[:4] == pytest.approx([9.02, 9.02, 9.02, 7.02], abs=0.01)


def test_without_a_line_for_it_the_caller_still_gets_the_time() -> None:
    spoken = held(hold={"say": []}).play(60.0).utterances()[1:]
    assert spoken[1].because.rule == "noinput"
    assert gaps(spoken)[:2] == pytest.approx([20.02, 7.02], abs=0.01)


def test_a_cough_neither_resets_nor_disarms_the_wait() -> None:
    stage = held()
    stage.makes_noise(15.0, 0.2)
    stage.play(40.0)
    assert stage.utterances()[2].start == held().play(40.0).utterances()[2].start


# An open question


def asking(
    confirming: bool = False, said_first: str = "it is about my bill", **changes: Any
) -> Stage:
    """A call in which the agent asks for a slot that has a ladder of its own."""
    rungs = [{"count": 1, "after": 9, "say": "Are you with me? {ask}"}]
    collect = [{"slot": "account", "ask": ASK, "type": {"digits": 4}, "noinput": rungs}]
    task = {"id": "bill", "when": {"says": ["my bill"]}, "then": {"say": "Done."}}
    policy = bot(**({"tasks": [task | {"collect": collect}]} | changes))
    kind = AnswerKind.YES_NO if confirming else AnswerKind.DIGITS
    state = TaskState("bill", (Slot("account"),), "account", confirming)
    said = "I have 1, 2, 3, 4. Is that right?" if confirming else ASK
    asked = (Asked(Question(kind, "account", 4)), Progress(state), Sentence(said), Done())
    thanks = (Asked(None), Progress(None), Sentence("Thank you."), Done())
    stage = Stage(policy, Answers(asked, thanks))
    stage.says(4.0, said_first)
    return stage


def test_the_caller_is_reminded_of_the_question_and_the_call_still_ends() -> None:
    stage = asking().play(90.0)
    spoken = stage.utterances()[1:]
    ladder = [rung.say for rung in bot().noinput]
    reminded = [f"Are you with me? {ASK}", f"{ladder[1]} {ASK}"]
    assert [one.text for one in spoken] == [ASK, *reminded, ladder[2]]
    assert gaps(spoken) == pytest.approx([9.02, 7.02, 10.02], abs=0.01)
    assert stage.call.ended == "agent_hung_up"


def test_once_answered_the_ladder_is_the_policys_again() -> None:
    stage = asking()
    stage.says(10.0, "one two three four")
    stage.play(30.0)
    assert stage.utterances()[3].text == "Are you still there?"


def test_what_is_only_to_be_confirmed_is_not_asked_again() -> None:
    assert asking(confirming=True).play(30.0).utterances()[2].text == "Are you still there?"


def test_a_reminder_in_chinese() -> None:
    rungs = [{"count": 1, "after": 7, "say": "您还在吗？{ask}"}]
    ask = "请报一下单号。"
    collect = [{"slot": "account", "ask": ask, "noinput": rungs}]
    task = {"id": "bill", "when": {"says": ["账单"]}, "then": {"say": "好。"}, "collect": collect}
    stage = asking(said_first="我 的 账 单", language="zh-CN", tasks=[task]).play(30.0)
    assert stage.utterances()[2].text == "您还在吗？请报一下单号。"


def test_hold_on_to_a_question_comes_before_its_reminder() -> None:
    stage = asking()
    stage.says(10.0, "hold on")
    stage.play(60.0)
    assert [one.text for one in stage.utterances()[2:4]] == ["Thank you.", GENTLE[0]]


# Music


def with_music(*sounds: tuple[float, str], **changes: Any) -> Stage:
    """A silent caller behind whom such sounds are heard."""
    stage = Stage(bot(**changes))
    for at, sound in sounds:
        stage.script.add(SoundEvent(at, sound))
    return stage


@pytest.mark.parametrize(
    ("sounds", "check_in"),
    [
        pytest.param(((3.0, "music"), (30.0, "music_stopped")), 37.02, id="sat out"),
        pytest.param(((3.0, "music"),), 70.02, id="no longer than the policy's limit"),
        pytest.param(((3.0, "music"), (20.0, "music")), 70.02, id="told twice"),
        pytest.param(((3.0, "music"), (5.0, "beep"), (9.0, "music_stopped")), 16.02, id="a beep"),
        pytest.param(
            tuple((3.0 + n, "music_stopped" if n % 2 else "music") for n in range(150)),
            70.02,
            id="on and off",
        ),
        pytest.param(((3.0, "music_stopped"),), None, id="none"),
    ],
)
def test_music_is_sat_out(sounds: tuple[tuple[float, str], ...], check_in: float | None) -> None:
    spoken = with_music(*sounds).play(160.0).utterances()
    wanted = spoken[0].end + 7.02 if check_in is None else check_in
    assert spoken[1].text == "Are you still there?"
    assert spoken[1].start == pytest.approx(wanted, abs=0.01)
    assert spoken[-1].kind is Kind.FAREWELL


def test_the_limit_of_music_is_the_policys_and_begins_anew_with_the_caller() -> None:
    stage = with_music((3.0, "music"), (9.0, "music_stopped"), (20.0, "music"), hold={"music": 10})
    stage.says(14.0, "is my line all right")
    stage.play(40.0)
    check_in = next(one for one in stage.utterances() if one.kind is Kind.CHECK_IN)
    assert check_in.start == pytest.approx(37.02, abs=0.01)


# Fillers

ONE = [{"after": 0.8, "say": ["One moment.", "Let me check."]}]


def fillers(policy: Policy, think: float, known: Waits, turns: int = 1) -> list[Utterance]:
    """The fillers of a call in which answers take ``think`` s after ``known`` waits."""
    stage = Stage(policy, think=think)
    stage.call._system1.scene.waits = known
    at = 4.0
    for _ in range(turns):
        at = stage.says(at, "is my line all right") + 9.0
    stage.play(at)
    return [one for one in stage.utterances() if one.kind is Kind.FILLER]


def test_no_filler_for_an_answer_that_is_about_to_come() -> None:
    policy = bot(fillers=ONE)
    assert len(fillers(policy, 0.7, Waits(), turns=3)) == 1, "the first wait is unknown"
    assert len(fillers(policy, 1.3, Waits(), turns=3)) == 3, "these are worth it"
    assert fillers(policy, 0.7, Waits((0.7,))) == []


def test_worth_is_a_field_of_the_policy() -> None:
    eager = bot(fillers=ONE, turn_taking={"filler_worth": 0.0})
    assert len(fillers(eager, 0.7, Waits((0.7,)))) == 1


def test_an_answer_later_than_expected_is_covered() -> None:
    (filler,) = fillers(bot(fillers=ONE), 3.0, Waits((0.7,)))
    assert dict(filler.because.evidence)["expected_s"] == 0.7
    assert 0.95 < filler.because.evidence[0][1] < 1.2  # type: ignore[operator]


def test_an_answer_long_overdue_is_covered_at_the_usual_time() -> None:
    (filler,) = fillers(bot(fillers=ONE), 3.0, Waits((0.3,)))
    assert filler.because.evidence[0][1] == 0.8


def test_no_filler_is_said_twice_running() -> None:
    two = [*ONE, {"after": 3, "say": ["Let me check.", "Bear with me."]}]
    said = [one.text for one in fillers(bot(fillers=two), 6.0, Waits(), turns=3)]
    assert len(said) == 6
    assert all(one != other for one, other in pairwise(said))
    assert set(said) == {"One moment.", "Let me check.", "Bear with me."}
