"""A task on its way through a call."""

from __future__ import annotations

import pytest

from policies.timing import Ending
from system1.questions import AnswerKind, Question
from system1.thoughts import Advice, Asked, Done, Progress, Sentence
from tests.system2.talking import BROADBAND, DIANXIN, Talking


async def test_asks_confirms_and_is_done() -> None:
    call = Talking(BROADBAND)
    assert await call.say("my internet connection is down") == "What is your postcode?"
    assert call.question == Question(AnswerKind.SPELLING, "postcode", least=5, most=8)
    assert await call.say("uh it's s w one a one a a") == (
        "I have S, W, 1, A, 1, A, A. Is that right?"
    )
    assert call.question == Question(AnswerKind.YES_NO, "postcode")
    assert await call.say("yes that's right") == (
        "Thank you. I have logged a fault for S, W, 1, A, 1, A, A."
    )
    assert call.question is None
    assert call.task is not None
    assert [(one.value, one.confirmed) for one in call.task.slots] == [("SW1A1AA", True)]


async def test_the_order_of_thoughts() -> None:
    call = Talking(BROADBAND)
    await call.say("i need an engineer")
    kinds = [type(thought) for thought in call.thoughts]
    assert kinds == [Progress, Asked, Sentence, Sentence, Done]
    assert call.question == Question(AnswerKind.DIGITS, "account", 4)
    assert call.thoughts[-1] == Done(0, 0)
    assert call.thoughts[2] == Sentence("I can book an engineer for you.")


async def test_everything_in_one_breath() -> None:
    call = Talking(BROADBAND)
    said = "book an appointment for next tuesday in the morning account four two one nine"
    assert (await call.say(said)).endswith("I have 4, 2, 1, 9. Is that right?")
    assert await call.say("yes please") == (
        "An engineer will come Tuesday the third of March in the morning. Anything else?"
    )
    assert call.question == Question(AnswerKind.FREE)


async def test_values_with_the_answer_to_another_question() -> None:
    call = Talking(BROADBAND)
    await call.say("i need an engineer")
    await call.say("four two one nine")
    assert await call.say("yes and next tuesday please") == "Morning or afternoon?"
    assert "Tuesday the third of March in the afternoon" in await call.say("the second one")


@pytest.mark.parametrize(
    "said",
    [
        "no it's four three one nine",
        "no four three one nine",
        "four three one nine",
        "no that is wrong it is four three one nine not four two one nine",
    ],
)
async def test_no_and_the_right_value_in_one_breath(said: str) -> None:
    call = Talking(BROADBAND)
    await call.say("i need an engineer")
    await call.say("four two one nine")
    assert await call.say(said) == "I have 4, 3, 1, 9. Is that right?"
    assert await call.say("correct") == "Which day suits you?"


async def test_a_mere_no_asks_again() -> None:
    call = Talking(BROADBAND)
    await call.say("outage")
    await call.say("m one one a e")
    assert await call.say("no") == "Sorry about that. What is your postcode?"
    assert call.question == Question(AnswerKind.SPELLING, "postcode", least=5, most=8)
    await call.say("m one two a e")
    assert "M, 1, 2, A, E" in await call.say("yeah")


async def test_attempts_run_out_as_the_policy_says() -> None:
    call = Talking(BROADBAND)
    await call.say("book a visit")
    assert await call.say("banana") == "Sorry, I didn't get that. What is your account number?"
    assert await call.say("cherry pie") == "I need a colleague."
    assert call.advice == (Ending.TRANSFER, "support")
    assert call.task is None


async def test_attempts_run_out_where_the_policy_is_silent() -> None:
    call = Talking(BROADBAND)
    await call.say("outage")
    for _ in range(2):
        assert "What is your postcode?" in await call.say("banana")
    assert "colleague" in await call.say("banana")
    assert call.advice == (Ending.TRANSFER, "support")
    alone = Talking(BROADBAND.model_copy(update={"transfer": {}}))
    for said in ("outage", "banana", "banana"):
        await alone.say(said)
    assert "can't do this" in await alone.say("banana")
    assert alone.advice is None
    assert alone.task is None


async def test_the_policys_own_second_question() -> None:
    call = Talking(BROADBAND)
    for said in ("i need an engineer", "four two one nine", "yes", "tomorrow"):
        await call.say(said)
    assert await call.say("whatever") == "Would you like the morning, or the afternoon?"


async def test_a_number_in_pieces() -> None:
    call = Talking(BROADBAND)
    await call.say("book a visit")
    assert await call.say("it is four two") == "I have 4, 2 so far. Please go on."
    assert call.question == Question(AnswerKind.DIGITS, "account", 2)
    assert await call.say("one nine") == "I have 4, 2, 1, 9. Is that right?"
    again = Talking(BROADBAND)
    for said in ("book a visit", "four two one"):
        await again.say(said)
    assert await again.say("four two one nine") == "I have 4, 2, 1, 9. Is that right?"


async def test_a_postcode_in_pieces() -> None:
    call = Talking(BROADBAND)
    await call.say("outage")
    assert "What is your postcode?" in await call.say("s w one a")
    assert await call.say("one a a") == "I have S, W, 1, A, 1, A, A. Is that right?"


async def test_a_number_in_pieces_in_chinese() -> None:
    call = Talking(DIANXIN)
    await call.say("断网了")
    assert await call.say("四二") == "前面是4，2，您接着说。"
    assert await call.say("一") == "前面是4，2，1，您接着说。"
    assert await call.say("九") == "您说的是4，2，1，9，对吗？"


