"""``kill -9`` of a server in mid-call, and the next one: what was lost, and what was not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

import httpx2
from websockets.asyncio.client import connect

from agent.cli.app import main
from agent.recording import read_recording
from agent.serving.calls import Calls
from agent.serving.metrics import Metrics
from agent.serving.recovering import recovering
from agent.serving.terms import Terms
from speech.protocols import SAMPLE_RATE
from tests.agent.serving.stage import AUTH_TOKEN, POLICY, TOKEN, Stage, until
from tests.agent.serving.test_phone import FORM, Telephone, asked, signed, stream
from tests.agent.telephony.caller import Twilio, speech

CODE = "from agent.cli.app import main; raise SystemExit(main())"


class Server:
    """``kairos serve`` as a process; a ``Stage`` for those that speak to it."""

    def __init__(self, process: asyncio.subprocess.Process, host: str) -> None:
        self.process = process
        self.host = host
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.http = httpx2.AsyncClient(base_url=f"http://{host}", headers=headers, trust_env=False)
        self.errors = ""

    async def calls(self) -> list[Any]:
        return cast("list[Any]", (await self.http.get("/calls")).json()["calls"])

    async def ended(self, count: int) -> list[Any]:
        """Once so many calls have, and their files are there."""
        while True:
            calls = [one for one in await self.calls() if one["state"] == "ended"]
            if len(calls) == count and all("report.html" in one["files"] for one in calls):
                return calls
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def telephone(self) -> AsyncIterator[Telephone]:
        """A caller's, on whose other end the server is."""
        stage = cast(Stage, self)
        _, parameters = stream((await asked(stage)).text)
        address = f"ws://{self.host}/twilio/media/broadband"
        async with connect(address, additional_headers=signed(stage)) as socket:
            twilio = Twilio()
            for message in twilio.begins(**parameters):
                await socket.send(message)
            telephone = Telephone(socket, twilio)
            try:
                yield telephone
            finally:
                await telephone.off()


@asynccontextmanager
async def process(out: Path, memory: Path) -> AsyncIterator[Server]:
    environment = {
        **os.environ,
        "KAIROS_TOKENS": TOKEN,
        "KAIROS_MEMORY": str(memory),
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    }
    command = ["-c", CODE, "serve", "broadband", "--port", "0", "--drain", "0", "--out", str(out)]
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    assert running.stdout is not None
    line = (await running.stdout.readline()).decode()
    server = Server(running, line.rpartition("http://")[2].strip())
    try:
        yield server
    finally:
        await server.http.aclose()
        if running.returncode is None:
            with suppress(ProcessLookupError):
                running.terminate()
        server.errors = (await running.communicate())[1].decode()


@pytest.mark.alone
@pytest.mark.slow
async def test_a_killed_servers_call_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, memory = tmp_path / "out", tmp_path / "memory.db"
    async with asyncio.timeout(120):
        async with process(out, memory) as first, first.telephone() as telephone:
            await telephone.until_quiet()
            # Another server with the same folder leaves it alone.
            async with process(out, memory) as beside:
                assert await beside.calls() == []
            telephone.twilio.says(speech("my internet is down"))
            await telephone.until_quiet()
            telephone.twilio.says(speech("what are your prices"))
            begun = telephone.twilio.frame
            # Not to the end of what it answers, which is long.
            await until(lambda: len(telephone.twilio.loud(begun)) > 25)
            (call,) = await first.calls()
            folder = out / call["id"]
            assert call["state"] == "running"
            lasted = call["duration_s"]
            # The server, and those of its processes that would see to the call.
            os.killpg(first.process.pid, signal.SIGKILL)
            await first.process.wait()
        assert not (folder / "result.json").exists()
        journal = (folder / "events.jsonl").read_bytes()
        # It may have been in the middle of a line.
        (folder / "events.jsonl").write_bytes(journal + journal.splitlines()[-1][:30])

        async with process(out, memory) as second:
            (found,) = await second.ended(1)
            assert (found["id"], found["state"]) == (call["id"], "ended")
            assert (found["outcome"], found["channel"]) == ("error", "telephony")
            # The one is when the client was let in, the other when its call was opened.
            let_in, opened = (datetime.fromisoformat(one["began"]) for one in (call, found))
            assert timedelta() <= opened - let_in <= timedelta(minutes=1)
            assert lasted - 1.0 <= found["duration_s"] < lasted + 1.0
            assert set(found["files"]) == {
                "events.jsonl",
                "report.html",
                "call.wav",
                "result.json",
            }
            assert (await second.http.get(found["files"]["report.html"])).status_code == 200
            # It is remembered: the next call begins with it.
            async with second.telephone() as telephone:
                await telephone.until_quiet()
            newer, _ = await second.ended(2)
            text = (await second.http.get(newer["files"]["events.jsonl"])).text
        events = [json.loads(line) for line in text.splitlines()]
        (recalled,) = [one for one in events if one.get("op") == "recall"]
        assert recalled["detail"].endswith(", 1 calls")
        (started,) = [one for one in events if one.get("kind") == "call_started"]
        assert "internet is down" in str(started["known"])
    assert f"call={call['id']} outcome=error" in second.errors
    assert "call.recovered" in second.errors
    for secret in ("internet", FORM["From"], AUTH_TOKEN, TOKEN):
        assert secret not in first.errors + beside.errors + second.errors
    whole(folder, journal, lasted)
    monkeypatch.chdir(tmp_path)
    assert main(["replay", str(folder / "events.jsonl")]) == 0
    assert capsys.readouterr().out == "no difference\n"
    # Nor does a file say who called.
    files = [path for path in out.rglob("*") if path.is_file()]
    assert [path for path in files if FORM["From"].encode() in path.read_bytes()] == []


def whole(folder: Path, journal: bytes, lasted: float) -> None:
    """A call's files as any other's."""
    result = json.loads((folder / "result.json").read_text())
    assert (result["outcome"], result["by"]) == ("error", "system")
    assert {path.name for path in folder.iterdir()} == {
        "events.jsonl",
        "report.html",
        "call.wav",
        "result.json",
    }
    now = (folder / "events.jsonl").read_bytes()
    assert now.startswith(journal)
    added = [json.loads(line)["event"] for line in now[len(journal) :].splitlines()]
    assert added[-2:] == ["call_ended", "memory"]
    assert "utterance" in added
    with wave.open(str(folder / "call.wav")) as file:
        assert file.getnframes() >= (lasted - 1.0) * SAMPLE_RATE
    caller, agent = read_recording(folder / "call.wav")
    assert caller.any()
    assert agent.any()


async def test_a_server_lists_what_servers_held_and_nothing_else(tmp_path: Path) -> None:
    calls = Calls(Terms({"broadband": POLICY}, tmp_path), Metrics())
    await recovering(calls, tmp_path / "none")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "unfinished.json").write_text("garbage")
    (tmp_path / "other" / "events.jsonl").write_text("garbage")
    await recovering(calls, tmp_path)
    assert calls.listed == []
