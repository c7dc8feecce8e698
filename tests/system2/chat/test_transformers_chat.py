"""Weights in process: tiny and random ones, made here."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from pathlib import Path

import pytest

from policies.thinking import Model
from system2.chat.model import ChatError, Message, Request, TextDelta, ToolCall, ToolOffer, Usage
from system2.chat.transformers_chat import AT_ONCE, TransformersChat, load
from tests.serving import make_model

pytest.importorskip("torch")
pytest.importorskip("transformers")

pytestmark = pytest.mark.slow

PATIENT = {"first_token": 60.0, "next_token": 60.0, "total": 120.0}
"""Seconds: nothing here is about time."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("weights") / "model"
    make_model(made)
    return str(made)


def chat(folder: str, **terms: float) -> TransformersChat:
    return TransformersChat(folder, Model.model_validate({**PATIENT, **terms}))


def asking(text: str, **more: int | float) -> Request:
    messages = (Message("system", "be brief"), Message("user", text))
    return Request(messages, most_tokens=int(more.get("most_tokens", 24)), temperature=0.0)


async def test_it_streams_and_counts(folder: str) -> None:
    model = chat(folder)
    events = [event async for event in model.stream(asking("hello"))]
    usage = events.pop()
    assert isinstance(usage, Usage)
    assert usage.tokens_in > 10
    assert 0 < usage.tokens_out <= 24
    assert events
    assert all(isinstance(event, TextDelta) for event in events)
    again = [event async for event in model.stream(asking("hello"))]
    assert again[:-1] == events, "temperature 0: the same words again"


async def test_it_stops_when_nobody_listens(folder: str) -> None:
    loaded = load(Path(folder))
    steps: list[int] = []
    hook = loaded.model.register_forward_hook(lambda *_: steps.append(1))
    model = chat(folder)
    whole = [event async for event in model.stream(asking("hello", most_tokens=400))]
    assert whole
    assert len(steps) == 400, "left alone it goes on"
    steps.clear()
    async with aclosing(model.stream(asking("hello", most_tokens=1900))) as events:
        await anext(events)
    # All its workers are free again only when the one that was left has ended.
    met = threading.Barrier(AT_ONCE)
    await asyncio.gather(
        *(asyncio.wrap_future(loaded.threads.submit(met.wait)) for _ in range(AT_ONCE))
    )
    hook.remove()
    assert len(steps) < 400


async def test_several_at_once(folder: str) -> None:
    model = chat(folder)

    async def one(at: int) -> int:
        return len([event async for event in model.stream(asking(f"hello {at}"))])

    assert all(await asyncio.gather(*(one(at) for at in range(8))))


async def test_too_late_is_an_error(folder: str) -> None:
    model = chat(folder, first_token=1e-6)
    with pytest.raises(ChatError, match="gave no word in time"):
        [event async for event in model.stream(asking("hello"))]


async def test_what_breaks_inside_is_one_line(folder: str) -> None:
    model = chat(folder)
    with pytest.raises(ChatError, match="fails: ") as raised:
        [event async for event in model.stream(asking("hello", most_tokens=0))]
    assert "\n" not in str(raised.value)


async def test_a_template_without_tools_reads_results_as_text(folder: str) -> None:
    call = ToolCall("c", "look_up", "{}")
    talk = (
        Message("user", "look it up"),
        Message("assistant", "I do.", (call,)),
        Message("tool", "nothing", answers="c"),
    )
    offer = ToolOffer("look_up", "Looks it up.", {"type": "object", "properties": {}})
    request = Request(talk, (offer,), most_tokens=4)
    events = [event async for event in chat(folder).stream(request)]
    assert isinstance(events[-1], Usage)


def test_weights_are_loaded_once(folder: str) -> None:
    assert load(Path(folder)) is load(Path(folder))
