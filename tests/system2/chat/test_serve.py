"""The openai back end against a real server: ``transformers serve`` with tiny random weights.

What it says makes no sense; that it streams, can be left, serves many, and dies, does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from policies.policy import Policy
from policies.thinking import Model
from system1.brief import Brief
from system1.thoughts import Done, Failed, Sentence, ThoughtContent
from system2.chat.model import ChatError, Message, Request, TextDelta
from system2.chat.openai_chat import OpenAIChat
from system2.mind import Sent
from system2.models import no_pause, open_mind
from tests.serving import free_port, make_model, serving
from tests.system2.talking import BROADBAND, WEDNESDAY

pytest.importorskip("fastapi")
pytest.importorskip("accelerate")
pytest.importorskip("openai")

pytestmark = pytest.mark.slow

PATIENT = {"first_token": 100.0, "next_token": 100.0, "total": 200.0, "retries": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("chat")
    make_model(made / "model")
    return made


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder, free_port()) as url:
        yield f"{url}/v1"


def chat(url: str, folder: Path, **terms: Any) -> OpenAIChat:
    made = Model.model_validate({**PATIENT, **terms})
    return OpenAIChat(str(folder / "model"), made, url, None, no_pause)


def asking(text: str, most_tokens: int = 16) -> Request:
    return Request((Message("system", "be brief"), Message("user", text)), (), most_tokens)


async def test_it_streams_and_can_be_left(url: str, folder: Path) -> None:
    model = chat(url, folder)
    async with aclosing(model.stream(asking("hello", 1500))) as events:
        assert isinstance(await anext(events), TextDelta)
    events_after = [event async for event in model.stream(asking("and again"))]
    assert any(isinstance(event, TextDelta) for event in events_after)
    await model.close()


async def test_eight_calls_at_once(url: str, folder: Path) -> None:
    model = chat(url, folder)

    async def one(at: int) -> int:
        events = [event async for event in model.stream(asking(f"hello {at}"))]
        return sum(isinstance(event, TextDelta) for event in events)

    assert all(await asyncio.gather(*(one(at) for at in range(8))))
    await model.close()


def policy(url: str, folder: Path, **terms: Any) -> Policy:
    model = {"name": f"openai:{folder / 'model'}", "url": url, **PATIENT, **terms}
    return Policy.model_validate(BROADBAND.model_dump(exclude_unset=True) | {"model": model})


async def test_a_mind_over_it_says_what_can_be_said(url: str, folder: Path) -> None:
    mind = open_mind(None, policy(url, folder), today=WEDNESDAY, environ={})
    thoughts = [one async for one in mind.think(Brief("the mast on the hill is odd"))]
    await mind.close()
    assert isinstance(thoughts[-1], Done | Failed)
    assert thoughts[-1].calls >= 1
    assert all(one.text.strip() for one in thoughts if isinstance(one, Sentence))


async def test_killed_in_mid_answer_and_back_again(folder: str | Path) -> None:
    place = Path(folder)
    port = free_port()
    with serving(place, port) as url:
        model = chat(f"{url}/v1", place)
        stream = model.stream(asking("hello", 1900))
        assert isinstance(await anext(stream), TextDelta)
    broken = "broke off in mid-answer"
    with pytest.raises(ChatError, match=broken):
        [event async for event in stream]
    with pytest.raises(ChatError, match="cannot be reached"):
        [event async for event in model.stream(asking("hello"))]
    with serving(place, port):
        events = [event async for event in model.stream(asking("hello"))]
        assert any(isinstance(event, TextDelta) for event in events)
    await model.close()


async def test_a_call_without_its_server_still_answers(folder: Path) -> None:
    nowhere = policy(f"http://127.0.0.1:{free_port()}/v1", folder)
    mind = open_mind(None, nowhere, today=WEDNESDAY, environ={})
    thoughts: list[ThoughtContent | Sent] = []
    async for one in mind.think(Brief("restart the thing")):
        thoughts.append(one)
    await mind.close()
    assert Sentence("Unplug it, wait ten seconds, and plug it in again.", ("router-restart",)) in (
        thoughts
    )
