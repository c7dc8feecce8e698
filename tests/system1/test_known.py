"""A caller who is known: the greeting, and what is taken for collected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system1.acts import Say
from system1.memory import ShortTermMemory
from system1.mind import System1
from system1.percepts import CallStarted
from system1.questions import Slot, TaskState
from tests.stage import bot


def opening(greeting: str | None, *known: tuple[str, str], calls: int = 1) -> tuple[str, str]:
    mind = System1(bot(memory={"greeting": greeting} if greeting else {}))
    said = [one for one in mind.step(CallStarted(0.0, None, known, calls)) if isinstance(one, Say)]
    return said[0].text, said[0].because.rule


def test_who_has_called_before_is_greeted_so() -> None:
    assert opening("Hello {name}.", ("name", "Ann")) == ("Hello Ann.", "greeting.returning")
    assert opening("{name}您好。", ("name", "王 \n明")) == ("王 明您好。", "greeting.returning")


@pytest.mark.parametrize(
    ("greeting", "known", "calls"),
    [
        ("Hello {name}.", (("city", "York"),), 1),
        ("Hello {name} of {city}.", (("city", "York"),), 1),
        ("Hello again.", (), 0),
        (None, (("name", "Ann"),), 3),
    ],
)
def test_whoever_else_is_greeted_as_anybody(
    greeting: str | None, known: tuple[tuple[str, str], ...], calls: int
) -> None:
    assert opening(greeting, *known, calls=calls) == ("Hello, this is Anna.", "greeting")


def test_a_value_is_no_template() -> None:
    known = (("name", "{city}"), ("city", "York"))
    assert opening("Hello {name}.", *known)[0] == "Hello {city}."


def test_only_what_a_task_asks_for_is_taken_for_collected() -> None:
    memory = ShortTermMemory()
    memory.recall((("name", "Ann"), ("pet", "a dog")), 2, {"name"})
    assert (memory.slots, memory.calls, len(memory.known)) == ((("name", "Ann"),), 2, 2)
    assert memory.settled == ()


def test_what_is_settled_has_its_turn() -> None:
    memory = ShortTermMemory()
    state = TaskState("t", (Slot("name", "Ann"), Slot("city")), "name", True)
    memory.follow(state, 1)
    assert not memory.settled
    state = replace(state, slots=(Slot("name", "Ann", True), Slot("city")))
    memory.follow(state, 2)
    memory.follow(state, 3)
    assert [*memory.settled] == [("name", "Ann", 2)]
    memory.follow(replace(state, slots=(Slot("name", "Eve", True), Slot("city"))), 4)
    assert [*memory.settled] == [("name", "Eve", 4)]
