"""Tools behind HTTP, against a real server on this machine."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from policies.tools import Tool
from system2.tools.outside import Outside
from tests.toolserver import ToolServer, tool_server

JSON = {"Content-Type": "application/json"}
NUMBER = {"type": "object", "properties": {"number": {"type": "string"}}}
NEEDED = {**NUMBER, "required": ["number"]}


@pytest.fixture
def server() -> Iterator[ToolServer]:
    with tool_server() as server:
        yield server


def tool(http: dict[str, Any], **more: Any) -> Tool:
    base = {"id": "track", "description": "Tracks.", "parameters": NUMBER, "http": http}
    return Tool.model_validate(base | more)


class Uses:
    """Uses tools, and notes how long it would have waited between."""

    def __init__(self, **environment: str) -> None:
        self.pauses: list[float] = []
        self.outside = Outside(environment, self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def __call__(self, tool: Tool, **arguments: Any) -> tuple[bool, str]:
        answer = await self.outside.run(tool, arguments, "key-1")
        return answer.ok, answer.text

    async def __aenter__(self) -> Uses:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.outside.close()


async def test_an_answer_is_compact_with_its_keys_in_order(server: ToolServer) -> None:
    server.says("/parcels/4711", {"b": 1, "a": {"d": "Leeds", "c": [1, 2]}})
    async with Uses() as use:
        track = tool({"url": server.url("/parcels/{number}")}, parameters=NEEDED)
        said = await use(track, number="4711")
    assert said == (True, '{"a":{"c":[1,2],"d":"Leeds"},"b":1}')


async def test_what_is_sent(server: ToolServer) -> None:
    server.says("/a", {})
    server.says("/b", {})
    headers = {"Authorization": "Bearer env:TOKEN", "X-Shop": "7"}
    async with Uses(TOKEN="s3cret") as use:
        await use(tool({"url": server.url("/a"), "headers": headers}), number="a b&c=d/é")
        post = {"url": server.url("/b"), "method": "POST"}
        await use(tool(post, side_effects=True, confirm=None), number="12")
    get, post_ = server.asked
    assert (get.method, get.path) == ("GET", "/a?number=a+b%26c%3Dd%2F%C3%A9")
    assert (get.headers["Authorization"], get.headers["X-Shop"]) == ("Bearer s3cret", "7")
    assert "Idempotency-Key" not in get.headers
    assert (post_.method, json.loads(post_.body)) == ("POST", {"number": "12"})
    assert post_.headers["Idempotency-Key"] == "key-1"


async def test_part_of_an_answer(server: ToolServer) -> None:
    server.says("/a", {"data": [{"city": "Leeds"}]})
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a"), "returns": "data.0.city"})) == (
            True,
            "Leeds",
        )
        assert await use(tool({"url": server.url("/a"), "returns": "data.1"})) == (
            False,
            "its answer has no 'data.1'",
        )


async def test_a_server_that_stumbles_is_asked_again(server: ToolServer) -> None:
    server.says("/a", {}, status=500)
    server.says("/a", {}, status=429)
    server.says("/a", {"ok": 1})
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a"), "backoff": 0.5})) == (True, '{"ok":1}')
        assert use.pauses == [0.5, 1.0]


@pytest.mark.parametrize("more", [{"retries": 0}, {"side_effects": True, "confirm": None}])
async def test_not_where_once_is_enough(server: ToolServer, more: dict[str, Any]) -> None:
    server.says("/a", {}, status=503)
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a")}, **more)) == (
            False,
            "its server answers 503",
        )
    assert len(server.asked) == 1


async def test_a_no_is_no_stumble(server: ToolServer) -> None:
    server.says("/a", {"you sent": "a secret"}, status=404)
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a")})) == (False, "its server answers 404")
    assert len(server.asked) == 1


async def test_five_megabytes_are_not_read(server: ToolServer) -> None:
    server.answers["/a"] = [(200, JSON, b'"' + b"x" * 5_000_000 + b'"')]
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a")})) == (
            False,
            "its answer is longer than 16384 bytes",
        )


@pytest.mark.parametrize(
    ("head", "body", "line"),
    [
        (JSON, b"{nonsense", "its answer is no JSON"),
        (JSON, b'{"a": NaN}', "its answer is no JSON"),
        (JSON, b"\xff\xfe", "its answer is no JSON"),
        (JSON, b"[" * 10_000, "its answer is no JSON"),
        (
            {"Content-Type": "text/html"},
            b"<html>Hi</html>",
            "its answer is neither JSON nor plain text",
        ),
        (
            {"Content-Encoding": "gzip", **JSON},
            b"\x1f\x8b",
            "its answer is compressed, which was not asked for",
        ),
    ],
)
async def test_garbage(server: ToolServer, head: dict[str, str], body: bytes, line: str) -> None:
    server.answers["/a"] = [(200, head, body)]
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a")})) == (False, line)


async def test_plain_text_is_an_answer_too(server: ToolServer) -> None:
    server.answers["/a"] = [(200, {"Content-Type": "text/plain; charset=utf-8"}, "到了\n".encode())]
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a")})) == (True, "到了")


async def test_redirects_stay_with_the_server(server: ToolServer) -> None:
    server.answers["/old"] = [(302, {"Location": "/new"}, b"")]
    server.answers["/away"] = [(302, {"Location": "http://localhost:1/x"}, b"")]
    server.answers["/loop"] = [(302, {"Location": "/loop"}, b"")]
    server.says("/new", 1)
    async with Uses() as use:
        assert await use(tool({"url": server.url("/old")})) == (True, "1")
        assert await use(tool({"url": server.url("/away")})) == (
            False,
            "its server redirects to another one",
        )
        assert await use(tool({"url": server.url("/loop")})) == (
            False,
            "its server redirects without end",
        )
        post = {"url": server.url("/old"), "method": "POST"}
        assert await use(tool(post, side_effects=True, confirm=None)) == (
            False,
            "its server redirects a request that is no GET",
        )


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    async with Uses() as use:
        refused = tool({"url": f"http://127.0.0.1:{port}/a"}, side_effects=True, confirm=None)
        answer = await use.outside.run(refused, {}, "k")
        assert (answer.ok, answer.text) == (False, "its server cannot be reached")
        assert not answer.unclear
        assert await use(tool({"url": f"http://127.0.0.1:{port}/a"})) == (False, answer.text)
        assert use.pauses == [0.2, 0.4]


async def test_a_connection_that_breaks_leaves_open_what_was_done(server: ToolServer) -> None:
    post = tool({"url": server.url("/breaks"), "method": "POST"}, side_effects=True, confirm=None)
    async with Uses() as use:
        answer = await use.outside.run(post, {}, "k")
    assert (answer.text, answer.unclear) == ("the connection to its server broke", True)


async def test_cancelled_it_lets_go_of_the_connection(server: ToolServer) -> None:
    async with Uses() as use:
        hanging = asyncio.create_task(use(tool({"url": server.url("/hangs")})))
        await asyncio.to_thread(server.reached.wait)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging


async def test_a_secret_that_is_not_set_is_named(server: ToolServer) -> None:
    asks = tool({"url": server.url("/a"), "headers": {"X-Key": "env:SHOP_KEY"}})
    async with Uses() as use:
        assert await use(asks) == (False, "SHOP_KEY is not set in the environment")
    async with Uses(SHOP_KEY="a\nb") as use:
        assert await use(asks) == (False, "what SHOP_KEY holds cannot stand in a header")
    assert server.asked == []


async def test_proxies_of_the_environment_are_not_asked(
    server: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.says("/a", 1)
    async with Uses() as use:
        assert await use(tool({"url": server.url("/a")})) == (True, "1")
