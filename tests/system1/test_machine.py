"""Calls with machines: they are asked once and left; people are asked once at most."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.records import CallEnded
from agent.replay import compare, redecide
from policies.policy import Policy
from system1.acts import Kind
from system1.mind import System1
from system1.percepts import CallStarted, SoundEvent
from system1.questions import AnswerKind, Question
from system1.suspicion import WEIGHTS
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot

MACHINE = {"say": "I was hoping to speak to a person.", "do": "hang_up"}
MENU = "for sales press one for support press two"
VOICEMAIL = "please leave a message after the tone"


def stage(
    *lines: tuple[float, str], mind: Answers | None = None, policy: Policy | None = None
) -> Stage:
    made = Stage(policy or bot(machine=MACHINE, noinput=[]), mind)
    for at, text in lines:
        made.says(at, text)
    return made


def said(made: Stage) -> list[str]:
    return [one.text for one in made.utterances()[1:]]


def test_a_menu_is_challenged_and_left() -> None:
    made = stage((4.0, MENU), (11.0, MENU)).play(40.0)
    assert said(made) == ["Am I speaking with a person?", MACHINE["say"]]
    asked, left = made.utterances()[1:]
    assert (asked.kind, left.kind) == (Kind.CLARIFY, Kind.FAREWELL)
    assert asked.because.rule == "machine.challenge"
    assert ("probability", 0.6225) in asked.because.evidence
    assert ("phrases", "press one") in asked.because.evidence
    assert ("w.not_met", WEIGHTS["not_met"]) in left.because.evidence
    assert made.call.ended == "agent_hung_up"
    assert made.mind.briefs == []


def test_a_voicemail_with_its_beep_is_left_at_once() -> None:
    made = stage((4.0, VOICEMAIL))
    made.script.add(SoundEvent(6.3, "beep"))
    made.play(30.0)
    assert said(made) == [MACHINE["say"]]
    assert made.utterances()[1].because.rule == "machine"


def test_a_beep_while_system_2_thinks_abandons_the_thought() -> None:
    policy = bot(machine=MACHINE | {"challenge": None}, fillers=[])
    made = Stage(policy, think=3.0)
    made.says(4.0, VOICEMAIL)
    made.script.add(SoundEvent(7.5, "beep"))
    made.play(30.0)
    assert [one.to for one in made.decisions("abandon")] == [1]
    assert said(made) == [MACHINE["say"]]
    assert made.call.ended == "agent_hung_up"


def test_a_machine_cannot_talk_the_farewell_away() -> None:
    made = stage((4.0, MENU), (11.0, MENU), (14.8, " ".join([MENU] * 4))).play(40.0)
    assert made.utterances()[-1].text == MACHINE["say"]
    assert not made.utterances()[-1].cut


def test_a_transfer_is_as_good() -> None:
    policy = bot(
        machine={"say": "One moment.", "do": "transfer", "to": "desk"}, transfer={"desk": "sip:x"}
    )
    made = stage((4.0, MENU), (11.0, MENU), policy=policy).play(40.0)
    assert made.call.ended == "transferred"
    assert made.utterances()[-1].kind is Kind.REPLY


def test_a_person_who_says_yes_gets_the_answer_that_was_put_off() -> None:
    asks = Question(AnswerKind.DIGITS, "account", 6)
    mind = Answers((Asked(asks), Sentence("What is your number?"), Done()), "Thank you.")
    made = stage(
        (4.0, "i have a question"),
        (9.0, "it said press one and one two three"),
        (14.5, "yes of course"),
        (19.0, "it said press two again"),
        mind=mind,
    ).play(40.0)
    assert said(made)[:4] == [
        "What is your number?",
        "Am I speaking with a person?",
        "Thank you.",
        "Thank you.",
    ]
    assert made.mind.briefs[1].said == "it said press one and one two three"
    assert made.mind.briefs[1].question == asks
    assert said(made).count("Am I speaking with a person?") == 1
    assert ("yes_no") in [one.to for one in made.decisions("listen")]


def test_a_person_who_says_more_is_answered_on_that() -> None:
    made = stage((4.0, MENU), (11.0, "what are you talking about i want to pay")).play(30.0)
    assert [one.said for one in made.mind.briefs] == ["what are you talking about i want to pay"]
    assert made.utterances()[2].kind is Kind.REPLY
    assert made.call.ended is None


def test_a_challenge_that_was_cut_off_is_put_again_but_once() -> None:
    made = stage((4.0, MENU), (7.4, "no wait listen to me"), (12.9, "no wait listen to me now"))
    made.play(30.0)
    challenges = [one for one in made.utterances() if one.because.rule == "machine.challenge"]
    assert [one.cut for one in challenges][:2] == [True, False]
    assert len(challenges) == 2


def test_silence_is_no_answer_to_the_challenge() -> None:
    made = stage((4.0, MENU)).play(40.0)
    asked, left = made.utterances()[1:]
    assert left.because.rule == "machine.unanswered"
    assert left.start - asked.end == pytest.approx(6.02, abs=0.01)
    assert made.call.ended == "agent_hung_up"


def test_the_thresholds_are_the_policys() -> None:
    eager = bot(machine=MACHINE | {"suspect": 0.1, "sure": 0.6})
    assert said(stage((4.0, MENU), policy=eager).play(20.0)) == [MACHINE["say"]]
    calm = bot(machine=MACHINE | {"suspect": 0.9, "sure": 0.99})
    assert said(stage((4.0, MENU), policy=calm).play(12.0))[0].startswith("All is well")


def test_without_a_machine_section_nothing_is_looked_for() -> None:
    made = stage((4.0, MENU), (12.0, MENU), policy=bot(noinput=[]))
    made.script.add(SoundEvent(20.0, "beep"))
    made.play(30.0)
    assert len(made.mind.briefs) == 2
    assert made.call.ended is None


def test_a_beep_or_an_odd_question_hangs_up_on_nobody() -> None:
    made = stage((4.0, "is this a recording"), (10.0, "am i talking to a machine"))
    for at in (3.0, 9.0, 15.0):
        made.script.add(SoundEvent(at, "beep"))
    made.play(40.0)
    assert {one.because.rule for one in made.utterances()[1:]} == {"reply"}
    assert made.call.ended is None


def test_two_languages_ask_in_their_own_words() -> None:
    assert bot(machine=MACHINE).machine.challenge == "Am I speaking with a person?"  # type: ignore[union-attr]
    chinese = bot(language="zh-CN", machine={"say": "再见。"})
    made = stage((4.0, "查询 请 按 1"), (9.0, "查询 请 按 1"), policy=chinese).play(30.0)
    assert said(made) == ["请问您是真人吗？", "再见。"]


LINES = st.lists(
    st.tuples(
        st.floats(0.05, 6.0),
        st.sampled_from([MENU, VOICEMAIL, "yes", "no wait", "uh-huh", "when is it fixed", ""]),
        st.sampled_from(["", "beep", "music"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.floats(0.0, 3.0))
def test_whatever_is_heard_the_call_ends_and_can_be_replayed(
    lines: list[tuple[float, str, str]], think: float
) -> None:
    policy = bot(machine=MACHINE, turn_taking={"max_call": 120.0})
    made = Stage(policy, think=think)
    at = 0.0
    for gap, text, sound in lines:
        at += gap
        if sound:
            made.script.add(SoundEvent(at, sound))
        at = made.says(at, text) if text else made.makes_noise(at, 0.4)
        at += 0.25
    made.play(200.0)
    assert isinstance(made.records[-1], CallEnded)
    challenges = [one for one in made.utterances() if one.because.rule == "machine.challenge"]
    assert len(challenges) <= 2
    assert compare(made.decisions(), redecide(made.records, policy)) == []


def test_a_snapshot_keeps_the_score() -> None:
    mind = System1(bot(machine=MACHINE))
    mind.step(CallStarted(0.0))
    mind.step(SoundEvent(1.0, "beep"))
    twin = mind.snapshot()
    mind.step(SoundEvent(2.0, "beep"))
    assert (mind.scene.suspicion.beeps, twin.scene.suspicion.beeps) == (2, 1)
