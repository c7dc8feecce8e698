"""The mind over a chat model: what it says, what it decides, and what when the model is down."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from policies.policy import Policy
from policies.timing import Ending
from system1.brief import Brief, Turn
from system1.plan import Plan
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import (
    Advice,
    Asked,
    Done,
    Failed,
    Note,
    NotUnderstood,
    Planned,
    Progress,
    Sentence,
)
from system2.chat.model import Usage
from system2.lines import lines_of
from system2.mind import Sent
from system2.talker import Talker
from tests.system2.chat.fakes import DOWN, Recited
from tests.system2.talking import BROADBAND, DIANXIN, WEDNESDAY
from tests.system2.test_tooluse import POLICY as TOOLED
from tests.system2.test_tooluse import TOLD, Tools
from tests.system2.thinking import ODD, after, call, policy, said, saying, think


async def test_what_the_policy_knows_needs_no_model() -> None:
    model = saying("never")
    thoughts = await think("when will it be fixed", model)
    assert said(thoughts) == ["Most faults are fixed within four hours."]
    assert thoughts[-1] == Done()
    assert model.requests == []


async def test_the_rest_is_the_models_first_clause_first() -> None:
    model = saying(
        "Oh, I see what", " you mean, the mast", " may be down [restore]. One ", Usage(90, 9)
    )
    thoughts = await think(ODD, model)
    assert thoughts == [
        Sentence("Oh, I see what you mean,"),
        Sentence("the mast may be down.", ("restore",)),
        Sentence("One"),
        Asked(None),
        Done(90, 9, 1, True),
    ]


async def test_always_means_always() -> None:
    model = saying("Soon enough.")
    of = policy(model={"answers": "always"})
    assert said(await think("when will it be fixed", model, of=of)) == ["Soon enough."]


async def test_tokens_are_estimated_where_nobody_counts() -> None:
    thoughts = await think(ODD, saying("All is well."))
    done = thoughts[-1]
    assert isinstance(done, Done)
    assert (done.calls, done.counted, done.tokens_out) == (1, False, 3)
    assert done.tokens_in > 100


async def test_a_yes_to_the_models_own_question_goes_to_the_model() -> None:
    model = saying("Then I explain it.")
    ours = after("You're welcome. Is there anything else I can help with?", "yes")
    brief = Brief("yes", ours.turns, Question(AnswerKind.YES_NO))
    assert said(await think(brief, model))[0].startswith("Go ahead.")
    theirs = after("Would you like to hear about masts?", "yes", question=brief.question)
    assert said(await think(theirs, model)) == ["Then I explain it."]


@pytest.mark.parametrize(
    ("of", "brief", "line"),
    [
        (BROADBAND, ODD, "I can't look that up right now"),
        (DIANXIN, "山上的信号塔是不是坏了", "我现在查不了这个"),
    ],
)
async def test_a_chain_that_is_down_is_owned_up_to_once(
    of: Policy, brief: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    thoughts = await think(brief, saying(DOWN), of=of)
    (spoken,) = said(thoughts)
    assert line in spoken
    assert isinstance(thoughts[-1], Failed)
    assert thoughts[-1].error == str(DOWN)
    logged = capsys.readouterr().err
    assert str(DOWN) in logged
    assert brief not in logged
    again = await think(after(spoken, brief), saying(DOWN), of=of)
    assert said(again) == []
    assert any(isinstance(one, NotUnderstood) for one in again)


async def test_a_model_that_is_down_before_its_first_word_is_replaced() -> None:
    first, second = saying(DOWN), saying("Here I am.", Usage(5, 2))
    thoughts = await think(ODD, first, second)
    assert said(thoughts) == ["Here I am."]
    done = thoughts[-1]
    assert isinstance(done, Done)
    assert done.calls == 2
    assert (done.tokens_in, done.counted) == (5, True), "the first one has read nothing"


async def test_a_model_that_gives_no_word_is_replaced() -> None:
    assert said(await think(ODD, saying("**  **"), saying("Here."))) == ["Here."]


async def test_what_the_policy_half_knows_serves_when_all_are_down() -> None:
    thoughts = await think("restart the thing", saying(DOWN))
    assert said(thoughts) == ["Unplug it, wait ten seconds, and plug it in again."]
    done = thoughts[-1]
    assert isinstance(done, Done)
    assert done.calls == 1


async def test_an_answer_that_breaks_off_ends_in_order() -> None:
    second = saying("never")
    thoughts = await think(ODD, saying("It is the mast. We are on", DOWN), second)
    assert said(thoughts) == ["It is the mast.", lines_of_english().broken_off]
    assert isinstance(thoughts[-1], Failed)
    assert thoughts[-1].tokens_out > 0
    assert second.requests == []


def lines_of_english() -> Any:
    from system1.language import language_of

    return lines_of(language_of("en"))


async def test_a_request_that_nothing_came_back_to_is_not_counted_in_tokens() -> None:
    thoughts = await think(ODD, saying(DOWN))
    assert isinstance(thoughts[-1], Failed)
    assert (thoughts[-1].tokens_in, thoughts[-1].calls) == (0, 1)


async def test_leaving_closes_the_models_stream() -> None:
    model = saying("One sentence here. ", "Another ", "one.")
    talker = Talker(BROADBAND, [model], today=WEDNESDAY)
    async with aclosing(talker.think(Brief(ODD))) as thoughts:
        assert isinstance(await anext(thoughts), Sent)
        assert isinstance(await anext(thoughts), Sentence)
        assert model.closed == 0
    assert model.closed == 1
    await talker.close()
    assert model.name == "closed"


# Structured advice


async def test_a_transfer_is_advice() -> None:
    thoughts = await think(ODD, saying("I pass you on.", call("transfer", '{"to": "support"}')))
    assert thoughts[:3] == [
        Sentence("I pass you on."),
        Advice(Ending.TRANSFER, "support"),
        Asked(None),
    ]


async def test_an_ending_without_words_gets_the_policys() -> None:
    thoughts = await think(ODD, saying(call("hang_up")))
    assert said(thoughts) == ["Thank you for calling. Goodbye."]
    assert Advice(Ending.HANG_UP) in thoughts


async def test_a_task_that_the_model_begins_is_the_policys_own() -> None:
    model = saying(
        call("begin", '{"task": "book-visit"}'), call("remember", '{"name": "dog", "value": "yes"}')
    )
    thoughts = await think("my account is four two one nine and " + ODD, model)
    assert said(thoughts) == [
        "I can book an engineer for you.",
        "I have 4, 2, 1, 9.",
        "Is that right?",
    ]
    assert Note("dog", "yes") in thoughts
    assert len(model.requests) == 1, "the words that follow are the policy's: nothing more is asked"


VISIT = TaskState("book-visit", (Slot("account", "4219", True), Slot("day"), Slot("part")), "day")


async def test_a_value_is_read_by_the_slots_type() -> None:
    long = "well my wife is away until the weekend and then there is the school run so after that"
    brief = after("Which day suits you?", long, task=VISIT)
    model = saying("All right.", call("fill", '{"slot": "day", "value": "next monday"}'))
    thoughts = await think(brief, model)
    assert said(thoughts) == ["All right.", "Morning or afternoon?"]
    progress = next(one for one in thoughts if isinstance(one, Progress))
    assert progress.task is not None
    assert progress.task.slots[1].value == "2026-03-02"
    assert Asked(Question(AnswerKind.CHOICE, "part")) in thoughts


@pytest.mark.parametrize(
    ("tool", "arguments", "refused"),
    [
        ("fill", '{"slot": "day", "value": "blue"}', "that is no value for 'day'"),
        ("fill", '{"slot": "colour", "value": "blue"}', "that is no value for 'colour'"),
        ("fill", "{what", "arguments"),
        ("fill", '{"slot": "day"}', "value"),
        ("begin", '{"task": "sell-house"}', "no task 'sell-house'"),
        ("begin", '{"task": "book-visit"}', "under way already"),
        ("transfer", '{"to": "+49 900"}', "no target"),
        ("ask", '{"kind": "money"}', "kind"),
        ("remember", '{"name": "NO NAME", "value": "x"}', "name"),
        ("hang_up", '{"now": true}', "now"),
    ],
)
async def test_what_does_not_fit_comes_back_to_the_model(
    tool: str, arguments: str, refused: str
) -> None:
    long = "well my wife is away until the weekend and then there is the school run so after that"
    model = Recited([[call(tool, arguments)], ["Which day was it?"]])
    thoughts = await think(after("Which day suits you?", long, task=VISIT), model)
    assert said(thoughts) == ["Which day was it?"]
    assert Asked(Question(AnswerKind.DATE, "day")) in thoughts
    last = model.requests[1].messages[-1]
    assert last.role == "tool"
    assert "refused" in last.text
    assert refused in last.text


async def test_a_question_has_the_kind_that_the_model_says() -> None:
    asking = saying("Do you have a dish?", call("ask", '{"kind": "yes_no"}'))
    assert Asked(Question(AnswerKind.YES_NO)) in await think(ODD, asking)
    assert Asked(Question(AnswerKind.FREE)) in await think(ODD, saying("What do you have?"))


async def test_a_model_confirms_what_was_read_back_by_filling_it_again() -> None:
    of = policy(model={"answers": "always"})
    slots = (Slot("account", "4219"), Slot("day"), Slot("part"))
    state = TaskState("book-visit", slots, "account", confirming=True)
    model = Recited([[call("fill", '{"slot": "account", "value": "4219"}')]])
    thoughts = await think(Brief("that is the one", task=state), model, of=of)
    (progress,) = [one for one in thoughts if isinstance(one, Progress)]
    assert progress.task is not None
    assert progress.task.slots[0] == Slot("account", "4219", True)
    assert progress.task.asking == "day"


async def test_a_plan_of_several_turns_is_kept() -> None:
    arguments = '{"goal": "mend the mast", "next": "Which hill is it on?", "missing": ["hill"]}'
    model = Recited([["I see. ", call("plan", arguments)]])
    thoughts = await think(ODD, model)
    [planned] = [one for one in thoughts if isinstance(one, Planned)]
    assert planned.plan == Plan("mend the mast", "Which hill is it on?", ("hill",))
    brief = Brief(ODD, (Turn("caller", ODD, 0.0, 1.0),), plan=planned.plan)
    again = saying("All right.")
    await think(brief, again)
    assert "Which hill is it on?" in again.requests[0].messages[0].text


async def test_a_task_that_is_done_by_a_tool_is_told_in_the_policys_words() -> None:
    arguments = '{"slot": "parcel", "value": "four seven one one"}'
    state = TaskState("track-parcel", (Slot("parcel"),), "parcel")
    model = Recited([[call("fill", arguments)]])
    desk = Tools()
    always = policy(TOOLED, model={"answers": "always"})
    brief = Brief("it says 4711", (Turn("caller", "it says 4711", 0.0, 1.0),), task=state)
    thoughts = await think(brief, model, of=always, desk=desk)
    assert desk.used == [("track", {"number": "4711"})]
    assert " ".join(said(thoughts)) == TOLD
