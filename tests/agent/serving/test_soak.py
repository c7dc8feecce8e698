"""Twenty callers at once for two minutes, at a server of their own: what must be so afterwards,
however busy the machine was. (How fast it is: tests.benchmarks.serving.)"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from agent import files
from agent.journal import read_journal
from agent.recording import read_recording
from agent.records import CallEnded, CallerTurn, Utterance
from speech.protocols import SAMPLE_RATE
from tests.agent.serving.callers import Caller, Crowd, caller
from tests.agent.serving.process import Served, served
from tests.agent.serving.tracks import track

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

CALLS = 20
SECONDS = 120.0
UNDERSTOOD = 0.7
"""Of the callers' words at least: they talk over the agent, and pause where they like."""
KEPT_MB = 60.0
"""By how much more a second wave of calls may leave behind than the first."""
PROPER = ("caller_hung_up", "agent_hung_up", "transferred")
WITHIN_S = 900.0
"""A machine that is too slow for so many calls hears what has piled up first."""


def held(server: Served, seconds: float) -> list[Caller]:
    """A wave of calls, over and written."""
    before = server.figure("kairos_calls_total")
    callers = [caller(track(number, seconds), number * 0.251, seconds) for number in range(CALLS)]
    crowd = Crowd(callers, server.port)
    crowd.talk()
    crowd.close()
    server.until(lambda: server.figure("kairos_active_calls") == 0, WITHIN_S)
    server.until(lambda: server.figure("kairos_calls_total") == before + CALLS, WITHIN_S)
    return callers


def whole(server: Served, one: Caller) -> None:
    """A call ended as it should have, and all of it is in its files."""
    assert (one.status, one.errors, one.code) == (101, [], 1000)
    # Whom the agent has not understood three times it hands on.
    assert one.outcome in PROPER
    folder = server.out / one.call
    result = json.loads((folder / files.RESULT).read_text())
    records = read_journal(folder / files.JOURNAL)
    ended = records[-1]
    assert isinstance(ended, CallEnded)
    assert ended.outcome == result["outcome"] == one.outcome
    heard, said = read_recording(folder / files.RECORDING)
    assert heard.size == said.size
    assert heard.size / SAMPLE_RATE == pytest.approx(ended.duration, abs=0.05)
    assert said.any()
    assert heard.any()
    # What the client was told is what was written down.
    assert [one for one in records if isinstance(one, Utterance)]
    turns = [record.text for record in records if isinstance(record, CallerTurn)]
    assert turns == one.captions
    assert b"</html>" in (folder / files.REPORT).read_bytes()[-100:]


def test_twenty_calls_for_two_minutes(tmp_path: Path) -> None:
    # Who has hung up is silent for as long as it takes to hear what has piled up.
    with served(tmp_path, "--max-calls", str(CALLS), "--idle", "600") as server:
        open_files, processes = server.open_files, len(server.pids)
        callers = held(server, SECONDS)
        for one in callers:
            whole(server, one)
        figures = server.figures()
        for outcome, count in Counter(one.outcome for one in callers).items():
            labels = f'{{channel="realtime",outcome="{outcome}"}}'
            assert figures[f"kairos_calls_total{labels}"] == count
        assert (figures["kairos_active_calls"], figures["kairos_refused_calls"]) == (0, 0)
        results = [server.out / one.call / files.RESULT for one in callers]
        length_s = sum(json.loads(one.read_text())["duration_s"] for one in results)
        assert figures["kairos_call_seconds_total"] == pytest.approx(length_s, abs=0.1)
        heard_s = figures["kairos_frames_total"] / 50 + figures["kairos_made_up_seconds_total"]
        assert heard_s == pytest.approx(length_s, abs=0.1 * CALLS)
        if not figures["kairos_dropped_samples_total"]:
            # Where sound was dropped, the machine is too slow for so many, and words are missing.
            assert all(one.captions for one in callers)
            assert sum(one.understood for one in callers) / CALLS >= UNDERSTOOD
        first_mb = server.memory_mb
        for one in held(server, 5.0):
            whole(server, one)
        server.until(lambda: server.open_files <= open_files)
        server.until(lambda: len(server.pids) <= processes)
        assert server.memory_mb <= first_mb + KEPT_MB
        listed = server.calls()
        assert [one["state"] for one in listed] == ["ended"] * 2 * CALLS
        assert all(len(one["files"]) == 4 for one in listed)
        assert server.stop() == 0
        log = server.log.read_text()
    assert "Traceback" not in log
    assert "call.broke" not in log
    assert "call.not_written" not in log
