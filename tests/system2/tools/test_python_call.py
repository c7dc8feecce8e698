"""Functions as tools: ordinary and async ones, and what they do wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from system2.tools.answers import ToolError
from system2.tools.python_call import call_python
from tests.system2.tools import entries

HERE = "tests.system2.tools.entries"


async def call(entry: str, **arguments: Any) -> str:
    return await call_python(entry, arguments, 1000)


async def test_what_it_returns() -> None:
    assert await call(f"{HERE}:add", a=1, b=2) == '{"sum":3}'
    assert await call(f"{HERE}:greet", name="Ann") == "hello Ann"
    assert await call(f"{HERE}:Shop.open") == "true"


async def test_an_ordinary_one_does_not_hold_up_the_call() -> None:
    assert await call(f"{HERE}:on_main_thread") == "false"
    stuck = asyncio.create_task(call(f"{HERE}:stuck"))
    assert await call(f"{HERE}:add", a=1, b=1) == '{"sum":2}'
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    entries.GATE.set()


@pytest.mark.parametrize(
    ("entry", "arguments", "line"),
    [
        (f"{HERE}:fails", {"words": "my card number"}, "it raised ValueError"),
        (f"{HERE}:fails_later", {"words": "my card number"}, "it raised ValueError"),
        (f"{HERE}:leaves", {}, "it raised SystemExit"),
        (f"{HERE}:add", {"c": 1}, "it raised TypeError"),
        (f"{HERE}:greet", {"c": 1}, "it raised TypeError"),
        (f"{HERE}:unreadable", {}, "its answer is no JSON"),
        (f"{HERE}:long", {}, "its answer is longer than 1000 bytes"),
        (f"{HERE}:missing", {}, f"there is no function '{HERE}:missing'"),
        (f"{HERE}:GATE", {}, f"there is no function '{HERE}:GATE'"),
        (
            "no.such.module:f",
            {},
            "module 'no.such.module' cannot be imported: ModuleNotFoundError",
        ),
    ],
)
async def test_what_goes_wrong_in_one_line(
    entry: str, arguments: dict[str, Any], line: str
) -> None:
    with pytest.raises(ToolError) as caught:
        await call(entry, **arguments)
    assert str(caught.value) == line