async def test_a_question_in_the_middle_of_a_task() -> None:
    call = Talking(BROADBAND)
    await call.say("i need an engineer")
    assert await call.say("how much is it") == (
        "Broadband is thirty pounds a month. There is no set-up fee. What is your account number?"
    )
    assert call.question == Question(AnswerKind.DIGITS, "account", 4)
    said = await call.say("four two one nine and when will it be fixed")
    assert said == "Most faults are fixed within four hours. I have 4, 2, 1, 9. Is that right?"
    assert await call.say("how long will the repair take") == said


async def test_a_question_is_no_free_text_and_no_name() -> None:
    call = Talking(BROADBAND)
    assert await call.say("please call me back") == "What is your name?"
    assert (await call.say("how much is it")).endswith("What is your name?")
    assert await call.say("my name is john miller") == "What is it about?"
    assert (await call.say("how much is it")).endswith("What is it about?")
    assert await call.say("my router keeps restarting") == (
        "Thank you, John Miller. We will call you back."
    )
    assert call.advice == (Ending.HANG_UP, None)


async def test_a_confirmed_value_is_changed() -> None:
    call = Talking(BROADBAND)
    for said in ("i need an engineer", "four two one nine", "yes", "the twenty first"):
        await call.say(said)
    assert await call.say("actually my account number is one one one one") == (
        "I have 1, 1, 1, 1. Is that right?"
    )
    assert await call.say("yes") == "Morning or afternoon?"
    assert "Saturday the twenty-first of March" in await call.say("afternoon")


async def test_a_value_is_changed_after_the_task() -> None:
    call = Talking(BROADBAND)
    for said in ("outage", "m one one a e", "yes"):
        await call.say(said)
    assert await call.say("actually my postcode is s w one a one a a") == (
        "I have S, W, 1, A, 1, A, A. Is that right?"
    )
    assert await call.say("yes") == "Thank you. I have logged a fault for S, W, 1, A, 1, A, A."


async def test_what_is_known_is_confirmed_not_asked() -> None:
    call = Talking(BROADBAND)
    for said in ("i need an engineer", "four two one nine", "yes", "tomorrow", "morning"):
        await call.say(said)
    await call.say("i have no internet")
    assert call.slots["account"] == "4219"
    for said in ("m one one a e", "yes"):
        await call.say(said)
    assert await call.say("i need an engineer again") == (
        "I can book an engineer for you. I have 4, 2, 1, 9. Is that right?"
    )


@pytest.mark.parametrize("said", ["never mind", "forget it please", "oh i changed my mind"])
async def test_never_mind(said: str) -> None:
    call = Talking(BROADBAND)
    await call.say("i need an engineer")
    assert "leave that" in await call.say(said)
    assert call.task is None
    assert call.question == Question(AnswerKind.FREE)


async def test_waiting_and_repeating_are_no_attempts() -> None:
    call = Talking(BROADBAND)
    await call.say("book a visit")
    assert await call.say("hold on let me check") == "Take your time."
    assert call.question == Question(AnswerKind.DIGITS, "account", 4)
    for _ in range(3):
        assert (await call.say("sorry what")).endswith("What is your account number?")
        assert (await call.say("hello")).endswith("What is your account number?")
    assert "4, 2, 1, 9" in await call.say("four two one nine")


async def test_a_request_to_wait_is_no_text_and_no_name() -> None:
    call = Talking(BROADBAND)
    await call.say("call me back")
    assert await call.say("hold on someone is here") == "Take your time."
    assert await call.say("mary jones") == "What is it about?"
    assert await call.say("hold on let me find it") == "Take your time."
    assert await call.say("wait a minute i mean the bill from last month") == (
        "Thank you, Mary Jones. We will call you back."
    )


async def test_another_task_takes_over() -> None:
    call = Talking(BROADBAND)
    await call.say("i have no internet")
    assert (await call.say("can i book a visit")).endswith("What is your account number?")
    assert call.task is not None
    assert call.task.task == "book-visit"


async def test_a_task_in_chinese() -> None:
    call = Talking(DIANXIN)
    assert await call.say("我家没有网了") == "我帮您报修。请问您的宽带账号后四位是多少？"
    assert call.question == Question(AnswerKind.DIGITS, "account", 4)
    assert await call.say("四二一九") == "您说的是4，2，1，9，对吗？"
    assert await call.say("不对是四三一九") == "您说的是4，3，1，9，对吗？"
    assert await call.say("多少钱") == "每月三十元。您说的是4，3，1，9，对吗？"
    assert await call.say("对") == "您希望哪天上门？"
    assert await call.say("下周二") == "好的，已为账号4，3，1，9报修，师傅三月三号星期二上门。"


async def test_a_chinese_task_in_one_breath() -> None:
    call = Talking(DIANXIN)
    assert (await call.say("上不了网了账号是四二一九")).endswith("您说的是4，2，1，9，对吗？")
    assert await call.say("嗯对的明天上门吧") == (
        "好的，已为账号4，2，1，9报修，师傅二月二十六号星期四上门。"
    )


async def test_chinese_attempts_run_out() -> None:
    call = Talking(DIANXIN)
    await call.say("断网了")
    assert await call.say("香蕉") == "不好意思，我没听清。请问您的宽带账号后四位是多少？"
    await call.say("香蕉")
    assert await call.say("香蕉") == "很抱歉，没有这个信息我办不了。还有什么可以帮您？"
    assert not any(isinstance(thought, Advice) for thought in call.thoughts)
