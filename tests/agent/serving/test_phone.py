"""Twilio's side: its request, its signature, and a whole call on its media stream."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.live.pacing import WallClock
from agent.telephony.signature import signature
from tests.agent.serving.stage import AUTH_TOKEN, POLICY, Stage, serving, until
from tests.agent.telephony.caller import ACCOUNT, CALL, Twilio, speech
from tests.toolserver import tool_server

pytestmark = pytest.mark.slow

FORM = {"CallSid": "CA" + "2" * 32, "From": "+442079460000", "To": "+442079460001"}


async def asked(stage: Stage, token: str = AUTH_TOKEN, path: str = "/twilio") -> Any:
    signed = signature(token, f"https://{stage.host}{path}", FORM.items())
    return await stage.http.post(
        path, data=FORM, headers={"X-Twilio-Signature": signed, "Authorization": ""}
    )


def stream(text: str) -> tuple[str, dict[str, str]]:
    """The stream's address in TwiML, and its parameters."""
    element = ElementTree.fromstring(text).find("Connect/Stream")
    assert element is not None
    return element.attrib["url"], {one.attrib["name"]: one.attrib["value"] for one in element}


def signed(stage: Stage, token: str = AUTH_TOKEN) -> dict[str, str]:
    address = f"wss://{stage.host}/twilio/media/broadband"
    return {"X-Twilio-Signature": signature(token, address)}


async def test_a_request_is_answered_if_twilio_signed_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        good = await asked(stage)
        assert good.status_code == 200
        assert good.headers["content-type"].startswith("text/xml")
        address, parameters = stream(good.text)
        assert address == f"wss://{stage.host}/twilio/media/broadband"
        assert set(parameters) == {"ticket"}
        assert (await asked(stage, path="/twilio?policy=broadband")).status_code == 200
        assert (await asked(stage, token="another")).status_code == 403
        assert (await stage.http.post("/twilio", data=FORM)).status_code == 403
        assert (await asked(stage, path="/twilio?policy=none")).status_code == 404
        long = await stage.http.post("/twilio", content=b"a=" + b"x" * 100_000)
        assert long.status_code == 413


async def test_behind_a_proxy_the_public_address_counts(tmp_path: Path) -> None:
    async with serving(tmp_path, public_url="https://voice.example.com/") as stage:
        given = signature(AUTH_TOKEN, "https://voice.example.com/twilio", FORM.items())
        answer = await stage.http.post("/twilio", data=FORM, headers={"X-Twilio-Signature": given})
        assert stream(answer.text)[0] == "wss://voice.example.com/twilio/media/broadband"
        assert (await asked(stage)).status_code == 403


async def test_a_full_server_is_busy(tmp_path: Path) -> None:
    async with serving(tmp_path, max_calls=1) as stage, stage.socket():
        answer = await asked(stage)
        assert "<Reject" in answer.text
        assert answer.headers["Retry-After"] == "5"


async def test_a_stream_that_twilio_did_not_sign_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        for headers in ({}, signed(stage, "another")):
            with pytest.raises(InvalidStatus) as caught:
                async with stage.socket("/twilio/media/broadband", additional_headers=headers):
                    pass
            assert caught.value.response.status_code == 403


async def sent(socket: ClientConnection, messages: list[str]) -> None:
    """To one that may close at any of them."""
    with suppress(ConnectionClosed):
        for message in messages:
            await socket.send(message)


