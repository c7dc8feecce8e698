"""Calls of other providers than Twilio, each as its documentation has it ask and stream."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import jwt
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.live.pacing import WallClock
from agent.telephony.answers import ANSWERS
from agent.telephony.media import Message
from agent.telephony.proofs import plivo_signature
from agent.telephony.signature import signature
from policies.policy import Policy
from speech import g711
from tests.agent.serving.stage import POLICY, Stage, serving, until
from tests.agent.telephony.test_media import MEDIA, STARTS

pytestmark = pytest.mark.slow

SECRET = "a secret of the account's, long enough for each of the algorithms of a token"
PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
ENVIRONMENT = {one.env: PUBLIC if name == "telnyx" else SECRET for name, one in ANSWERS.items()}
CALLER = "+442079460000"


@dataclass(frozen=True)
class Request:
    """What a provider posts."""

    body: bytes
    headers: dict[str, str]


def _form(name: str) -> dict[str, str]:
    return {"From": CALLER, "To": "+442079460001", name: "C"}


def signalwire(url: str) -> Request:
    form = _form("CallSid")
    given = signature(SECRET, url, form.items())
    return Request(urlencode(form).encode(), {"x-signalwire-signature": given})


def telnyx(url: str) -> Request:
    body, stamp = urlencode(_form("CallSid")).encode(), f"{time.time():.0f}"
    given = base64.b64encode(PRIVATE.sign(f"{stamp}|".encode() + body)).decode()
    return Request(body, {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": given})


def plivo(url: str) -> Request:
    form = _form("CallUUID")
    given = plivo_signature(SECRET, url, form.items(), "77")
    headers = {"x-plivo-signature-v3": given, "x-plivo-signature-v3-nonce": "77"}
    return Request(urlencode(form).encode(), headers)


def vonage(url: str) -> Request:
    said = {"from": CALLER, "to": "442079460001", "uuid": "C", "conversation_uuid": "CON-1"}
    body = json.dumps(said, separators=(",", ":")).encode()
    claims = {"iat": int(time.time()), "payload_hash": hashlib.sha256(body).hexdigest()}
    token = jwt.encode(claims, SECRET, "HS256")
    return Request(body, {"authorization": f"Bearer {token}"})


ASKS: dict[str, Callable[[str], Request]] = {
    "signalwire": signalwire,
    "telnyx": telnyx,
    "plivo": plivo,
    "vonage": vonage,
}


def policy_of(provider: str) -> Policy:
    telephony = POLICY.telephony.model_copy(update={"provider": provider})
    return POLICY.model_copy(update={"telephony": telephony})


async def asked(stage: Stage, provider: str, path: str = "", **headers: str) -> Any:
    path = path or f"/telephony/{provider}"
    request = ASKS[provider](f"https://{stage.host}{path}")
    sent = {"authorization": "", **request.headers, **headers}
    return await stage.http.post(path, content=request.body, headers=sent)


def address(provider: str, text: str) -> str:
    """Where the answer sends the stream; its shape is the provider's."""
    if provider == "vonage":
        ((connect,),) = [json.loads(text)]
        (endpoint,) = connect["endpoint"]
        assert (connect["action"], endpoint["type"]) == ("connect", "websocket")
        assert endpoint["content-type"] == "audio/l16;rate=8000"
        assert endpoint["headers"] == {"call": "C"}
        return str(endpoint["uri"])
    root = ElementTree.fromstring(text)
    stream = root.find("Stream") if provider == "plivo" else root.find("Connect/Stream")
    assert stream is not None
    if provider == "plivo":
        assert stream.attrib["bidirectional"] == stream.attrib["keepCallAlive"] == "true"
        assert stream.attrib["contentType"] == "audio/x-mulaw;rate=8000"
        return stream.text or ""
    if provider == "telnyx":
        assert stream.attrib["bidirectionalMode"] == "rtp"
        assert stream.attrib["bidirectionalCodec"] == stream.attrib["codec"] == "PCMU"
    return stream.attrib["url"]


def way(stage: Stage, url: str) -> str:
    start = f"wss://{stage.host}"
    assert url.startswith(start)
    return url.removeprefix(start)


@pytest.mark.parametrize("provider", ASKS)
async def test_a_provider_is_answered_if_it_asks(provider: str, tmp_path: Path) -> None:
    async with serving(tmp_path, policy_of(provider), environment=ENVIRONMENT) as stage:
        good = await asked(stage, provider)
        assert good.status_code == 200
        kind = "application/json" if provider == "vonage" else "text/xml"
        assert good.headers["content-type"].startswith(kind)
        path = way(stage, address(provider, good.text))
        assert path.startswith(f"/telephony/{provider}/media/broadband/")
        named = await asked(stage, provider, f"/telephony/{provider}?policy=broadband")
        assert way(stage, address(provider, named.text)) != path
        proofs = ASKS[provider]("").headers
        for name in proofs:
            wrong = dict.fromkeys([name], "bm8=")
            assert (await asked(stage, provider, **wrong)).status_code == 403
        unsigned = await stage.http.post(f"/telephony/{provider}", content=b"From=1")
        assert unsigned.status_code == 403
        long = await stage.http.post(f"/telephony/{provider}", content=b"x" * 100_000)
        assert long.status_code == 413
        assert (await stage.http.get(f"/telephony/{provider}")).status_code == 405


