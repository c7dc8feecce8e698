"""Whole calls by the real ``openai`` SDK, on real time, and what the server knows of them after."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")
pytest.importorskip("openai")

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from websockets.exceptions import ConnectionClosed

from agent.live.pacing import WallClock
from agent.realtime.commands import CallerAudio, PressKey
from agent.realtime.line import CallerLine
from agent.serving.entries import Flow
from agent.serving.realtime import at_pace
from agent.serving.wire import Gate
from speech.protocols import SAMPLE_RATE, Audio
from tests.agent.serving.stage import POLICY, TOKEN, Stage, pcm, serving, until
from tests.agent.serving.test_server import rest
from tests.agent.telephony.caller import speech

FRAME = SAMPLE_RATE // 50


class Microphone:
    """What a client's microphone brings, 20 ms at a time, on real time."""

    def __init__(self, connection: AsyncRealtimeConnection) -> None:
        self._connection = connection
        self._says = np.zeros(0, np.float32)
        self._task = asyncio.create_task(self._run())

    def says(self, audio: Audio) -> None:
        self._says = np.concatenate((self._says, audio))

    async def _run(self) -> None:
        clock = WallClock()
        begun = clock.now()
        noise = np.random.default_rng(1)
        try:
            for frame in range(100_000):
                await clock.until(begun + frame * 0.02)
                hiss = (1e-3 * noise.standard_normal(FRAME)).astype(np.float32)
                said, self._says = self._says[:FRAME], self._says[FRAME:]
                hiss[: len(said)] += said
                audio = base64.b64encode(pcm(np.clip(hiss, -1, 1))).decode()
                await self._connection.input_audio_buffer.append(audio=audio)
        except ConnectionClosed:
            return

    async def off(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def figure(text: str, name: str) -> float:
    """One of Prometheus' text."""
    return float(text.partition(f"\n{name} ")[2].partition("\n")[0])


def client(stage: Stage) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=TOKEN, websocket_base_url=f"ws://{stage.host}/v1")


@pytest.mark.alone
@pytest.mark.slow
async def test_a_whole_call(tmp_path: Path) -> None:
    told: list[Any] = []

    def of(kind: str) -> list[Any]:
        return [one for one in told if one.type == kind]

    async with serving(tmp_path) as stage, asyncio.timeout(60):
        openai = client(stage)
        async with openai.realtime.connect(model="broadband") as connection:
            arrived: list[float] = []  # the sound of the greeting

            async def come(kind: str) -> Any:
                while True:
                    event = await connection.recv()
                    told.append(event)
                    if event.type == "response.output_audio.delta":
                        arrived.append(asyncio.get_running_loop().time())
                    if event.type == kind:
                        return event

            microphone = Microphone(connection)
            await come("response.done")
            deltas = of("response.output_audio.delta")
            greeting_s = sum(len(base64.b64decode(one.delta)) for one in deltas) / 2 / SAMPLE_RATE
            # It came at the pace at which it is to be heard.
            assert greeting_s > 2.0
            assert arrived[-1] - arrived[0] > 0.7 * greeting_s
            transcript = of("response.output_audio_transcript.done")[0].transcript
            assert transcript == POLICY.greeting
            # What is said after the greeting, that the call may be recorded.
            await come("response.done")
            microphone.says(speech("my internet is down"))
            asked = "conversation.item.input_audio_transcription.completed"
            assert "internet is down" in (await come(asked)).transcript.lower()
            await come("response.output_audio_transcript.done")
            leave: Any = {"type": "kairos.hang_up"}
            await connection.send(leave)
            with pytest.raises(ConnectionClosed):
                await come("never")
            await microphone.off()
        await openai.close()
        (ended,) = of("kairos.call_ended")
        assert ended.outcome == "caller_hung_up"
        await stage.emptied()

        (listed,) = (await stage.http.get("/calls")).json()["calls"]
        assert (listed["policy"], listed["channel"]) == ("broadband", "realtime")
        assert (listed["state"], listed["outcome"]) == ("ended", "caller_hung_up")
        kinds = {}
        for name, path in listed["files"].items():
            answer = await stage.http.get(path)
            assert answer.content == (tmp_path / listed["id"] / name).read_bytes()
            assert answer.headers["cache-control"] == "no-store"
            kinds[name] = answer.headers["content-type"].partition(";")[0]
        assert kinds == {
            "call.wav": "audio/wav",
            "events.jsonl": "application/x-ndjson",
            "report.html": "text/html",
            "result.json": "application/json",
        }
        figures = (await stage.http.get("/metrics")).text
        result = json.loads((tmp_path / listed["id"] / "result.json").read_text())
    assert 'kairos_calls_total{channel="realtime",outcome="caller_hung_up"} 1.0' in figures
    gaps = len(result["figures"]["gaps_s"])
    assert gaps >= 1
    assert f"kairos_response_gap_seconds_count {gaps:.1f}" in figures
    assert 'kairos_thinks_total{outcome="answered"}' in figures
    frames = figure(figures, "kairos_frames_total")
    heard_s = frames / 50 + figure(figures, "kairos_made_up_seconds_total")
    assert heard_s == pytest.approx(result["duration_s"], abs=0.05)