@pytest.mark.parametrize("first", ["{{{", json.dumps({"event": "stop"}), "start"])
async def test_a_stream_without_a_ticket_is_closed(first: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as stage:
        begins = Twilio().begins(ticket="none") if first == "start" else [first] * 10
        path = "/twilio/media/broadband"
        async with stage.socket(path, additional_headers=signed(stage)) as socket:
            await sent(socket, begins)
            await socket.wait_closed()
            assert socket.close_code in (1002, 1008)
        await stage.emptied()
        assert stage.calls.listed == []


class Telephone:
    """Twilio on a socket, on real time."""

    def __init__(self, socket: ClientConnection, twilio: Twilio) -> None:
        self.twilio = twilio
        self._socket = socket
        self._tasks = [asyncio.create_task(self._hears()), asyncio.create_task(self._runs())]

    async def _hears(self) -> None:
        async for message in self._socket:
            self.twilio.takes([message])

    async def _runs(self) -> None:
        clock = WallClock()
        begun = clock.now()
        while True:
            await clock.until(begun + self.twilio.frame * 0.02)
            for message in self.twilio.ticks():
                await self._socket.send(message)

    async def until_quiet(self) -> None:
        """Until the agent was heard from now on, and nothing for 1.2 s."""
        first = self.twilio.frame
        await until(
            lambda: bool(self.twilio.loud(first)) and not self.twilio.loud(self.twilio.frame - 60)
        )

    async def off(self) -> None:
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            assert ended is None or isinstance(ended, asyncio.CancelledError | ConnectionClosed), (
                ended
            )


@pytest.mark.alone
async def test_a_whole_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(tmp_path) as stage, asyncio.timeout(60):
        _, parameters = stream((await asked(stage)).text)
        path = "/twilio/media/broadband"
        async with stage.socket(path, additional_headers=signed(stage)) as socket:
            twilio = Twilio()
            for message in twilio.begins(**parameters):
                await socket.send(message)
            telephone = Telephone(socket, twilio)
            await telephone.until_quiet()
            assert twilio.played
            twilio.says(speech("my internet is down"))
            await telephone.until_quiet()
            twilio.presses("5")
            twilio.stops()
            await socket.wait_closed()
            await telephone.off()
        await stage.emptied()
        (listed,) = (await stage.http.get("/calls")).json()["calls"]
        assert (listed["channel"], listed["outcome"]) == ("telephony", "caller_hung_up")
        journal = (await stage.http.get(listed["files"]["events.jsonl"])).text
        figures = (await stage.http.get("/metrics")).text
        # A ticket is for one call.
        async with stage.socket(path, additional_headers=signed(stage)) as socket:
            await sent(socket, Twilio().begins(**parameters))
            await socket.wait_closed()
            assert socket.close_code == 1008
    records = [json.loads(line) for line in journal.splitlines()]
    turns = [one["text"].lower() for one in records if one["event"] == "caller_turn"]
    assert any("internet is down" in text for text in turns)
    said = [one["heard"] for one in records if one["event"] == "utterance"]
    assert any("postcode" in text for text in said)
    assert re.search(r'calls_total\{channel="telephony",outcome="caller_hung_up"\} 1\.0', figures)
    logged = capsys.readouterr().err
    assert "call.ended" in logged
    assert "internet" not in logged
    assert "+4420" not in logged
    assert AUTH_TOKEN not in logged


@pytest.mark.alone
@pytest.mark.parametrize(
    ("says", "outcome", "asks"),
    [
        ("goodbye", "agent_hung_up", {"Status": ["completed"]}),
        ("i want to talk to a human", "transferred", None),
    ],
)
async def test_what_the_agent_decides_is_done_to_the_line(
    says: str, outcome: str, asks: dict[str, list[str]] | None, tmp_path: Path
) -> None:
    environment = {"TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT}
    with tool_server() as rest:
        rest.says(f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json", {})
        telephony = POLICY.telephony.model_copy(update={"api": rest.url("")})
        policy = POLICY.model_copy(update={"telephony": telephony})
        async with (
            serving(tmp_path, policy, environment=environment) as stage,
            asyncio.timeout(60),
        ):
            _, parameters = stream((await asked(stage)).text)
            path = "/twilio/media/broadband"
            async with stage.socket(path, additional_headers=signed(stage)) as socket:
                twilio = Twilio()
                for message in twilio.begins(**parameters):
                    await socket.send(message)
                telephone = Telephone(socket, twilio)
                await telephone.until_quiet()
                twilio.says(speech(says))
                await socket.wait_closed()
                await telephone.off()
                assert socket.close_code == 1000
            await stage.emptied()
            (listed,) = (await stage.http.get("/calls")).json()["calls"]
            assert listed["outcome"] == outcome
            # All of the agent's last words were played.
            assert not [one for one in twilio.cleared if one not in twilio.played]
        (posted,) = rest.asked
    form = parse_qs(posted.body.decode())
    if asks is not None:
        assert form == asks
    else:
        assert "<Dial>" in form["Twiml"][0]
