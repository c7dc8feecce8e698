"""The live path makes the same decisions as the virtual one on the same audio."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from agent.cli.app import main
from agent.journal import read_journal
from agent.live.pacing import FRAME_S, FRAME_SAMPLES, WallClock
from agent.recording import read_recording
from agent.records import CallEnded, Decision, Record, ThinkDone
from speech.protocols import SAMPLE_RATE, Audio
from tests.agent.serving.stage import pcm, serving, until
from tests.agent.telephony.caller import speech

LUMP = 3
"""Frames that the caller's network brings at once."""
LEAD_S = 0.3
"""So much of the caller's sound is under way, so that a busy machine tears no word apart."""
LOUD = 500


class Caller:
    """A client of ``/v1/realtime`` with a microphone, on real time."""

    def __init__(self, socket: ClientConnection) -> None:
        self.sent: list[Audio] = []
        self._socket = socket
        self._line = np.zeros(0, np.float32)
        self._heard: list[int] = []
        self._noise = np.random.default_rng(1)

    def says(self, *parts: str | float) -> None:
        """Words, and pauses (s)."""
        for part in parts:
            if isinstance(part, str):
                audio = speech(part)
            else:
                audio = np.zeros(round(part * SAMPLE_RATE), np.float32)
            self._line = np.concatenate((self._line, audio))

    async def speaks(self) -> None:
        clock = WallClock()
        begun = clock.now()
        size = LUMP * FRAME_SAMPLES
        with suppress(ConnectionClosed):
            while True:
                await clock.until(begun + len(self.sent) * LUMP * FRAME_S - LEAD_S)
                lump = (1e-3 * self._noise.standard_normal(size)).astype(np.float32)
                said, self._line = self._line[:size], self._line[size:]
                lump[: len(said)] += said
                self.sent.append(np.clip(lump, -1, 1))
                audio = base64.b64encode(pcm(self.sent[-1])).decode()
                message = {"type": "input_audio_buffer.append", "audio": audio}
                await self._socket.send(json.dumps(message))

    async def hears(self) -> None:
        with suppress(ConnectionClosed):
            async for message in self._socket:
                event = json.loads(message)
                if event["type"] == "response.output_audio.delta":
                    samples = np.frombuffer(base64.b64decode(event["delta"]), "<i2")
                    if np.abs(samples).max(initial=0) > LOUD:
                        self._heard.append(self._frame)

    @property
    def _frame(self) -> int:
        return len(self.sent) * LUMP

    async def until_heard(self, seconds: float) -> None:
        """Until the agent has spoken for so long from now on."""
        first = self._frame
        await until(lambda: sum(one > first for one in self._heard) * FRAME_S > seconds)

    async def until_quiet(self, seconds: float = 0.8) -> None:
        """Until the agent has spoken from now on, and then not for so long."""
        await self.until_heard(0.1)
        await until(lambda: self._heard[-1] < self._frame - seconds / FRAME_S)


async def held(out: Path) -> Path:
    """A live call with a bit of everything; its folder."""
    async with serving(out) as stage, asyncio.timeout(120):
        async with stage.socket() as socket:
            caller = Caller(socket)
            tasks = [asyncio.create_task(caller.speaks()), asyncio.create_task(caller.hears())]
            await caller.until_quiet()
            caller.says("when will it be fixed")
            await caller.until_quiet()
            caller.says("my internet", 1.0, "is down")
            await caller.until_quiet()
            # Long answers, so that there is time to speak over them on a busy machine too.
            caller.says("what are your prices")
            await caller.until_heard(0.6)
            caller.says("uh-huh")
            await caller.until_quiet()
            caller.says("what are your prices")
            await caller.until_heard(1.0)
            caller.says("wait wait that is wrong")
            # The answer; then silence, until the agent asks whether somebody is there.
            await caller.until_quiet(3.0)
            await caller.until_quiet()
            caller.says("goodbye")
            await asyncio.gather(*tasks)
        await stage.emptied()
        (call,) = stage.calls.listed
    return out / str(call.id)


@dataclass(frozen=True)
class Done:
    """An act of the agent's. ``at``: s."""

    at: float
    what: tuple[object, ...]


def acts(records: Sequence[Record]) -> list[Done]:
    found = []
    for one in records:
        match one:
            case Decision():
                what = (one.do, one.to, one.kind, one.text, one.because.rule)
                found.append(Done(one.at, what))
            case CallEnded():
                found.append(Done(one.at, ("end", one.outcome, one.by)))
            case _:
                pass
    return found


def differences(live: Sequence[Done], virtual: Sequence[Done]) -> list[str]:
    """What is not the same act within a frame of the same time."""
    return [
        f"live: {one}, virtual: {other}"
        for one, other in zip_longest(live, virtual)
        if one is None
        or other is None
        or one.what != other.what
        or abs(one.at - other.at) > FRAME_S + 1e-6
    ]


@pytest.mark.alone
@pytest.mark.slow
def test_a_live_calls_recording_is_decided_upon_alike(tmp_path: Path) -> None:
    """Nothing is handed over but ``call.wav`` and how long thinking took.

    Live, a think takes what it takes; ``kairos call`` charges each the same, which is here the
    median of those that the live journal has: as the embedded mind answers within a frame, that is
    what makes both alike. With a language model, whose answers differ in length, each later act
    would differ by as much as its think did.

    What reaches a call beside its sound (keys, typed turns, a provider's marks) is in no recording,
    and the day is another one: this call has none of it and asks for no date.
    """
    folder = asyncio.run(held(tmp_path / "live"))
    live = read_journal(folder / "events.jsonl")
    thought = sorted(
        one.first_text - one.started
        for one in live
        if isinstance(one, ThinkDone) and one.first_text is not None
    )
    think = str(round(thought[len(thought) // 2], 3))
    out = tmp_path / "virtual"
    wav = str(folder / "call.wav")
    options = ["--wav", wav, "--channel", "left", "--think", think, "--out", str(out)]
    assert main(["call", "broadband", *options]) == 0
    virtual = read_journal(out / "events.jsonl")

    assert differences(acts(live), acts(virtual)) == []

    rules = {one.because.rule for one in live if isinstance(one, Decision)}
    assert {"greeting", "noinput", "rule.goodbye"} <= rules
    # The backchannel, whatever was made of it, and the interruption.
    assert {"disregard", "stop"} <= {one.do for one in live if isinstance(one, Decision)}

    # What was heard live, silence for what came late and all, is what is recorded, to the bit.
    before, after = read_recording(folder / "call.wav")[0], read_recording(out / "call.wav")[0]
    assert np.array_equal(before, after[: before.size])


@pytest.mark.parametrize("late", [0.03, 0.01])
def test_a_difference_would_be_told(late: float) -> None:
    live = [Done(1.0, ("say", 1, None, "Hello.", "greeting")), Done(2.0, ("end", "error", "x"))]
    virtual = [replace(live[0], at=1.0 + late), live[1]]
    assert len(differences(live, virtual)) == (late > FRAME_S)
    assert len(differences(live, [live[0], replace(live[1], what=("end",))])) == 1
    assert len(differences(live, live[:1])) == 1