@pytest.mark.slow
async def test_a_slow_client_is_let_go_and_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.realtime.socket.MOST_UNSENT", 20)
    begin = json.dumps({"type": "session.update", "session": {"type": "realtime"}})
    async with serving(tmp_path) as stage, asyncio.timeout(60):
        async with stage.socket(max_queue=1) as slow, stage.socket() as quick:
            slow.transport.pause_reading()
            for socket in (slow, quick):
                await socket.send(begin)
            # What fills a network's own buffers: an answer to each of many faults.
            fault = json.dumps({"type": "bogus", "event_id": "x" * 500})
            flood = asyncio.create_task(flooded(slow, fault))
            kinds = []
            while "response.done" not in kinds:
                kinds.append(json.loads(await quick.recv())["type"])
            await until(lambda: stage.calls.active == 1)
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
            slow.transport.abort()
        await stage.emptied()


async def flooded(socket: Any, message: str) -> None:
    while True:
        await socket.send(message)


class Frozen:
    """Time that passes when it is waited for."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def until(self, at: float) -> None:
        self.time = max(self.time, at)
        await asyncio.sleep(0)

    async def sooner(self, at: float, news: asyncio.Event) -> None:
        if not news.is_set():
            await self.until(at)


class Echo:
    """A call that hears, and speaks while it is told to."""

    sample_rate = SAMPLE_RATE

    def __init__(self, clock: Frozen, frames: int) -> None:
        self.ended: str | None = None
        self.heard: list[tuple[float, Audio]] = []
        self.keys: list[int] = []
        self.speaks = 0.0
        self._clock = clock
        self._left = frames

    async def step(self, frame: Audio) -> Audio:
        self.heard.append((self._clock.time, frame))
        self._left -= 1
        if not self._left:
            self.ended = "agent_hung_up"
        return np.full(len(frame), float(self._clock.time < self.speaks), np.float32)

    def caller_dtmf(self, digit: str) -> None:
        self.keys.append(sum(len(frame) for _, frame in self.heard))


async def paced(frames: int, speaks: float, *commands: Any) -> tuple[Echo, Flow]:
    clock = Frozen()
    call: Any = Echo(clock, frames)
    call.speaks = speaks
    session: Any = type("Session", (), {"sound": lambda self, audio: ()})()
    line = CallerLine(session, lambda events: None)
    for command in commands:
        line.add(command)
    flow = Flow()
    await at_pace(call, line, flow, clock)
    return call, flow


async def test_sound_ahead_of_time_is_made_up_for_while_the_agent_is_silent() -> None:
    sound = np.arange(1, 2 * SAMPLE_RATE + 1, dtype=np.float32)
    call, flow = await paced(150, 1.0, CallerAudio(sound))
    heard = np.concatenate([frame for _, frame in call.heard])
    assert np.array_equal(heard[: len(sound)], sound)
    assert flow.dropped == 0
    times = [at for at, _ in call.heard]
    # A frame at a time while the agent is heard, then two until what waits is a network's doing.
    # What is there need not wait for its time, so the agent is one frame ahead, and no more.
    assert sum(at < 0.99 for at in times) == 51
    assert sum(1.01 < at < 1.29 for at in times) == 28
    # When no more comes it is waited for, once.
    assert sorted(np.diff(times))[-2] < 0.021
    assert max(np.diff(times)) < 0.051
    assert times.count(times[-1]) == 1


class Microphoned(Frozen):
    """A clock at each of whose ticks a frame of the caller's comes."""

    line: CallerLine

    async def until(self, at: float) -> None:
        await super().until(at)
        self.line.add(CallerAudio(np.ones(FRAME, np.float32)))


