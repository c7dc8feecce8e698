"""Calls in processes of their own: what a client, the list and the figures see of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from websockets.asyncio.client import connect

from agent.serving.apart.nursery import Nursery
from agent.serving.terms import Terms
from speech.errors import SpeechError
from tests.agent.serving.stage import POLICY, TOKEN, Stage, serving, until
from tests.agent.serving.test_phone import asked, sent, signed, stream
from tests.agent.serving.test_server import begun, refused, rest
from tests.agent.telephony.caller import Twilio

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a warm process is forked"),
]

FILES = ["call.wav", "events.jsonl", "report.html", "result.json"]


def children(process: int) -> list[int]:
    """The processes that another has begun."""
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                stat = (one / "stat").read_text()
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == process:
                found.append(int(one.name))
    return found


def of_calls(stage: Stage) -> list[int]:
    """The processes of the calls of a server."""
    assert stage.nursery is not None
    return children(stage.nursery.pid)


async def listed(stage: Stage) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = (await stage.http.get("/calls")).json()["calls"]
    return calls


def files(stage: Stage, call: dict[str, Any]) -> list[str]:
    return sorted(one.name for one in (stage.out / call["id"]).iterdir())


async def test_each_call_has_a_process_and_the_server_knows_of_all(tmp_path: Path) -> None:
    async with serving(tmp_path, apart=True, max_calls=2) as stage:
        async with stage.socket() as one, stage.socket() as other:
            await asyncio.gather(begun(one), begun(other))
            assert len(of_calls(stage)) == 2
            running = await listed(stage)
            assert {call["state"] for call in running} == {"running"}
            assert (await refused(stage)).response.status_code == 503
            await one.send(json.dumps({"type": "kairos.hang_up"}))
            events = await rest(one)
            assert events[-1]["type"] == "kairos.call_ended"
            # The line is free before the files are written, and the other call goes on.
            await until(lambda: stage.calls.active == 1)
            assert [call["state"] for call in await listed(stage)] == ["running", "ended"]
            await other.send(json.dumps({"type": "bogus"}))
            while json.loads(await other.recv())["type"] != "error":
                pass
        await stage.emptied()
        calls = await listed(stage)
        figures = (await stage.http.get("/metrics")).text
        assert [files(stage, call) for call in calls] == [FILES, FILES]
        await until(lambda: not of_calls(stage))
    assert 'calls_total{channel="realtime",outcome="caller_hung_up"} 2.0' in figures
    assert "kairos_frames_total 0.0" not in figures


async def test_a_client_that_begins_no_call_leaves_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path, apart=True) as stage:
        async with stage.socket() as socket:
            assert json.loads(await socket.recv())["type"] == "session.created"
            assert stage.calls.active == 1
        await stage.emptied()
        await until(lambda: not of_calls(stage))
        assert await listed(stage) == []


async def test_what_ends_calls_here_ends_them_there(tmp_path: Path) -> None:
    async with serving(tmp_path, apart=True, drain_s=0.3) as stage, stage.socket() as waiting:
        await waiting.recv()
        async with stage.socket() as socket:
            await begun(socket)
            stage.server.stop()
            events = await rest(socket)
        ended = next(one for one in events if one["type"] == "kairos.call_ended")
        assert (ended["outcome"], ended["by"]) == ("error", "system")
        await rest(waiting)
        await stage.emptied()
        await until(lambda: not of_calls(stage))
    (folder,) = tmp_path.iterdir()  # noqa: ASYNC240 - nobody waits
    assert sorted(one.name for one in folder.iterdir()) == FILES


async def test_a_call_whose_process_dies_is_over_and_no_other_is(tmp_path: Path) -> None:
    async with serving(tmp_path, apart=True) as stage, asyncio.timeout(60):
        async with stage.socket() as one:
            await begun(one)
            (process,) = of_calls(stage)
            async with stage.socket() as other:
                await begun(other)
                os.kill(process, signal.SIGKILL)
                await rest(one)
                await until(lambda: stage.calls.active == 1)
                assert [call["outcome"] for call in await listed(stage)] == [None, "error"]
                await other.send(json.dumps({"type": "kairos.hang_up"}))
                assert (await rest(other))[-1]["type"] == "kairos.call_ended"
        await stage.emptied()
        died = next(call for call in await listed(stage) if call["outcome"] == "error")
        # What there was of it is finished here.
        assert files(stage, died) == FILES
        assert died["duration_s"] > 0
        figures = (await stage.http.get("/metrics")).text
    assert 'calls_total{channel="realtime",outcome="error"} 1.0' in figures


async def test_without_the_process_that_forks_calls_are_held_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(tmp_path, apart=True) as stage:
        assert stage.nursery is not None
        async with stage.socket() as before:
            await begun(before)
            os.kill(stage.nursery.pid, signal.SIGKILL)
            stage.nursery._process.wait()
            async with stage.socket() as socket:
                await begun(socket)
                await socket.send(json.dumps({"type": "kairos.hang_up"}))
                assert (await rest(socket))[-1]["type"] == "kairos.call_ended"
            await before.send(json.dumps({"type": "kairos.hang_up"}))
            assert (await rest(before))[-1]["type"] == "kairos.call_ended"
        await stage.emptied()
        assert [files(stage, call) for call in await listed(stage)] == [FILES, FILES]
    assert "call.not_apart" in capsys.readouterr().err


async def test_a_process_that_takes_no_letters_holds_nobody_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.serving.apart.nursery.TAKES_WITHIN_S", 0.05)
    async with serving(tmp_path, apart=True) as stage:
        assert stage.nursery is not None
        os.kill(stage.nursery.pid, signal.SIGSTOP)
        try:
            with suppress(TimeoutError):
                while True:
                    stage.nursery._ours.send(b"x" * 65536)
            async with stage.socket() as socket:
                await begun(socket)
                await socket.send(json.dumps({"type": "kairos.hang_up"}))
                assert (await rest(socket))[-1]["type"] == "kairos.call_ended"
        finally:
            stage.nursery._process.kill()
        await stage.emptied()
    assert "call.not_apart" in capsys.readouterr().err


async def test_a_ticket_is_good_once_wherever_the_stream_is(tmp_path: Path) -> None:
    path = "/twilio/media/broadband"
    async with serving(tmp_path, apart=True) as stage, asyncio.timeout(60):
        _, parameters = stream((await asked(stage)).text)
        async with stage.socket(path, additional_headers=signed(stage)) as socket:
            await sent(socket, Twilio().begins(**parameters))
            while json.loads(await socket.recv())["event"] != "media":
                pass
            (call,) = await listed(stage)
            assert (call["channel"], call["state"]) == ("telephony", "running")
        async with stage.socket(path, additional_headers=signed(stage)) as socket:
            await sent(socket, Twilio().begins(**parameters))
            await socket.wait_closed()
            assert socket.close_code == 1008
        await stage.emptied()


def test_a_policy_that_cannot_be_served_is_told_at_once(tmp_path: Path) -> None:
    policy = POLICY.model_copy(update={"language": "zh"})
    with pytest.raises(SpeechError, match="embedded ears understand English only"):
        Nursery(Terms({"broadband": policy}, tmp_path))


@contextmanager
def a_server(out: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``kairos serve`` in a process of its own, and its address."""
    program = "from agent.cli.app import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "serve", "broadband", "--port", "0"]
    environment = {**os.environ, "KAIROS_TOKENS": TOKEN}
    server = subprocess.Popen(
        [*command, "--out", str(out)], env=environment, stdout=subprocess.PIPE, text=True
    )
    with server:
        try:
            assert server.stdout is not None
            yield server, server.stdout.readline().split()[-1].replace("http", "ws")
        finally:
            server.kill()


async def test_calls_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    head = {"Authorization": f"Bearer {TOKEN}"}
    with a_server(tmp_path) as (server, url):
        async with connect(f"{url}/v1/realtime", additional_headers=head) as socket:
            await begun(socket)
            (nursery,) = children(server.pid)
            (process,) = children(nursery)
            server.kill()
            events = await rest(socket)
    ended = next(one for one in events if one["type"] == "kairos.call_ended")
    assert (ended["outcome"], ended["by"]) == ("error", "system")
    await until(lambda: gone(nursery) and gone(process))
    (folder,) = tmp_path.iterdir()  # noqa: ASYNC240 - nobody waits
    assert sorted(one.name for one in folder.iterdir()) == FILES


def gone(process: int) -> bool:
    """Whether it has ended; its entry may wait for a parent that reads it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
