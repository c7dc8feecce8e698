"""Tools at the edge: what they are charged, what is done once, and what comes of long ones."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent.errands import NO_LEAVE, TOO_EARLY
from agent.records import ErrandDone
from agent.think_time import ThinkTime
from agent.thinking import Thinking
from system1.acts import Because, Think
from system1.brief import Brief
from system1.errands import Errand, Outcome, Proposal
from system1.percepts import Returned
from system1.thoughts import Done, Sentence, SetOut, ThoughtContent
from system2.desk import BARE_DESK, Desk, Json
from system2.tools.answers import Answer
from tests.agent.errand_stage import Box, errands, lay, record, taken

# Short ones


async def test_a_short_one_is_waited_for_and_charged() -> None:
    box = Box(Answer(True, '{"a":1}', 1.5))
    of = errands(box)
    desk = lay(of)
    came = await desk.use("track", {"number": 4711})
    errand = Errand(1, "track", '{"number":"4711"}', "This takes a while.")
    assert came == Outcome(errand, True, '{"a":1}')
    assert desk.spent_s == 1.5
    assert of.next_due() == 11.5
    assert of.take(11.4) is None
    assert record(of, 11.5) == ErrandDone(11.5, 1, "track", 10.0, 11.5, True, 1.5, 7, False, None)
    assert of.next_due() is None


async def test_one_after_the_other_adds_up() -> None:
    of = errands(Box(Answer(True, "1"), Answer(True, "2", 1.0)))
    desk = lay(of)
    await desk.use("track", {"number": "1"})
    await desk.use("track", {"number": "2"})
    assert desk.spent_s == 1.5, "0.5 s where nothing is declared"
    assert [one.started for _, one in taken(of, 99) if one] == [10.0, 10.5]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("refnd", {}, "there is no tool 'refnd'"),
        ("track", {}, "wrong arguments: number is missing"),
        ("track", {"number": "1", "x": 1}, "wrong arguments: the arguments must have no other"),
        ("refund", {"number": "1"}, NO_LEAVE),
    ],
)
async def test_what_is_refused(tool: str, arguments: dict[str, Json], said: str) -> None:
    box = Box()
    of = errands(box)
    came = await lay(of).use(tool, arguments)
    assert isinstance(came, Outcome)
    assert not came.ok
    assert came.text.startswith(said)
    assert box.runs == []
    refused = record(of)
    assert (refused.why, refused.ok, refused.id) == ("refused", False, 0)
    assert refused.tool in ("?", tool)


async def test_nothing_has_effects_before_the_caller_has_finished() -> None:
    box = Box()
    desk = lay(errands(box), speculative=True)
    came = await desk.use("book", {"number": "1"})
    assert isinstance(came, Outcome)
    assert (came.ok, came.text) == (False, TOO_EARLY)
    assert box.runs == []
    await desk.use("track", {"number": "1"})
    assert [one[0] for one in box.runs] == ["track"]


async def test_only_what_was_proposed_is_done() -> None:
    box = Box()
    of = errands(box)
    proposed = Proposal("refund", '{"amount": "4.5", "number": 4711}', "Refund 4711?")
    other = await lay(of, proposed=proposed).use("refund", {"number": "4711", "amount": 400})
    assert isinstance(other, Outcome)
    assert other.text == NO_LEAVE
    came = await lay(of, proposed=proposed).use("refund", {"number": "4711", "amount": 4.5})
    assert isinstance(came, Outcome)
    assert came.ok
    assert len(box.runs) == 1


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"amount": 1}'])
async def test_a_proposal_that_says_nothing_allows_nothing(text: str) -> None:
    desk = lay(errands(Box()), proposed=Proposal("refund", text, "?"))
    came = await desk.use("refund", {"number": "1"})
    assert isinstance(came, Outcome)
    assert came.text == NO_LEAVE


async def test_what_has_effects_is_done_once() -> None:
    box = Box(Answer(False, "down", 0.1), Answer(True, '"B1"', 0.1), Answer(True, '"B2"', 0.1))
    of = errands(box)
    failed = await lay(of).use("book", {"number": "1"})
    first = await lay(of, think=2).use("book", {"number": "1"})
    again = await lay(of, think=3).use("book", {"number": "1"})
    other = await lay(of, think=4).use("book", {"number": "2"})
    assert [one.text for one in (failed, first, again, other) if isinstance(one, Outcome)] == [
        "down",
        '"B1"',
        '"B1"',
        '"B2"',
    ]
    keys = [key for _, _, key in box.runs]
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2], "a server can tell a repetition from another errand"
    assert errands(box)._call != of._call


async def test_what_may_have_been_done_is_not_done_again() -> None:
    box = Box(Answer(False, "the connection broke", 0.1, unclear=True))
    of = errands(box)
    for _ in range(2):
        await lay(of).use("book", {"number": "1"})
    assert len(box.runs) == 1


async def test_what_looks_something_up_looks_again() -> None:
    box = Box()
    of = errands(box)
    for _ in range(2):
        await lay(of).use("track", {"number": "1"})
    assert len(box.runs) == 2


async def test_a_tool_that_hangs_is_given_up() -> None:
    box = Box(wait=True)
    of = errands(box)
    came = await lay(of).use("quick", {"number": "1"})
    assert isinstance(came, Outcome)
    assert (came.ok, came.text) == (False, "no answer in 0.001 s")
    assert box.cancelled == 1
    assert record(of).why == "late"


async def test_one_that_breaks_is_no_break_of_the_call() -> None:
    of = errands(Box(RuntimeError("with the caller's words")))
    came = await lay(of).use("track", {"number": "1"})
    assert isinstance(came, Outcome)
    assert came.text == "it failed: RuntimeError"
    assert record(of).why == "failed"


# Long ones in virtual time


async def test_a_long_one_goes_on_and_comes_back() -> None:
    of = errands(Box(Answer(True, '"Leeds"', 6.0)))
    desk = lay(of)
    errand = await desk.use("track", {"number": "1"})
    assert errand == Errand(1, "track", '{"number":"1"}', "This takes a while.")
    assert desk.spent_s == 2.0
    of.thought(1, SetOut(errand))
    assert of.next_due() == 16.0
    ((back, done),) = taken(of, 16.0)
    assert back == Returned(16.0, Outcome(errand, True, '"Leeds"'))
    assert done is not None
    assert (done.background, done.took) == (True, 6.0)


async def test_it_is_not_begun_twice_while_it_goes_on() -> None:
    box = Box(Answer(True, '"Leeds"', 6.0))
    of = errands(box)
    errand = await lay(of).use("track", {"number": "1"})
    assert isinstance(errand, Errand)
    of.thought(1, SetOut(errand))
    desk = lay(of, think=2, at=12.0)
    assert await desk.use("track", {"number": "1"}) == errand
    assert desk.spent_s == 0.0
    assert len(box.runs) == 1


async def test_nobody_is_told_of_what_nobody_knows_about() -> None:
    of = errands(Box(Answer(True, '"Leeds"', 6.0)))
    await lay(of).use("track", {"number": "1"})
    of.abandon(1, 12.5)
    ((back, done),) = taken(of, 99.0)
    assert back is None
    assert done is not None
    assert (done.why, done.done) == ("cancelled", 12.5)


async def test_what_was_begun_ahead_ends_with_its_think_unless_that_is_taken_up() -> None:
    for wanted in (False, True):
        of = errands(Box(Answer(True, '"Leeds"', 6.0)))
        act = Think(1, Brief("track it", speculative=True), True, Because("test"))
        errand = await of.desk(act, 10.0).use("track", {"number": "1"})
        assert isinstance(errand, Errand)
        of.thought(1, SetOut(errand))
        of.thought(1, Done())
        if wanted:
            of.take_up(1)
        of.abandon(1, 12.5)
        ((back, done),) = taken(of, 99.0)
        assert (back is not None) is wanted
        assert done is not None
        assert done.why == (None if wanted else "cancelled")


async def test_an_effect_nobody_was_told_of_is_news() -> None:
    of = errands(Box(Answer(True, '"B1"', 0.5)))
    await lay(of).use("book", {"number": "1"})
    assert record(of).ok
    of.abandon(1, 10.7)
    ((back, done),) = taken(of, 11.0)
    assert back is not None
    assert back.outcome.text == '"B1"'
    assert done is None


async def test_what_was_said_is_no_news() -> None:
    of = errands(Box(Answer(True, '"B1"', 0.5)))
    await lay(of).use("book", {"number": "1"})
    of.thought(1, Done())
    of.abandon(1, 12.0)
    assert [back for back, _ in taken(of, 99.0)] == [None]


async def test_longer_than_its_time_out_is_no_answer() -> None:
    of = errands(Box(Answer(True, '"B1"', 60.0)))
    desk = lay(of)
    errand = await desk.use("book", {"number": "1"})
    assert isinstance(errand, Errand)
    of.thought(1, SetOut(errand))
    ((back, done),) = taken(of, 15.0)
    assert back is not None
    assert (back.outcome.ok, back.outcome.text) == (False, "no answer in 5 s")
    assert done is not None
    assert done.why == "late"


async def test_the_end_of_a_call_cancels_look_ups_and_keeps_effects() -> None:
    box = Box(Answer(True, "1", 4.0))
    of = errands(box)
    await lay(of).use("track", {"number": "1"})
    await lay(of).use("book", {"number": "1"})
    left = await of.close(11.0)
    assert [(one.at, one.tool, one.ok, one.why) for one in left] == [
        (11.0, "track", False, "cancelled"),
        (11.0, "book", True, None),
    ]
    assert box.closed


# With the thoughts


class User:
    """A mind that uses a tool before it speaks."""

    async def think(self, brief: Brief, desk: Desk = BARE_DESK) -> AsyncIterator[ThoughtContent]:
        yield Sentence("One moment.")
        came = await desk.use("track", {"number": "1"})
        yield SetOut(came) if isinstance(came, Errand) else Sentence(came.text)
        yield Done()

    async def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(("takes_s", "due"), [(1.5, 6.8), (60.0, 7.3)])
async def test_what_a_tool_takes_comes_on_top_of_thinking(takes_s: float, due: float) -> None:
    of = errands(Box(Answer(True, "1", takes_s)))
    thinking = Thinking(User(), "virtual", ThinkTime(0.3), of)
    thinking.start(Think(1, Brief("hello"), False, Because("think")), 5.0)
    await thinking.settle()
    dues = []
    while (one := thinking.take(99.0)) is not None:
        dues.append(one[0].at)
    assert dues == [5.3, due, due]
    assert of.next_due() == pytest.approx(min(5.3 + takes_s, 5.3 + 10.0)) or takes_s > 10
