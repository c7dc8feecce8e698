"""System 2 at the edge: what is charged, what is dropped, and that live never waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from agent.records import ThinkDone
from agent.think_time import ThinkTime
from agent.thinking import Thinking
from system1.acts import Because, Think
from system1.brief import Brief, Turn
from system1.percepts import Thought
from system1.thoughts import Asked, Done, Failed, NotUnderstood, Sentence, ThoughtContent
from system2.desk import BARE_DESK, Desk
from system2.mind import Sent
from system2.tokens import estimate_tokens

ACT = Think(1, Brief("hello", (Turn("caller", "hello there", 0.0, 1.0),)), False, Because("think"))


class Slow:
    """A mind that speaks when it is told to, and notes when it is closed early."""

    def __init__(self, *thoughts: ThoughtContent) -> None:
        self.thoughts = thoughts
        self.gate = asyncio.Event()
        self.closed_early = False

    async def think(
        self, brief: Brief, desk: Desk = BARE_DESK
    ) -> AsyncIterator[ThoughtContent | Sent]:
        try:
            for thought in self.thoughts:
                await self.gate.wait()
                yield thought
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early = True
            raise

    async def close(self) -> None:
        """Nothing is held."""


def open_gate(*thoughts: ThoughtContent) -> Slow:
    mind = Slow(*thoughts)
    mind.gate.set()
    return mind


def everything(thinking: Thinking, at: float) -> list[Thought]:
    found = []
    while (taken := thinking.take(at)) is not None:
        found.append(taken[0])
    return found


async def test_virtual_time_charges_the_declared_latency() -> None:
    thinking = Thinking(open_gate(Sentence("Hi."), Done()), "virtual", ThinkTime(1.2))
    thinking.start(ACT, 5.0)
    await thinking.settle()
    assert thinking.next_due() == pytest.approx(6.2)
    assert thinking.take(6.1) is None
    assert [one.at for one in everything(thinking, 6.2)] == [6.2, 6.2]
    assert thinking.next_due() is None


async def test_the_record_tells_when_and_how_it_ended() -> None:
    thinking = Thinking(
        open_gate(Asked(None), Sentence("Hi.", ("a", "b")), Sentence("Ho.", ("a",)), Done(7, 8)),
        "virtual",
        ThinkTime(0.5),
    )
    thinking.start(ACT, 1.0)
    await thinking.settle()
    records = []
    while (taken := thinking.take(9.0)) is not None:
        records.append(taken[1])
    done = records[-1]
    assert records[:-1] == [None, None, None]
    assert done is not None
    assert (done.outcome, done.started, done.first_text, done.done) == ("answered", 1.0, 1.5, 1.5)
    assert (done.tokens_in, done.tokens_out, done.cites) == (7, 8, ("a", "b"))


@pytest.mark.parametrize(
    ("thoughts", "outcome"),
    [
        ((NotUnderstood("?"), Done()), "not_understood"),
        ((Failed("down"),), "failed"),
    ],
)
async def test_how_it_may_end(thoughts: tuple[ThoughtContent, ...], outcome: str) -> None:
    thinking = Thinking(open_gate(*thoughts), "virtual", ThinkTime(0.0))
    thinking.start(ACT, 0.0)
    await thinking.settle()
    record = None
    while (taken := thinking.take(1.0)) is not None:
        record = taken[1]
    assert record is not None
    assert record.outcome == outcome


async def test_abandoned_work_is_dropped_and_recorded_once() -> None:
    thinking = Thinking(open_gate(Sentence("Hi."), Done()), "virtual", ThinkTime(1.0))
    thinking.start(ACT, 0.0)
    await thinking.settle()
    record = thinking.abandon(1, 0.4)
    assert record is not None
    assert record.outcome == "abandoned"
    assert thinking.next_due() is None
    assert thinking.abandon(1, 0.5) is None


async def test_live_never_waits_and_abandoning_closes_the_stream() -> None:
    mind = Slow(Sentence("Hi."), Done())
    thinking = Thinking(mind, "live", ThinkTime(9.0))
    thinking.start(ACT, 0.0)
    await thinking.settle()
    assert thinking.next_due() is None
    mind.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert [one.at for one in everything(thinking, 0.25)] == [0.25, 0.25]

    stuck = Slow(Sentence("never"))
    thinking = Thinking(stuck, "live", ThinkTime(0.0))
    thinking.start(ACT, 0.0)
    await asyncio.sleep(0)
    thinking.abandon(1, 0.1)
    await thinking.close()
    assert stuck.closed_early


async def test_a_mind_that_breaks_has_failed_and_the_call_goes_on() -> None:
    class Broken(Slow):
        async def think(
            self, brief: Brief, desk: Desk = BARE_DESK
        ) -> AsyncIterator[ThoughtContent | Sent]:
            yield Sent(700)
            raise RuntimeError("a bug")

    thinking = Thinking(Broken(), "live", ThinkTime())
    thinking.start(ACT, 0.0)
    for _ in range(5):
        await asyncio.sleep(0)
    taken = thinking.take(1.0)
    assert taken is not None
    assert taken[0].content == Failed("RuntimeError")
    assert taken[1] is not None
    assert taken[1].outcome == "failed"
    await thinking.close()


async def test_what_a_dropped_request_took_is_counted() -> None:
    class Asking(Slow):
        async def think(
            self, brief: Brief, desk: Desk = BARE_DESK
        ) -> AsyncIterator[ThoughtContent | Sent]:
            yield Sent(700)
            yield Sentence("Let me see, that is so.")
            await asyncio.Event().wait()

    thinking = Thinking(Asking(), "live", ThinkTime())
    thinking.start(replace(ACT, speculative=True), 0.0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert thinking.take(1.0) is not None
    record = thinking.abandon(1, 2.0)
    assert record is not None
    assert (record.tokens_in, record.tokens_out, record.calls) == (700, 6, 1)
    await thinking.close()


def test_the_full_history_is_counted_with_the_same_counter() -> None:
    async def story() -> ThinkDone | None:
        thinking = Thinking(open_gate(Sentence("Hi."), Done()), "virtual", ThinkTime(1.0))
        thinking.start(ACT, 0.0, ["a turn long forgotten", "hello there"])
        return thinking.abandon(1, 0.5)

    record = asyncio.run(story())
    assert record is not None
    assert record.brief_tokens == estimate_tokens("hello hello there")
    assert record.history_tokens == estimate_tokens("hello a turn long forgotten hello there")
