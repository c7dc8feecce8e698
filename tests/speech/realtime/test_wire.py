"""The protocol's events, held against the types of the SDK of those who made it."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from speech.protocols import SAMPLE_RATE
from speech.realtime import wire
from speech.realtime.link import address

SOUND = base64.b64encode(np.array([0, 16384, -32768], "<i2").tobytes()).decode()

SENT: list[dict[str, object]] = [
    wire.session("current", "You are Anna.", "marin"),
    wire.session("current", "You are Anna.", None),
    wire.append(np.zeros(10, np.float32)),
    wire.commit(),
    wire.respond("current", "Be brief.", "e1"),
    wire.cancel("resp_1", "e2"),
    wire.cancel(None, "e2"),
    wire.truncate("item_1", 1200, "e3"),
    wire.delete("item_1", "e4"),
    wire.said("caller", "hello", "current"),
    wire.said("agent", "hello", "current"),
]


@pytest.mark.parametrize("event", SENT, ids=lambda event: str(event["type"]))
def test_what_is_sent_is_what_the_sdk_would_send(event: dict[str, Any]) -> None:
    realtime = pytest.importorskip("openai.types.realtime")
    pydantic = pytest.importorskip("pydantic")
    found = pydantic.TypeAdapter(realtime.RealtimeClientEvent).validate_python(event)
    assert found.type == event["type"]
    kept = found.model_dump(exclude_unset=True)
    assert json.loads(json.dumps(kept)) == json.loads(json.dumps(event))


def of(kind: str, **fields: Any) -> Any:
    return wire.parsed(json.dumps({"type": kind, "event_id": "e", **fields}))


AT = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}


@pytest.mark.parametrize("sound", ["response.output_audio", "response.audio"])
def test_both_dialects_are_read(sound: str) -> None:
    heard = of(f"{sound}.delta", delta=SOUND, **AT)
    assert (heard.response, heard.item) == ("r", "i")
    assert heard.audio.tolist() == [0.0, 0.5, -1.0]
    assert of(f"{sound}_transcript.delta", delta="he", **AT) == wire.Written("r", "he", True)


def test_the_other_events_of_interest() -> None:
    assert of("session.updated", session={}) == wire.Updated()
    assert of("response.created", response={"id": "r"}) == wire.Begun("r")
    assert of("response.output_text.delta", delta="x", **AT) == wire.Written("r", "x", False)
    used = {"input_tokens": 3, "output_tokens": 4}
    done = {"id": "r", "status": "completed", "usage": used}
    assert of("response.done", response=done) == wire.Over("r", "completed", 3, 4)
    assert of("response.done", response={"id": "r", "usage": None}) == wire.Over(
        "r", "completed", 0, 0
    )
    assert of("rate_limits.updated", rate_limits=[]) is None
    assert of("conversation.item.input_audio_transcription.completed", transcript="x") is None


def test_an_error_is_its_code_and_nothing_that_was_quoted() -> None:
    error = {"code": "bad key s3cret!", "message": "s3cret", "event_id": "e7"}
    found = of("error", error=error)
    assert found == wire.Refused("badkeys3cret", "e7")
    assert of("error", error={"type": "server_error"}) == wire.Refused("server_error", None)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        b"\xff",
        '{"type": "response.created"}',
        '{"type": "response.output_audio.delta", "delta": "!!"}',
        '{"type": "error", "error": null}',
        "[" * 100_000,
    ],
)
def test_garbage_is_told_as_such(message: str | bytes) -> None:
    assert wire.parsed(message) == wire.Odd()


def test_sound_comes_back_as_it_was() -> None:
    sound = np.sin(np.arange(SAMPLE_RATE // 10) * 0.05).astype(np.float32)
    back = wire.decoded(wire.encoded(sound))
    assert np.abs(back - sound).max() < 1e-4
    assert wire.decoded(wire.encoded(np.array([4.0, -4.0], np.float32))).max() <= 1.0


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.openai.com/v1", "wss://api.openai.com/v1/realtime?model=gpt-realtime"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/realtime?model=gpt-realtime"),
    ],
)
def test_the_address(url: str, found: str) -> None:
    assert address(url, "gpt-realtime") == found
