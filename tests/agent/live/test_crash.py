"""A live call whose process is killed: its files have all but the last second."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import pytest

from agent.journal import read_journal
from agent.recording import read_recording
from agent.records import CallOpened, PerceptSeen
from speech.protocols import SAMPLE_RATE

# Tells each second of the call, and would go on for ever.
CALL = """
import asyncio, sys
from agent.conversation import Conversation
from agent.live.jitter import JitterBuffer
from agent.live.pacing import Pacer, WallClock, drive

async def hold():
    told = 0
    async with Conversation.open("broadband", clock="live", out=sys.argv[1]) as call:
        def send(_):
            nonlocal told
            if call.now >= told + 1:
                told += 1
                print(told, flush=True)
        await drive(call, JitterBuffer(24_000), send, Pacer(WallClock()))

asyncio.run(hold())
"""


@pytest.mark.slow
def test_the_files_of_a_killed_call_are_there(tmp_path: Path, root: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CALL, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        for line in process.stdout:
            if line.strip() == "4":
                process.kill()
                break
    records = read_journal(tmp_path / "events.jsonl")
    assert isinstance(records[0], CallOpened)
    assert records[-1].at >= 3.0
    assert sum(isinstance(one, PerceptSeen) for one in records) > 1
    caller, agent = read_recording(tmp_path / "call.wav")
    assert caller.size == agent.size >= 3 * SAMPLE_RATE
    assert agent.any()
    with wave.open(str(tmp_path / "call.wav")) as file:
        assert file.getnframes() >= 3 * SAMPLE_RATE
