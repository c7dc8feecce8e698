"""The openai back end against a server of our own: what comes back, and what goes wrong."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from policies.thinking import Model
from system2.chat.model import ChatError, ChatEvent, Message, Request, TextDelta, ToolCall, Usage
from system2.chat.openai_chat import OpenAIChat
from tests.scripted_model import Scripted, ScriptedModel, scripted_model

pytest.importorskip("openai")

ASKED = Request((Message("system", "be brief"), Message("user", "hello there")))


@pytest.fixture
def waits() -> list[float]:
    return []


def chat(url: str, waits: list[float], key: str | None = "sk-secret", **terms: Any) -> OpenAIChat:
    async def pause(seconds: float) -> None:
        waits.append(seconds)

    return OpenAIChat("scripted", Model.model_validate(terms), url, key, pause)


async def heard(model: OpenAIChat, request: Request = ASKED) -> list[ChatEvent]:
    try:
        return [event async for event in model.stream(request)]
    finally:
        await model.close()


def texts(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_text_comes_in_pieces_and_usage_last(waits: list[float]) -> None:
    with scripted_model(Scripted("hello", ["Good ", "morning."])) as server:
        asked = replace(ASKED, temperature=0.3, most_tokens=99)
        events = await heard(chat(server.url, waits), asked)
    assert events == [TextDelta("Good "), TextDelta("morning."), Usage(100, 10)]
    (body,) = server.requests
    assert body["messages"][0] == {"role": "system", "content": "be brief"}
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (99, 0.3, True)
    assert "tools" not in body
    assert server.keys == ["sk-secret"]


async def test_tool_calls_come_whole(waits: list[float]) -> None:
    calls = [("look_up", {"number": 7}), ("hang_up", {})]
    with scripted_model(Scripted(calls=calls, usage=None)) as server:
        events = await heard(chat(server.url, waits))
    assert events == [
        ToolCall("call_0", "look_up", '{"number": 7}'),
        ToolCall("call_1", "hang_up", "{}"),
    ]


async def test_what_was_called_and_what_came_of_it_is_sent_back(waits: list[float]) -> None:
    call = ToolCall("c1", "look_up", "{}")
    talk = (
        Message("user", "look it up", audio=b"RIFF"),
        Message("assistant", "", (call,)),
        Message("tool", "nothing", answers="c1"),
    )
    with scripted_model(Scripted(text=["All right."])) as server:
        await heard(chat(server.url, waits), Request(talk))
    sent = server.requests[0]["messages"]
    assert sent[0]["content"][1]["input_audio"] == {"data": "UklGRg==", "format": "wav"}
    assert sent[1]["tool_calls"][0]["function"] == {"name": "look_up", "arguments": "{}"}
    assert sent[2] == {"role": "tool", "tool_call_id": "c1", "content": "nothing"}


async def test_a_server_that_takes_no_stream_options_is_asked_without(waits: list[float]) -> None:
    picky = Scripted(refuses="stream_options")
    with scripted_model(picky, Scripted(text=["Yes."], usage=None)) as server:
        model = chat(server.url, waits)
        first = [event async for event in model.stream(ASKED)]
        assert first == [TextDelta("Yes.")]
        await heard(model)
    assert ["stream_options" in body for body in server.requests] == [True, False, False]
    assert waits == []


async def test_too_much_to_do_is_tried_again_after_a_wait(waits: list[float]) -> None:
    busy = Scripted(status=429, times=2)
    with scripted_model(busy, Scripted(text=["Now."])) as server:
        events = await heard(chat(server.url, waits, retries=2, backoff=0.5))
    assert texts(events) == "Now."
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize(
    ("reply", "says", "asked"),
    [
        (Scripted(status=401), "does not take the key (401)", 1),
        (Scripted(status=404), "has no such model, or nothing there (404)", 1),
        (Scripted(status=400), "answers 400", 2),
        (Scripted(status=429), "has too much to do (429)", 2),
        (Scripted(status=503), "answers 503", 2),
        (Scripted(status=307, headers={"Location": "http://127.0.0.1:9/"}), "not followed", 1),
        (Scripted(raw=b"<html>welcome</html>"), "streams no chat completion", 2),
        (Scripted(raw=b"data: {what\n\n"), "streams no chat completion", 2),
        (Scripted(raw=b'data: {"choices": 7}\n\n'), "streams no chat completion", 2),
        (Scripted(raw=b'data: {"choices": [{"delta": {"content": 7}}]}\n\n'), "no chat", 2),
        (Scripted(raw=b'data: {"error": {"message": "my card"}}\n\n'), "reports an error", 2),
        (Scripted(raw=b"data: [1, 2]\n\ndata: \xff\xfe\n\n"), "streams no chat completion", 2),
        (Scripted(raw=b""), "streams no chat completion", 2),
        (Scripted(stalls=True), "gave no word in time", 2),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_what_goes_wrong_is_one_clear_line(
    reply: Scripted, says: str, asked: int, waits: list[float]
) -> None:
    with scripted_model(reply) as server, pytest.raises(ChatError) as raised:
        await heard(chat(server.url, waits, first_token=0.1))
    line = str(raised.value)
    assert says in line
    assert line.startswith(f"openai:scripted at {server.url} ")
    assert "\n" not in line
    assert "sk-secret" not in line
    assert "card" not in line
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Scripted(text=["One. ", "Two"], drops=True), "broke off in mid-answer"),
        (Scripted(text=["One. ", "Two"], stalls=True), "fell silent in mid-answer"),
    ],
)
async def test_an_answer_that_breaks_off_is_not_begun_again(
    reply: Scripted, says: str, waits: list[float]
) -> None:
    got: list[ChatEvent] = []
    with scripted_model(reply) as server:
        model = chat(server.url, waits, next_token=0.1, retries=5)

        async def listen() -> None:
            async for event in model.stream(ASKED):
                got.append(event)

        with pytest.raises(ChatError, match=says):
            await listen()
        await model.close()
    assert texts(got) == "One. Two"
    assert len(server.requests) == 1


async def test_nobody_there(waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ChatError, match="cannot be reached"):
        await heard(chat(f"http://127.0.0.1:{port}/v1", waits))
    assert len(waits) == 1


@pytest.fixture
def endless() -> Iterator[ScriptedModel]:
    with scripted_model(Scripted(text=["One. "], stalls=True)) as server:
        yield server


async def test_leaving_closes_the_stream_at_once(
    endless: ScriptedModel, waits: list[float]
) -> None:
    model = chat(endless.url, waits)
    async with aclosing(model.stream(ASKED)) as events:
        assert await anext(events) == TextDelta("One. ")
    assert await asyncio.to_thread(endless.left.wait, 5.0)
    await model.close()


async def test_a_cancelled_task_closes_the_stream_at_once(
    endless: ScriptedModel, waits: list[float]
) -> None:
    model = chat(endless.url, waits)
    begun = asyncio.Event()

    async def listen() -> None:
        async for _ in model.stream(ASKED):
            begun.set()

    task = asyncio.create_task(listen())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(endless.left.wait, 5.0)
    await model.close()
