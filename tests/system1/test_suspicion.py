"""What speaks for a machine, and how much: tables of turns."""

from __future__ import annotations

import pytest

from policies.timing import Ending, Machine
from system1.language import language_of
from system1.language.telltales import Telltale, lines_of_machines, only_assures, telltales
from system1.suspicion import PRIOR, WEIGHTS, Challenge, HeardTurn, Held, Suspicion

ENGLISH, CHINESE = language_of("en"), language_of("zh-CN")
MENU = "for sales press one for support press two"
VOICEMAIL = "please leave a message after the tone"

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
