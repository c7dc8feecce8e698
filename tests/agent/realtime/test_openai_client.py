"""A whole call through the real ``openai`` SDK, over a real socket, with real sound."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openai")
pytest.importorskip("websockets")

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from agent.conversation import Conversation
from agent.realtime.session import RealtimeSession
from agent.realtime.socket import Connection, Gone
from agent.records import CallerTurn, PerceptSeen
from policies.loading import load_policy
from policies.policy import Policy
from scenarios.caller import voiced
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import HeardLess
from system2.tools.answers import Toolbox
from tests.agent.realtime.driving import as_it_arrives

POLICY = load_policy("broadband")


def spoken(text: str) -> Audio:
    return 0.6 * voiced(EspeakVoice("en-us+klatt4", 170, 50), text)


def quiet(seconds: float) -> Audio:
    noise = np.random.default_rng(1).standard_normal(round(seconds * SAMPLE_RATE))
    return (1e-3 * noise).astype(np.float32)


@dataclass
class Wire:
    """A connection of websockets' as a ``Wire``."""

    connection: ServerConnection

    async def receive(self) -> str | bytes:
        try:
            return await self.connection.recv()
        except ConnectionClosed:
            raise Gone from None

    async def send(self, text: str) -> None:
        try:
            await self.connection.send(text)
        except ConnectionClosed:
            raise Gone from None

    async def close(self, code: int, reason: str) -> None:
        await self.connection.close(code, reason)


@dataclass
class Caller:
    """The client's side: what it was told, one typed event of the SDK's each."""

    connection: AsyncRealtimeConnection
    calls: list[Conversation]
    told: list[Any] = field(default_factory=list)

    async def says(self, *sound: Audio) -> None:
        audio = np.concatenate(sound)
        for at in range(0, len(audio), 4800):
            data = np.rint(audio[at : at + 4800] * 32767).astype("<i2").tobytes()
            await self.connection.input_audio_buffer.append(audio=base64.b64encode(data).decode())

    async def until(self, kind: str, count: int = 1, **has: str) -> Any:
        """Reads up to the ``count``-th more event of a kind."""
        while count:
            event = await self.connection.recv()
            self.told.append(event)
            if event.type == kind and all(getattr(event, k) == v for k, v in has.items()):
                count -= 1
        return self.told[-1]

    async def rest(self) -> None:
        with pytest.raises(ConnectionClosed):
            await self.until("never")

    def of(self, kind: str) -> list[Any]:
        return [one for one in self.told if one.type == kind]

    def transcripts(self) -> list[str]:
        return [one.transcript for one in self.of("response.output_audio_transcript.done")]

    def seconds(self, item: str) -> float:
        """How much sound of an item came."""
        deltas = [one for one in self.of("response.output_audio.delta") if one.item_id == item]
        return sum(len(base64.b64decode(one.delta)) for one in deltas) / 2 / SAMPLE_RATE


@asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    calls: list[Conversation] = []

    @asynccontextmanager
    async def opener(policy: Policy, tools: Toolbox) -> AsyncIterator[Conversation]:
        async with Conversation.open(policy, tools=tools) as call:
            calls.append(call)
            yield call

    async def answer(connection: ServerConnection) -> None:
        session = RealtimeSession(POLICY, "grounded", "sess_1")
        await Connection(Wire(connection), session, POLICY, opener, as_it_arrives).serve()

    async with serve(answer, "127.0.0.1", 0, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        client = AsyncOpenAI(api_key="any", websocket_base_url=f"ws://127.0.0.1:{port}/v1")
        async with asyncio.timeout(60), client.realtime.connect(model="broadband") as connection:
            yield Caller(connection, calls)
        await client.close()


@pytest.mark.slow
async def test_a_whole_call() -> None:
    async with calling() as caller:
        connection = caller.connection
        created = await caller.until("session.created")
        assert created.session.audio.output.format.rate == SAMPLE_RATE
        await connection.session.update(
            session={
                "type": "realtime",
                "instructions": "Be brief.",
                "audio": {
                    "input": {
                        "format": {"type": "audio/pcm", "rate": 24000},
                        "turn_detection": {"type": "server_vad", "idle_timeout_ms": 6000},
                    }
                },
            }
        )
        updated = await caller.until("session.updated")
        assert updated.session.instructions == "Be brief."
        assert updated.session.audio.input.turn_detection.idle_timeout_ms == 6000

        # It is greeted, asks, and breaks into the answer.
        await caller.says(quiet(7.0), spoken("what do i do with the router"), quiet(2.8))
        await caller.says(spoken("no wait i want to cancel my contract"), quiet(7.0))
        asked = "conversation.item.input_audio_transcription.completed"
        first = await caller.until(asked)
        assert "router" in first.transcript
        assert caller.transcripts()[0] == POLICY.greeting
        greeting = caller.of("response.created")[0].response.id
        assert caller.of("response.output_audio.delta")[0].response_id == greeting
        cut = (await caller.until("conversation.item.truncated")).item_id
        done = caller.of("response.done")[-1].response
        assert (done.status, done.status_details.reason) == ("cancelled", "turn_detected")
        kinds = [one.type for one in caller.told]
        started = len(kinds) - 1 - kinds[::-1].index("input_audio_buffer.speech_started")
        assert started < kinds.index("conversation.item.truncated")
        sent_s = caller.seconds(cut)
        assert caller.told[-1].audio_end_ms == pytest.approx(sent_s * 1000, abs=1)

        # Its own loudspeaker was behind: it says how much was really heard.
        await connection.conversation.item.truncate(
            item_id=cut, content_index=0, audio_end_ms=round(sent_s * 1000) - 500
        )
        await caller.until("conversation.item.truncated")
        second = await caller.until(asked) if len(caller.of(asked)) < 2 else caller.of(asked)[1]
        assert "cancel" in second.transcript
        await caller.until("response.output_audio_transcript.done")

        # It writes a line, sends nonsense, falls silent, and leaves.
        content = [{"type": "input_text", "text": "My internet is down."}]
        item: Any = {"type": "message", "role": "user", "content": content}
        await connection.conversation.item.create(item=item)
        await connection.response.create()
        nonsense: Any = {"type": "bogus", "event_id": "mine"}
        await connection.send(nonsense)
        error = (await caller.until("error")).error
        assert (error.type, error.code, error.event_id) == (
            "invalid_request_error",
            "unknown_event",
            "mine",
        )
        await caller.says(quiet(14.0))
        await caller.until("input_audio_buffer.timeout_triggered")
        leave: Any = {"type": "kairos.hang_up"}
        await connection.send(leave)
        await caller.rest()
    assert any("postcode" in one for one in caller.transcripts())
    (call,) = caller.calls
    assert call.ended == "caller_hung_up"
    assert caller.of("kairos.call_ended")[0].outcome == "caller_hung_up"
    assert [one.text for one in call.journal if isinstance(one, CallerTurn)][-1] == (
        "My internet is down."
    )
    (less,) = [
        one.percept
        for one in call.journal
        if isinstance(one, PerceptSeen) and isinstance(one.percept, HeardLess)
    ]
    cut_text = next(
        one.transcript
        for one in caller.of("response.output_audio_transcript.done")
        if one.item_id == cut
    )
    assert less.chars < len(cut_text)
