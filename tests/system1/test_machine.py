"""Machines are noticed, asked and left; people are asked once at most; loops are broken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.records import CallEnded, CallerTurn
from agent.replay import compare, redecide
from policies.policy import Policy
from policies.timing import Ending, Machine
from system1.acts import Kind
from system1.language import language_of
from system1.language.telltales import Telltale, lines_of_machines, only_assures, telltales
from system1.mind import System1
from system1.percepts import CallStarted, SoundEvent
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.suspicion import PRIOR, WEIGHTS, Challenge, HeardTurn, Held, Suspicion
from system1.thoughts import (
    Asked,
    Clarify,
    Done,
    NotUnderstood,
    Progress,
    Sentence,
    ThoughtContent,
)
from tests.stage import Answers, Stage, bot

ENGLISH, CHINESE = language_of("en"), language_of("zh-CN")
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


# Tell-tales


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (VOICEMAIL, Telltale.VOICEMAIL),
        ("You've reached the voicemail of John Smith.", Telltale.VOICEMAIL),
        ("I can't come to the phone right now", Telltale.VOICEMAIL),
        ("For sales, press one.", Telltale.MENU),
        ("please choose from the following options", Telltale.MENU),
        ("Your call is important to us.", Telltale.QUEUE),
        ("all of our agents are busy", Telltale.QUEUE),
        ("Hello, I'm an automated assistant.", Telltale.AUTOMATON),
        ("This call may be recorded.", Telltale.AUTOMATON),
        ("您拨打的电话暂时无法接听", Telltale.VOICEMAIL),
        ("请在提示音后留言", Telltale.VOICEMAIL),
        ("查询话费请按1", Telltale.MENU),
        ("您的来电对我们很重要", Telltale.QUEUE),
        ("您好，我是智能语音助手", Telltale.AUTOMATON),
    ],
)
def test_a_telltale(text: str, kind: Telltale) -> None:
    language = ENGLISH if text.isascii() else CHINESE
    assert kind in [found for found, _ in telltales(language, text)]


@pytest.mark.parametrize(
    "text",
    [
        "is this a recording",
        "am i talking to a machine",
        "are you an automated assistant",
        "i left a message yesterday and nobody called me back",
        "can i leave a message for the doctor",
        "my washing machine is broken",
        "the call dropped",
        "please hold on let me find the letter",
        "press",
        "你是机器人吗",
        "这是录音吗",
        "我昨天给你们留言了",
        "我按了一下就坏了",
    ],
)
def test_people_speak_of_machines_without_being_one(text: str) -> None:
    assert telltales(ENGLISH if text.isascii() else CHINESE, text) == ()


def test_what_the_ears_expect_of_machines_gives_them_away() -> None:
    lines = lines_of_machines("en")
    assert len(lines) > 40
    assert [line for line in lines if not telltales(ENGLISH, line)] == []
    assert lines_of_machines("zh") == (), "there are no Chinese ears yet"


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("yes", True),
        ("yes of course I am", True),
        ("Yes, you are.", True),
        ("I'm a real person", True),
        ("是的，我是真人", True),
        ("yes and my line is down", False),
        ("when will it be fixed", False),
        ("是的，我要查快递", False),
    ],
)
def test_a_mere_assurance(text: str, only: bool) -> None:
    assert only_assures(ENGLISH if text.isascii() else CHINESE, text) is only


# The score


def scored(*turns: HeardTurn | str, start: Suspicion | None = None) -> Suspicion:
    seen = start or Suspicion()
    for turn in turns:
        seen = seen.heard(HeardTurn(turn) if isinstance(turn, str) else turn, ENGLISH)
    return seen


def features(seen: Suspicion) -> set[str]:
    return {name for name, _ in seen.features()}


LONG = "my line went down on monday and it has been off and on ever since then you see"
TALK = [f"{LONG} number {n}" for n in "one two three four five six seven".split()]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (scored(MENU), {"telltale"}),
        (scored(MENU, "hello", MENU), {"telltale", "telltale_again"}),
        (scored("i want my bill now", "i want my bill now"), set()),
        (scored(*["i want my bill now"] * 3), {"repeats"}),
        (scored(*["please send me to the billing department at once ok"] * 3), {"repeats"}),
        (scored(*["yes that is right"] * 5), set()),
        (scored(*[HeardTurn("i want my bill now", asked_again=True)] * 4), set()),
        (scored(*[HeardTurn("hello", gap=0.5 + 0.02 * n) for n in range(4)]), {"even_gaps"}),
        (scored(*[HeardTurn("hello", gap=0.5 + 0.02 * n) for n in range(3)]), set()),
        (scored(*[HeardTurn("hello", gap=0.3 * n) for n in range(1, 6)]), set()),
        (scored(*TALK[:4]), {"fluent", "repeats"}),
        (scored(LONG, "um the line", *["okay"] * 40), {"never_interrupts"}),
        (scored(*["okay"] * 6), {"never_interrupts"}),
        (Suspicion().sounded("beep"), {"beep"}),
        (Suspicion().sounded("music"), {"music"}),
        (Suspicion().sounded("dtmf"), set()),
        (scored(VOICEMAIL).sounded("beep"), {"telltale", "voicemail_beep", "beep"}),
        (scored(MENU).sounded("beep"), {"telltale", "beep"}),
    ],
)
def test_evidence(seen: Suspicion, expected: set[str]) -> None:
    assert features(seen) == expected


def test_the_weights_keep_their_promises() -> None:
    limits = Machine(say="Bye.")

    def odds(*names: str) -> float:
        return PRIOR + sum(WEIGHTS[name] for name in names)

    suspect, sure = 0.0, 2.944  # log-odds of the defaults, 0.5 and 0.95
    assert (limits.suspect, limits.sure) == (0.5, 0.95)
    manner = ("even_gaps", "fluent", "never_interrupts")
    assert odds(*manner) < suspect, "manner alone is nobody's fault"
    assert odds(*manner, "music") <= suspect + 0.5
    assert suspect < odds("telltale") < sure, "one phrase: ask"
    assert suspect < odds("repeats", *manner) < sure, "a line again and again: ask"
    assert odds("telltale", "telltale_again") > sure
    assert odds("telltale", "voicemail_beep", "beep") > sure
    assert odds("telltale", "not_met") > sure
    assert odds("telltale", "met") < suspect
    assert odds("telltale", "telltale_again", *manner, "met") < sure, "a person stays one"


def test_an_interruption_and_an_um_are_human() -> None:
    seen = scored(*TALK[:2], *["okay"] * 40)
    assert {"fluent", "never_interrupts"} <= features(seen)
    assert "never_interrupts" not in features(seen.interrupted())
    assert "fluent" not in features(scored("um", start=seen))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HeardTurn("yes"), Challenge.MET),
        (HeardTurn("of course i am"), Challenge.MET),
        (HeardTurn("hello"), Challenge.MET),
        (HeardTurn("why do you ask"), Challenge.MET),
        (HeardTurn(MENU), Challenge.NOT_MET),
        (HeardTurn("i'm an automated assistant"), Challenge.NOT_MET),
        (HeardTurn("i want to pay my bill please"), Challenge.NOT_MET),
        (HeardTurn("Am I speaking with a person?"), Challenge.NOT_MET),
        (HeardTurn(""), Challenge.OPEN),
        (HeardTurn("mumbling of some kind", clear=False), Challenge.OPEN),
    ],
)
def test_answers_to_the_challenge(answer: HeardTurn, outcome: Challenge) -> None:
    before = scored("i want to pay my bill please", "press one")
    asked = before.challenged(Held("press one", None, "Am I speaking with a person?"))
    assert asked.heard(answer, ENGLISH).challenge is outcome


def test_a_turn_that_goes_on_leaves_no_trace_but_sounds_do() -> None:
    before = scored("hello")
    after = scored(MENU, start=before).sounded("beep")
    assert after.without_turn(before) == before.sounded("beep")


def test_the_score_is_bounded() -> None:
    seen = scored(*[HeardTurn(f"{LONG} {n}", gap=0.1 * n) for n in range(40)])
    assert len(seen.lines) <= 6
    assert len(seen.gaps) <= 8


# Calls


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


# Loops

LADDER = [
    {"count": 1, "say": "Sorry?"},
    {"count": 9, "say": "Let me get a colleague.", "do": "transfer", "to": "desk"},
]


def talk(policy: Policy, answers: Sequence[Sequence[ThoughtContent] | str], turns: int) -> Stage:
    made = Stage(policy, Answers(*answers))
    for turn in range(turns):
        made.says(4.0 + 7.0 * turn, f"this is line {turn}")
    return made.play(8.0 + 7.0 * turns)


def test_the_same_reply_is_not_said_a_fourth_time() -> None:
    made = talk(bot(), ["What do you mean?"], 6)
    assert said(made)[:3] == ["What do you mean?"] * 3
    assert made.utterances()[4].because.rule == "loop"
    assert ("times", 3) in made.utterances()[4].because.evidence
    assert made.utterances()[4].kind is Kind.FAREWELL
    assert made.call.ended == "agent_hung_up"


def test_a_loop_is_handed_over_where_the_ladder_leads() -> None:
    policy = bot(nomatch=LADDER, transfer={"desk": "sip:x"}, turn_taking={"max_repeats": 2})
    made = talk(policy, ["What do you mean?"], 5)
    assert said(made) == ["What do you mean?"] * 2 + ["Let me get a colleague."]
    assert made.call.ended == "transferred"


def test_without_a_farewell_the_call_just_ends() -> None:
    made = talk(bot(farewell=None, nomatch=[]), ["What do you mean?"], 6)
    assert said(made) == ["What do you mean?"] * 3
    assert made.call.ended == "agent_hung_up"


def test_lines_that_take_turns_are_a_loop_as_well() -> None:
    made = talk(bot(), ["Which one?", (Clarify("The first?"), Done())] * 6, 9)
    assert said(made)[:6] == ["Which one?", "The first?"] * 3
    assert made.utterances()[7].because.rule == "loop"


def test_a_reply_in_several_sentences_is_recognised_by_its_beginning() -> None:
    made = talk(bot(), [(Sentence("Well."), Sentence("What do you mean?"), Done())], 6)
    assert [one.because.rule for one in made.utterances()[1:]] == ["reply"] * 3 + ["loop"]


def test_a_ladder_that_leads_nowhere_ends_as_well() -> None:
    made = talk(bot(nomatch=LADDER[:1]), [(NotUnderstood("no match"), Done())], 7)
    assert said(made)[:3] == ["Sorry?"] * 3
    assert made.utterances()[4].because.rule == "loop"
    assert made.call.ended == "agent_hung_up"


def test_a_ladder_that_leads_somewhere_climbs_by_itself() -> None:
    policy = bot(nomatch=LADDER, transfer={"desk": "sip:x"})
    made = talk(policy, [(NotUnderstood("no match"), Done())], 9)
    assert said(made) == ["Sorry?"] * 8 + ["Let me get a colleague."]


def test_other_tries_at_a_slot_are_no_loop() -> None:
    def ask(attempts: int) -> Sequence[ThoughtContent]:
        state = TaskState("outage", (Slot("postcode", attempts=attempts),), "postcode")
        question = Question(AnswerKind.SPELLING, "postcode")
        return (Asked(question), Progress(state), Sentence("What is your postcode?"), Done())

    made = talk(bot(), [ask(n) for n in range(6)], 6)
    assert said(made)[:6] == ["What is your postcode?"] * 6
    stuck = talk(bot(), [ask(0)], 6)
    assert [one.because.rule for one in stuck.utterances()[1:]] == ["reply"] * 3 + ["loop"]


def test_different_answers_may_come_back() -> None:
    answers = ["One.", "Two.", "Three.", "Four.", "One.", "Five.", "Six.", "One.", "Seven."]
    made = talk(bot(), answers, 9)
    assert {one.because.rule for one in made.utterances()[1:]} <= {"reply", "noinput"}
    assert len([one for one in made.records if isinstance(one, CallerTurn)]) == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"suspect": 0.9, "sure": 0.5}, "must not be less than suspect"),
        ({"answer_within": 0}, "greater than 0"),
    ],
)
def test_odd_thresholds_are_refused(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Machine.model_validate({"say": "Bye."} | changes)


def test_a_machine_is_hung_up_on_if_nothing_is_said_about_it() -> None:
    assert Machine(say="Bye.").do is Ending.HANG_UP
