"""The WebSocket around a session: a wire in memory, and what clients do on bad days."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openai")

from agent.conversation import Conversation
from agent.realtime import line as line_module
from agent.realtime import socket
from agent.realtime.line import CallerLine
from agent.realtime.session import RealtimeSession
from agent.realtime.socket import BROKEN, NORMAL, TOO_SLOW, Connection, Gone
from policies.loading import load_policy
from policies.policy import Policy
from policies.tools import Tool
from speech.protocols import SAMPLE_RATE
from system1.thoughts import Asked, Done, Sentence
from system2.desk import Desk
from system2.tools.answers import Answer, Toolbox
from tests.agent.realtime.driving import as_it_arrives
from tests.agent.realtime.protocol import checked, kinds

POLICY = load_policy("broadband")


class MemoryWire:
    """A WebSocket whose other end is the test."""

    def __init__(self, reads: bool = True) -> None:
        self.incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed: tuple[int, str] | None = None
        self._reads = reads

    def says(self, kind: str, **fields: Any) -> None:
        self.incoming.put_nowait(json.dumps({"type": kind, **fields}))

    def is_silent(self, seconds: float) -> None:
        data = bytes(round(seconds * SAMPLE_RATE) * 2)
        self.says("input_audio_buffer.append", audio=base64.b64encode(data).decode())

    def leaves(self) -> None:
        self.incoming.put_nowait(None)

    async def receive(self) -> str | bytes:
        message = await self.incoming.get()
        if message is None:
            raise Gone
        return message

    async def send(self, text: str) -> None:
        if not self._reads:
            await asyncio.Event().wait()
        self.outgoing.put_nowait(json.loads(text))

    async def close(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)

    def told(self) -> list[dict[str, Any]]:
        """All that has come out so far."""
        return checked(self.outgoing.get_nowait() for _ in range(self.outgoing.qsize()))


Opens = Callable[[Policy, Toolbox], AbstractAsyncContextManager[Conversation]]


def opens(policy: Policy, tools: Toolbox) -> AbstractAsyncContextManager[Conversation]:
    return Conversation.open(policy, tools=tools)


def connection(wire: MemoryWire, opener: Opens = opens, model: str = "grounded") -> Connection:
    session = RealtimeSession(POLICY, model, "sess_1")
    return Connection(wire, session, POLICY, opener, as_it_arrives)


async def served(wire: MemoryWire, opener: Opens = opens) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        await connection(wire, opener).serve()
    return wire.told()


async def test_a_client_that_hangs_up_is_told_the_end() -> None:
    wire = MemoryWire()
    wire.says("session.update", session={"type": "realtime"})
    wire.is_silent(1.0)
    wire.says("kairos.hang_up")
    events = await served(wire)
    assert kinds(events)[:3] == ["session.created", "session.updated", "response.created"]
    began = [one["type"] for one in events].index("kairos.call_began")
    assert not [one for one in events[:began] if one["type"].startswith("response.")]
    assert kinds(events)[-2:] == ["response.done", "conversation.item.truncated"]
    assert events[-1]["type"] == "kairos.call_ended"
    assert events[-1]["outcome"] == "caller_hung_up"
    assert wire.closed == (NORMAL, "")


async def test_a_client_that_vanishes_ends_its_call() -> None:
    held: list[Conversation] = []

    @asynccontextmanager
    async def opener(policy: Policy, tools: Toolbox) -> AsyncIterator[Conversation]:
        async with Conversation.open(policy, tools=tools) as call:
            held.append(call)
            yield call

    wire = MemoryWire()
    wire.is_silent(0.5)
    wire.leaves()
    await served(wire, opener)
    assert held[0].ended == "caller_hung_up"
    assert held[0].now == pytest.approx(0.5)


async def test_a_client_that_only_looks_in_opens_no_call() -> None:
    wire = MemoryWire()
    wire.leaves()
    events = await served(wire)
    assert kinds(events) == ["session.created"]
    assert wire.closed == (NORMAL, "")


async def test_garbage_is_answered_and_the_call_goes_on() -> None:
    wire = MemoryWire()
    wire.incoming.put_nowait("{{{")
    wire.incoming.put_nowait(b"\x00\xff")
    wire.says("bogus")
    wire.is_silent(0.2)
    wire.says("kairos.hang_up")
    events = await served(wire)
    assert kinds(events)[1:4] == ["error"] * 3
    assert "response.created" in kinds(events)


async def test_a_voice_that_there_is_not_is_said_and_the_policys_speaks() -> None:
    wire = MemoryWire()
    wire.says("session.update", session={"audio": {"output": {"voice": "marin"}}})
    wire.is_silent(0.2)
    wire.says("kairos.hang_up")
    events = await served(wire)
    (error,) = [one["error"] for one in events if one["type"] == "error"]
    assert error["param"] == "session.audio.output.voice"
    updated = [one["session"] for one in events if one["type"] == "session.updated"]
    voices = [one["audio"]["output"]["voice"] for one in updated]
    assert voices == ["marin", POLICY.voice.name or "default"]
    assert "response.output_audio.delta" in [one["type"] for one in events]


@pytest.mark.parametrize(("limit", "most"), [("MOST_UNSENT", 20), ("MOST_UNSENT_CHARS", 5000)])
async def test_a_client_that_does_not_read_is_given_up(
    limit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, limit, most)
    monkeypatch.setattr(socket, "LAST_WORDS_S", 0.01)
    wire = MemoryWire(reads=False)
    wire.is_silent(3.0)
    async with asyncio.timeout(30):
        await connection(wire).serve()
    assert wire.closed is not None
    assert wire.closed[0] == TOO_SLOW


async def test_what_breaks_is_told_and_raised() -> None:
    @asynccontextmanager
    async def opener(policy: Policy, tools: Toolbox) -> AsyncIterator[Conversation]:
        raise OSError("no room on the disk")
        yield

    wire = MemoryWire()
    wire.is_silent(0.2)
    with pytest.raises(OSError, match="no room"):
        await connection(wire, opener).serve()
    (error,) = [one["error"] for one in wire.told() if one["type"] == "error"]
    assert error["code"] == "call_failed"
    assert "disk" not in json.dumps(error)
    assert wire.closed == (BROKEN, "the call broke")


def test_sound_that_nobody_hears_is_dropped_from_its_old_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from agent.realtime.commands import CallerAudio, GiveTurn

    monkeypatch.setattr(line_module, "MOST_UNHEARD_S", 0.1)
    told: list[object] = []
    line = CallerLine(RealtimeSession(POLICY, "grounded", "s"), told.extend)
    line.add(GiveTurn())
    for value in range(6):
        line.add(CallerAudio(np.full(480, value / 10, np.float32)))
    assert line.dropped == 480
    line.clear()
    line.hang_up()
    assert not line.over


class CallsOnce:
    """A mind that uses one tool and tells what came of it."""

    async def think(self, brief: object, desk: Desk) -> AsyncIterator[object]:
        outcome = await desk.use("weather", {"city": "Leeds"})
        yield Asked(None)
        yield Sentence(f"I hear {getattr(outcome, 'text', 'nothing')}.")
        yield Done()

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_function_of_the_clients_is_run_by_the_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.opening.open_mind", lambda *args, **kwargs: CallsOnce())
    wire = MemoryWire()
    tool = {
        "type": "function",
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    wire.says("session.update", session={"tools": [tool]})
    content = [{"type": "input_text", "text": "What is the weather like?"}]
    wire.says(
        "conversation.item.create", item={"type": "message", "role": "user", "content": content}
    )
    wire.says("response.create")
    wire.is_silent(6.0)
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(30):
        serving = asyncio.create_task(connection(wire, model="openai:any").serve())
        while True:
            event = await wire.outgoing.get()
            events.append(event)
            if event["type"] == "response.function_call_arguments.done":
                output = {"type": "function_call_output", "output": "rain"}
                output["call_id"] = event["call_id"]
                wire.says("conversation.item.create", item=output)
                wire.says("response.create")
                wire.is_silent(4.0)
                wire.says("kairos.hang_up")
            if event["type"] == "kairos.call_ended":
                break
        await serving
    said = [one["transcript"] for one in checked(events) if one["type"].endswith("script.done")]
    assert "I hear rain." in said
    arguments = [one["arguments"] for one in events if one["type"].endswith("arguments.done")]
    assert arguments == ['{"city": "Leeds"}']


class Others:
    """A toolbox of the policy's own."""

    async def run(self, tool: Tool, arguments: Mapping[str, Any], key: str) -> Answer:
        return Answer(True, tool.id)

    async def close(self) -> None:
        """Nothing is held."""


async def test_tools_of_the_policys_own_are_not_the_clients() -> None:
    from agent.realtime.functions import ClientFunctions

    own = Tool.model_validate({"id": "own", "description": "d", "python": "shop.parcels:track"})
    functions = ClientFunctions(lambda name, arguments: pytest.fail("asked"), Others())
    assert await functions.run(own, {}, "k") == Answer(True, "own")
    functions.answered("call_9", "too late")
