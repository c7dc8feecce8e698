"""Who is let in, who is turned away, and how the server ends. (Calls: test_calls, test_phone.)"""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.serving.files import so_far
from agent.serving.terms import Terms, TermsError, is_loopback, tokens_in
from tests.agent.serving.stage import POLICY, TOKEN, Stage, serving, until

pytestmark = pytest.mark.slow  # uvicorn looks ten times a second whether it is to stop


async def refused(stage: Stage, path: str = "/v1/realtime", **options: Any) -> InvalidStatus:
    with pytest.raises(InvalidStatus) as caught:
        async with stage.socket(path, **options):
            pass
    return caught.value


async def test_anybody_may_ask_for_its_health_and_for_nothing_else(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        bare = {"Authorization": ""}
        assert (await stage.http.get("/healthz", headers=bare)).json() == {"status": "ok"}
        assert (await stage.http.get("/readyz", headers=bare)).json() == {"status": "ready"}
        for path in ("/metrics", "/calls", "/calls/x", "/calls/x/call.wav"):
            answer = await stage.http.get(path, headers=bare)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            wrong = {"Authorization": "Bearer another-token-altogether"}
            assert (await stage.http.get(path, headers=wrong)).status_code == 401
        assert (await stage.http.get("/calls")).json() == {"calls": []}
        assert (await stage.http.get("/calls/x/call.wav")).status_code == 404
        assert b"kairos_active_calls 0.0" in (await stage.http.get("/metrics")).content


async def test_a_websocket_wants_a_token_a_page_of_ours_and_a_policy(tmp_path: Path) -> None:
    async with serving(tmp_path, origins=("https://ours.example",)) as stage:
        assert (await refused(stage, additional_headers={})).response.status_code == 401
        assert (await refused(stage, origin="https://evil.example")).response.status_code == 403
        assert (await refused(stage, "/v1/realtime?model=none")).response.status_code == 404
        key = f"openai-insecure-api-key.{TOKEN}"
        for origin in ("https://ours.example", f"http://{stage.host}"):
            async with stage.socket(
                origin=origin, additional_headers={}, subprotocols=["realtime", key]
            ) as socket:
                assert socket.subprotocol == "realtime"
                assert json.loads(await socket.recv())["type"] == "session.created"


async def test_without_tokens_only_this_machine_is_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(tmp_path, tokens=()) as stage:
        assert (await stage.http.get("/calls")).status_code == 200
        # A page whose name was pointed at this machine.
        renamed = await stage.http.get("/calls", headers={"Host": "evil.example"})
        assert renamed.status_code == 403
    assert "KAIROS_TOKENS" in capsys.readouterr().err


async def test_no_more_clients_than_lines(tmp_path: Path) -> None:
    async with serving(tmp_path, max_calls=1) as stage:
        async with stage.socket():
            answer = (await refused(stage)).response
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "5"
            assert b"all 1 lines are taken" in answer.body
            assert b"kairos_refused_calls 1.0" in (await stage.http.get("/metrics")).content
        await stage.emptied()
        async with stage.socket() as socket:
            assert json.loads(await socket.recv())["type"] == "session.created"


async def test_garbage_is_answered_and_ten_megabytes_are_not_taken(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        async with stage.socket() as socket:
            await socket.recv()
            for garbage in ("{{{", b"\x00\xff", "[1]"):
                await socket.send(garbage)
                assert json.loads(await socket.recv())["type"] == "error"
            with suppress(ConnectionClosed):
                await socket.send("x" * 10 * 1024 * 1024)
            await socket.wait_closed()
            assert socket.close_code == 1009
        await stage.emptied()
        assert stage.calls.listed == []


async def test_a_client_that_sends_nothing_is_let_go(tmp_path: Path) -> None:
    async with serving(tmp_path, idle_s=0.05) as stage, stage.socket() as socket:
        async with asyncio.timeout(5):
            await socket.wait_closed()
        await stage.emptied()


async def begun(socket: Any) -> None:
    """A call is begun, and its greeting is heard."""
    await socket.send(json.dumps({"type": "session.update", "session": {"type": "realtime"}}))
    while json.loads(await socket.recv())["type"] != "response.output_audio.delta":
        pass


async def rest(socket: Any) -> list[dict[str, Any]]:
    """What else is told."""
    events = []
    try:
        while True:
            events.append(json.loads(await socket.recv()))
    except ConnectionClosed:
        return events


async def test_draining_takes_no_calls_and_ends_those_that_run(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_s=0.3) as stage, stage.socket() as socket:
        await begun(socket)
        stage.server.stop()
        await until(lambda: stage.calls.draining)
        assert (await stage.http.get("/readyz")).status_code == 503
        assert (await stage.http.get("/healthz")).status_code == 200
        answer = (await refused(stage)).response
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        events = await rest(socket)
        ended = next(one for one in events if one["type"] == "kairos.call_ended")
        assert (ended["outcome"], ended["by"]) == ("error", "system")
        await stage.emptied()
    (folder,) = tmp_path.iterdir()  # noqa: ASYNC240 - nobody waits
    names = ["call.wav", "events.jsonl", "report.html", "result.json"]
    assert sorted(one.name for one in folder.iterdir()) == names


async def test_told_to_stop_twice_it_waits_for_nobody(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_s=3600.0) as stage, stage.socket() as socket:
        await begun(socket)
        stage.server.stop()
        await until(lambda: stage.calls.draining)
        stage.server.stop()
        events = await rest(socket)
        assert events[-1]["type"] == "kairos.call_ended"


async def test_a_call_that_ends_in_time_is_not_cut_off(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_s=30.0) as stage, stage.socket() as socket:
        await begun(socket)
        stage.server.stop()
        await until(lambda: stage.calls.draining)
        await socket.send(json.dumps({"type": "kairos.hang_up"}))
        events = await rest(socket)
        ended = next(one for one in events if one["type"] == "kairos.call_ended")
        assert ended["outcome"] == "caller_hung_up"


async def test_a_call_may_last_so_long_and_no_longer(tmp_path: Path) -> None:
    async with serving(tmp_path, session_s=0.3) as stage, stage.socket() as socket:
        await begun(socket)
        events = await rest(socket)
        ended = next(one for one in events if one["type"] == "kairos.call_ended")
        assert ended["outcome"] == "time_out"


async def test_a_caller_who_sends_nothing_any_more_is_let_go(tmp_path: Path) -> None:
    async with serving(tmp_path, idle_s=0.4) as stage, stage.socket() as socket:
        await begun(socket)
        events = await rest(socket)
        ended = next(one for one in events if one["type"] == "kairos.call_ended")
        assert ended["outcome"] == "time_out"


async def test_who_has_hung_up_may_be_silent_while_the_rest_is_heard(tmp_path: Path) -> None:
    async with serving(tmp_path, idle_s=0.4) as stage, stage.socket() as socket:
        await begun(socket)
        audio = base64.b64encode(bytes(48000)).decode()
        for message in (
            {"type": "input_audio_buffer.append", "audio": audio},
            {"type": "kairos.hang_up"},
        ):
            await socket.send(json.dumps(message))
        events = await rest(socket)
        ended = next(one for one in events if one["type"] == "kairos.call_ended")
        assert ended["outcome"] == "caller_hung_up"
        assert ended["duration"] >= 1.0


async def test_a_client_that_vanishes_has_hung_up(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        async with stage.socket() as socket:
            await begun(socket)
            audio = base64.b64encode(bytes(4800)).decode()
            await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
            (running,) = (await stage.http.get("/calls")).json()["calls"]
            assert (running["state"], running["outcome"]) == ("running", None)
            journal = (await stage.http.get(running["files"]["events.jsonl"])).text
            assert json.loads(journal.splitlines()[0])["event"] == "call_started"
            socket.transport.abort()
        await stage.emptied()
        (ended,) = (await stage.http.get("/calls")).json()["calls"]
        assert (ended["state"], ended["outcome"]) == ("ended", "caller_hung_up")
        assert len(ended["files"]) == 4


def test_a_file_that_grows_is_sent_as_far_as_it_was_when_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"x" * 100_000)
    pieces = so_far(path)
    sent = next(pieces)
    with path.open("ab") as file:
        file.write(b"y" * 100_000)
    assert sent + b"".join(pieces) == b"x" * 100_000


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"host": "0.0.0.0"}, "KAIROS_TOKENS"),
        ({"tokens": ("short",)}, "fewer than 16 characters"),
        ({"policies": {}}, "which policy"),
    ],
)
def test_terms_that_cannot_be(given: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(TermsError, match=told):
        Terms(**{"policies": {"broadband": POLICY}, "out": tmp_path, **given})


def test_tokens_are_not_shown_and_loopback_is_known(tmp_path: Path) -> None:
    tokens = tokens_in({"KAIROS_TOKENS": f" {TOKEN}, ,another-token-altogether"})
    assert tokens == (TOKEN, "another-token-altogether")
    terms = Terms({"broadband": POLICY}, tmp_path, host="0.0.0.0", tokens=tokens)
    assert TOKEN not in repr(terms)
    assert terms.knows(TOKEN)
    assert not terms.knows(TOKEN + "x")
    assert [is_loopback(one) for one in ("localhost", "127.0.0.1", "::1", "10.0.0.1", "x")] == [
        True, True, True, False, False,
    ]  # fmt: skip
