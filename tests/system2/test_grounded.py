"""The embedded mind without a task: knowledge, questions back, and talk about the talk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.policy import Policy
from policies.timing import Ending, Soothe
from system1.brief import Brief, Turn
from system1.language import words as language_words
from system1.moods import Mood
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Clarify, Done, NotUnderstood, Sentence
from system2.grounded import Grounded
from tests.system2.talking import BROADBAND, DIANXIN, WEDNESDAY, Talking


async def test_knowledge_is_answered_sentence_by_sentence_and_cited() -> None:
    call = Talking(BROADBAND)
    await call.say("could you tell me how much it costs please")
    assert call.thoughts == [
        Asked(None),
        Sentence("Broadband is thirty pounds a month.", ("cost",)),
        Sentence("There is no set-up fee.", ("cost",)),
        Done(),
    ]


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("how much is it and when will it be fixed", ["thirty pounds", "four hours"]),
        ("when will it be fixed and also how much is it", ["four hours", "thirty pounds"]),
        ("i have no internet and how much is it", ["thirty pounds", "What is your postcode?"]),
        ("how much is it that when will it be fixed", ["thirty pounds", "four hours"]),
    ],
)
async def test_two_things_in_one_breath(said: str, answers: list[str]) -> None:
    reply = await Talking(BROADBAND).say(said)
    places = [reply.index(answer) for answer in answers]
    assert places == sorted(places)


async def test_two_things_in_one_breath_in_chinese() -> None:
    reply = await Talking(DIANXIN).say("多少钱还有什么时候能修好")
    assert reply == "每月三十元。大部分故障四小时内修复。"


@pytest.mark.parametrize("said", ["what is the weather like", "bananas", "um", "", "i like trains"])
async def test_what_the_policy_does_not_have_is_not_answered(said: str) -> None:
    call = Talking(BROADBAND)
    assert await call.say(said) == ""
    assert isinstance(call.thoughts[0], NotUnderstood)
    assert call.thoughts[1:] == [Done()]


async def test_unsure_between_two_asks_back() -> None:
    call = Talking(BROADBAND)
    asked = await call.say("it is about my router")
    assert asked.startswith("Do you mean ")
    assert "restart my router" in asked
    assert "lights on my router" in asked
    assert isinstance(call.thoughts[1], Clarify)
    assert call.question == Question(AnswerKind.CHOICE)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("the first one", "Unplug it"),
        ("the second", "Green means"),
        ("the lights", "Green means"),
        ("restart", "Unplug it"),
        ("how much is it", "thirty pounds"),
        ("no", "Go ahead"),
    ],
)
async def test_the_answer_to_a_question_back(said: str, answer: str) -> None:
    call = Talking(BROADBAND)
    await call.say("it is about my router")
    assert answer in await call.say(said)


async def test_a_single_guess_is_asked_back_and_answered() -> None:
    call = Talking(BROADBAND)
    assert await call.say("contract stuff") == 'Do you mean "how do i cancel my contract"?'
    assert call.question == Question(AnswerKind.YES_NO)
    assert await call.say("yes please") == "You can leave with thirty days' notice."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("hello", "Hello. How can I help?"),
        ("thank you very much", "You're welcome. Is there anything else I can help with?"),
        ("okay", "Is there anything else I can help with?"),
        ("no that's all thanks", "All right. Thank you for calling."),
        ("are you a robot", "I'm an automated assistant."),
        ("what's your name please", "My name is Anna, from Northwind Broadband."),
        ("how are you", "I'm well, thank you. How can I help?"),
        ("are you there", "Yes, I'm here."),
        ("hold on a second", "Take your time."),
    ],
)
async def test_small_talk(said: str, answer: str) -> None:
    assert await Talking(BROADBAND).say(said) == answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("你好", "您好，有什么可以帮您？"),
        ("好的谢谢", "不客气。还有什么可以帮您？"),
        ("没有了", "好的，感谢您的来电。"),
        ("你是机器人吗", "我是自动语音助手。"),
        ("你叫什么名字", "我是北风宽带的小安。"),
        ("稍等我看看", "好的，您慢慢来。"),
    ],
)
async def test_small_talk_in_chinese(said: str, answer: str) -> None:
    assert await Talking(DIANXIN).say(said) == answer


async def test_goodbye_advises_to_hang_up() -> None:
    for policy, said in ((BROADBAND, "okay thank you goodbye"), (DIANXIN, "好的谢谢再见")):
        call = Talking(policy)
        assert await call.say(said)
        assert call.advice == (Ending.HANG_UP, None)


async def test_a_person_is_asked_for() -> None:
    call = Talking(BROADBAND)
    assert "colleague" in await call.say("i would like to speak to a human please")
    assert call.advice == (Ending.TRANSFER, "support")
    nobody = Talking(DIANXIN)
    assert await nobody.say("转人工") == ""
    assert not nobody.understood


async def test_repeats_what_was_said_last() -> None:
    call = Talking(BROADBAND)
    assert not (await call.say("can you repeat that"))
    answer = await call.say("how much is it")
    assert await call.say("sorry could you say that again") == answer
    chinese = Talking(DIANXIN)
    answer = await chinese.say("多少钱")
    assert await chinese.say("没听清再说一遍") == answer


async def test_anything_else() -> None:
    call = Talking(BROADBAND)
    await call.say("thanks")
    assert call.question == Question(AnswerKind.YES_NO)
    assert await call.say("yes") == "Go ahead. What can I do for you?"
    await call.say("thanks")
    assert "thirty pounds" in await call.say("yes how much is it")
    await call.say("thanks")
    assert await call.say("no") == "All right. Thank you for calling."


_ENGLISH_WORDS = language_words.listed(
    "yes, no, four, two, one, oh, double, s, w, a, postcode, account, next, tuesday",
    "the, third, march, morning, engineer, no internet, how much is it, never mind",
    "sorry, i mean, not, hundred, and, router, my name is, call me back, twenty",
    "half past, in, weeks, um, first, john, it's, what, outage, to",
)
_CHINESE_WORDS = language_words.listed(
    "是的,不,不是,四,二,一,幺,十,百,零,个,没有网,多少钱,账号,下,周二,三月,三号,明天,点",
    "半,下午,算了,不对,和,嗯,取消,后,万,AB1",
)


@settings(deadline=None, max_examples=40)
@given(
    st.one_of(
        st.tuples(
            st.just(BROADBAND), st.lists(st.lists(st.sampled_from(_ENGLISH_WORDS), max_size=8))
        ),
        st.tuples(
            st.just(DIANXIN), st.lists(st.lists(st.sampled_from(_CHINESE_WORDS), max_size=8))
        ),
    )
)
async def test_any_call_goes_on(call: tuple[Policy, list[list[str]]]) -> None:
    policy, turns = call
    talking = Talking(policy)
    for words in turns:
        said = " ".join(words)
        reply = await talking.say(said)
        assert bool(reply) == talking.understood
        task = talking.task
        if task is not None and task.asking is not None and talking.understood:
            asked = {slot.name: slot for slot in task.slots}[task.asking]
            assert task.confirming == (asked.value is not None)
            assert not asked.confirmed
            assert talking.question is not None
            assert talking.question.slot == task.asking
            assert reply.endswith(
                ("?", "\uff1f", "Take your time.", "您慢慢来。", "go on.", "接着说。")
            )


async def test_the_same_brief_gives_the_same_thoughts() -> None:
    brief = Brief("how much is it and when will it be fixed")
    minds = [Grounded(BROADBAND, today=WEDNESDAY) for _ in range(2)]
    first, second = [[one async for one in mind.think(brief)] for mind in minds]
    assert first == second
    for mind in minds:
        await mind.close()


SHORT = BROADBAND.model_copy(
    update={
        "knowledge": tuple(
            item.model_copy(update={"short": "Thirty pounds."}) if item.id == "cost" else item
            for item in BROADBAND.knowledge
        ),
        "soothe": Soothe(confused=("Let me explain.",)),
    }
)
COST = "Broadband is thirty pounds a month. There is no set-up fee."


@pytest.mark.parametrize(
    ("policy", "mood", "answer"),
    [
        (BROADBAND, None, COST),
        (BROADBAND, Mood.HESITANT, COST),
        (BROADBAND, Mood.FAST_SPEECH, COST),
        (BROADBAND, Mood.CONFUSED, COST),
        (BROADBAND, Mood.AGITATED, "Broadband is thirty pounds a month."),
        (SHORT, Mood.AGITATED, "Thirty pounds."),
        (SHORT, Mood.CONFUSED, "Thirty pounds."),
        (SHORT, None, COST),
    ],
)
async def test_the_mood_decides_how_long_an_answer_is(
    policy: Policy, mood: Mood | None, answer: str
) -> None:
    assert await Talking(policy, mood=mood).say("how much is it") == answer


async def test_an_agitated_caller_is_still_asked_what_must_be_asked() -> None:
    reply = await Talking(BROADBAND, mood=Mood.AGITATED).say(
        "i have no internet and how much is it"
    )
    assert reply == "Broadband is thirty pounds a month. What is your postcode?"


@pytest.mark.parametrize("said", ["what do you mean", "sorry i don't understand"])
async def test_who_does_not_understand_hears_the_last_answer_in_simpler_words(said: str) -> None:
    call = Talking(SHORT, mood=Mood.CONFUSED)
    call.turns = [Turn("agent", COST, 0.0, 1.0), Turn("agent", "Let me explain.", 1.0, 2.0)]
    assert await call.say(said) == "Thirty pounds."
    assert await call.say(said) == "Thirty pounds."
    plain = Talking(BROADBAND, mood=Mood.CONFUSED)
    plain.turns = [Turn("agent", COST, 0.0, 1.0)]
    assert await plain.say(said) == COST


async def test_who_does_not_understand_a_question_hears_it_again_and_loses_no_attempt() -> None:
    call = Talking(BROADBAND)
    await call.say("i have no internet")
    for _ in range(5):
        assert await call.say("what do you mean") == "What is your postcode?"
    assert call.task is not None
    assert all(not slot.attempts for slot in call.task.slots)