async def test_another_providers_request_is_none(tmp_path: Path) -> None:
    async with serving(tmp_path, policy_of("plivo"), environment=ENVIRONMENT) as stage:
        for provider in ("signalwire", "telnyx", "vonage"):
            assert (await asked(stage, provider)).status_code == 404
            # Nor is its signature where the policy's provider is awaited.
            assert (await asked(stage, provider, "/telephony/plivo")).status_code == 403
        assert (await stage.http.post("/telephony/twilio")).status_code == 404
        assert (await stage.http.post("/telephony/plivo?policy=none")).status_code == 404
        url = address("plivo", (await asked(stage, "plivo")).text)
        with pytest.raises(InvalidStatus) as caught:
            async with stage.socket(way(stage, url).replace("/plivo/", "/telnyx/")):
                pass
        assert caught.value.response.status_code == 404


async def test_without_the_providers_key_no_call_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(tmp_path, policy_of("telnyx"), environment={}) as stage:
        answer = await asked(stage, "telnyx")
        assert answer.status_code == 403
        assert "TELNYX_PUBLIC_KEY is not set" in answer.text
    async with serving(
        tmp_path, policy_of("telnyx"), environment={"TELNYX_PUBLIC_KEY": "none"}
    ) as stage:
        assert (await asked(stage, "telnyx")).status_code == 403
    assert "no Ed25519 key" in capsys.readouterr().err


async def test_a_policy_may_name_its_own_key(tmp_path: Path) -> None:
    given = policy_of("plivo")
    telephony = given.telephony.model_copy(update={"proof_env": "OURS"})
    given = given.model_copy(update={"telephony": telephony})
    async with serving(tmp_path, given, environment={"OURS": SECRET}) as stage:
        assert (await asked(stage, "plivo")).status_code == 200
    async with serving(tmp_path, given, environment=ENVIRONMENT) as stage:
        assert "OURS is not set" in (await asked(stage, "plivo")).text


@pytest.mark.parametrize(
    ("provider", "status", "says"),
    [("telnyx", 200, "<Reject"), ("plivo", 200, '<Hangup reason="busy"'), ("vonage", 503, "[]")],
)
async def test_a_full_server_is_busy(provider: str, status: int, says: str, tmp_path: Path) -> None:
    given = policy_of(provider)
    async with (
        serving(tmp_path, given, environment=ENVIRONMENT, max_calls=1) as stage,
        stage.socket(),
    ):
        answer = await asked(stage, provider)
        assert answer.status_code == status
        assert says in answer.text
        assert answer.headers["Retry-After"] == "5"


async def test_a_ticket_lets_one_stream_in(tmp_path: Path) -> None:
    async with serving(tmp_path, policy_of("plivo"), environment=ENVIRONMENT) as stage:
        path = way(stage, address("plivo", (await asked(stage, "plivo")).text))
        async with stage.socket(path) as socket:
            await socket.send("{{{")
            await socket.close()
        for tried in (path, f"{path}x", path.rpartition("/")[0] + "/none"):
            with pytest.raises(InvalidStatus) as caught:
                async with stage.socket(tried):
                    pass
            assert caught.value.response.status_code == 403
        await stage.emptied()
        assert stage.calls.listed == []


def loudness(message: Message) -> float:
    """Of a sound that was sent to the provider; 0 of anything else."""
    if isinstance(message, bytes):
        return float(np.abs(np.frombuffer(message, "<i2")).max()) / 32768
    said = json.loads(message)
    payload = said.get("media", {}).get("payload")
    return (
        0.0
        if payload is None
        else float(np.abs(g711.decoded(base64.b64decode(payload), "ulaw")).max())
    )


async def talks(socket: ClientConnection, provider: str) -> None:
    """The provider's stream, from its start on, in real time; the caller is silent."""
    clock = WallClock()
    begun, frame = clock.now(), 0
    await socket.send(json.dumps(STARTS[provider]))
    quiet = base64.b64encode(g711.encoded(np.zeros(160, np.float32), "ulaw")).decode()
    while True:
        frame += 1
        await clock.until(begun + frame * 0.02)
        if provider == "vonage":
            await socket.send(bytes(320))
            continue
        said = json.loads(MEDIA[provider])
        media = said.get("rawEvent", said)["media"]
        media.update(payload=quiet, chunk=str(frame))
        await socket.send(json.dumps(said))


@pytest.mark.alone
@pytest.mark.parametrize("provider", ASKS)
async def test_a_whole_call(
    provider: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = policy_of(provider)
    async with (
        serving(tmp_path, given, environment=ENVIRONMENT) as stage,
        asyncio.timeout(30),
    ):
        path = way(stage, address(provider, (await asked(stage, provider)).text))
        async with stage.socket(path) as socket:
            talking = asyncio.create_task(talks(socket, provider))
            heard = 0
            async for message in socket:
                heard += loudness(message) > 0.02
                if heard > 20:
                    break
            talking.cancel()
            (ended,) = await asyncio.gather(talking, return_exceptions=True)
            assert isinstance(ended, asyncio.CancelledError | ConnectionClosed)
        await until(lambda: bool(stage.calls.listed and stage.calls.listed[0].outcome))
        await stage.emptied()
        (listed,) = (await stage.http.get("/calls")).json()["calls"]
        assert (listed["channel"], listed["outcome"]) == ("telephony", "caller_hung_up")
        assert "kairos_shortened_seconds_total 0.0" in (await stage.http.get("/metrics")).text
    logged = capsys.readouterr().err
    assert CALLER not in logged
    assert path.rpartition("/")[2] not in logged