async def test_what_came_while_the_call_was_opened_is_no_delay_for_all_of_it() -> None:
    clock = Microphoned()
    call: Any = Echo(clock, 120)
    session: Any = type("Session", (), {"sound": lambda self, audio: ()})()
    clock.line = CallerLine(session, lambda events: None)
    clock.line.add(CallerAudio(np.ones(10 * FRAME, np.float32)))
    flow = Flow()
    await at_pace(call, clock.line, flow, clock)
    assert flow.made_up == 10 * FRAME
    assert clock.line.unheard_s == pytest.approx(0.0)
    assert (flow.silence, flow.dropped) == (0, 0)


async def test_a_key_is_pressed_between_the_sounds_before_and_after_it() -> None:
    ones = np.ones(FRAME * 3, np.float32)
    call, _ = await paced(20, 9.0, CallerAudio(ones), PressKey("5"), CallerAudio(ones))
    assert call.keys == [3 * FRAME]
    heard = np.concatenate([frame for _, frame in call.heard])
    assert heard[: 6 * FRAME].all()


async def test_sound_that_does_not_come_is_silence_and_counted() -> None:
    _, flow = await paced(10, 9.0, CallerAudio(np.ones(FRAME * 4, np.float32)))
    assert flow.silence == 6 * FRAME
    assert flow.pace.frames == 10


async def test_who_sends_too_fast_is_read_more_slowly() -> None:
    clock = Frozen()
    gate = Gate(clock, 10.0)
    for _ in range(50):
        await gate.passed()
    assert clock.time < 0.01
    for _ in range(100):
        await gate.passed()
    assert clock.time == pytest.approx(10.0)
    clock.time = 100.0
    for _ in range(50):
        await gate.passed()
    assert clock.time == pytest.approx(100.0)


async def test_who_has_hung_up_is_not_heard_any_more() -> None:
    line = CallerLine(type("Session", (), {})(), lambda events: None)
    line.hang_up()
    line.add(CallerAudio(np.ones(FRAME, np.float32)))
    assert line.over


@pytest.mark.slow
async def test_a_call_that_cannot_be_opened_is_told_of_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = json.dumps({"type": "session.update", "session": {"type": "realtime"}})
    async with serving(tmp_path, environment={}) as stage:
        # It was there when the server began.
        broken = POLICY.model_copy(update={"language": "zh"})
        stage.server.terms.policies["broadband"] = broken  # type: ignore[index]
        async with stage.socket() as socket:
            await socket.send(begin)
            errors = [one for one in await rest(socket) if one["type"] == "error"]
            assert errors[-1]["error"]["code"] == "call_failed"
        await stage.emptied()
        (listed,) = (await stage.http.get("/calls")).json()["calls"]
        assert (listed["state"], listed["outcome"], listed["files"]) == ("ended", "error", {})
    assert "call.broke" in capsys.readouterr().err
