"""Tools of a real MCP server, which the official SDK runs as a program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from policies.tools import Tool
from system2.tools.outside import Outside

pytest.importorskip("mcp")
pytestmark = pytest.mark.slow

SERVER = [sys.executable, str(Path(__file__).with_name("mcp_server.py"))]


def tool(name: str, **terms: Any) -> Tool:
    base = {"command": SERVER, "tool": name}
    known = {"type": "object", "properties": {"number": {"type": "string"}}}
    return Tool.model_validate(
        {"id": name, "description": "A tool.", "parameters": known, "mcp": base | terms}
    )


async def no_pause(seconds: float) -> None:
    raise AssertionError("nothing is tried again")


def outside(**environment: str) -> Outside:
    return Outside(environment, no_pause)


async def use(box: Outside, tool: Tool, **arguments: Any) -> tuple[bool, str]:
    answer = await box.run(tool, arguments, "k")
    return answer.ok, answer.text


async def test_a_server_serves_a_whole_call(capfd: pytest.CaptureFixture[str]) -> None:
    box = outside(PARCELS_TOKEN="t0ken", OTHER_SECRET="not this one")
    tracked = '{"city":"Leeds","number":"4711"}'
    assert await use(box, tool("track"), number="4711") == (True, tracked)
    assert await use(box, tool("count")) == (True, "1")
    assert await use(box, tool("count")) == (True, "2")
    failed = (False, "the tool says: Error executing tool fails")
    assert await use(box, tool("fails")) == failed
    assert await use(box, tool("long")) == (False, "its answer is longer than 16384 bytes")
    known = tool("token", env=["PARCELS_TOKEN"])
    assert await use(box, known) == (True, "t0kennothing else")
    await box.close()
    assert capfd.readouterr() == ("", "")


async def test_a_server_that_dies_is_started_anew() -> None:
    box = outside()
    assert await use(box, tool("count")) == (True, "1")
    died = await box.run(tool("dies"), {}, "k")
    assert (died.ok, died.unclear) == (False, True)
    assert died.text.startswith("its MCP server failed: ")
    assert await use(box, tool("count")) == (True, "1")
    await box.close()


async def test_a_server_that_is_not_there() -> None:
    box = outside()
    missing = tool("track", command=["/no/such/program"])
    line = "its MCP server cannot be had: FileNotFoundError"
    assert await use(box, missing) == (False, line)
    unset = tool("track", env=["PARCELS_TOKEN"])
    assert await use(box, unset) == (False, "PARCELS_TOKEN is not set in the environment")
    nobody = tool("track", command=None, url="http://127.0.0.1:1/mcp")
    ok, said = await use(box, nobody)
    assert not ok
    assert said.startswith("its MCP server ")
    await box.close()
