"""Tools in live time: what goes on, what is let go with its mind, what is not cut off."""

from __future__ import annotations

import asyncio

import pytest

from system1.errands import Errand
from system1.thoughts import SetOut
from tests.agent.errand_stage import Box, breathe, errands, lay, record, taken


async def test_live_a_long_one_goes_on() -> None:
    box = Box(wait=True)
    of = errands(box, "live")
    errand = await lay(of).use("at-once", {"number": "1"})
    assert isinstance(errand, Errand)
    of.thought(1, SetOut(errand))
    assert of.next_due() is None
    box.gate.set()
    await breathe()
    ((back, done),) = taken(of, 12.0)
    assert back is not None
    assert (back.at, back.outcome.ok) == (12.0, True)
    assert done is not None
    assert done.background


async def test_live_a_mind_that_goes_takes_its_look_up_along() -> None:
    box = Box(wait=True)
    of = errands(box, "live")
    mind = asyncio.create_task(lay(of).use("track", {"number": "1"}))
    await box.begun.wait()
    mind.cancel()
    with pytest.raises(asyncio.CancelledError):
        await mind
    await asyncio.sleep(0)
    assert box.cancelled == 1
    assert record(of).why == "cancelled"


async def test_live_an_effect_is_not_cut_off() -> None:
    box = Box(wait=True)
    of = errands(box, "live")
    mind = asyncio.create_task(lay(of).use("book", {"number": "1"}))
    await box.begun.wait()
    mind.cancel()
    with pytest.raises(asyncio.CancelledError):
        await mind
    joined = asyncio.create_task(lay(of, think=2).use("book", {"number": "1"}))
    box.gate.set()
    assert isinstance(await joined, Errand), "System 1 is to hear of it as news"
    await breathe()
    ((back, _),) = taken(of, 12.0)
    assert back is not None
    assert back.outcome.ok
    assert len(box.runs) == 1


async def test_live_the_end_waits_for_effects_alone() -> None:
    box = Box(wait=True)
    of = errands(box, "live")
    await lay(of).use("at-once", {"number": "1"})
    await lay(of).use("book-later", {"number": "1"})
    ending = asyncio.create_task(of.close(20.0))
    await breathe()
    assert box.cancelled == 1
    assert not ending.done()
    box.gate.set()
    left = await ending
    assert [(one.tool, one.ok, one.why) for one in left] == [
        ("at-once", False, "cancelled"),
        ("book-later", True, None),
    ]
