"""The events of the protocol: those that are sent, and those that are of interest.

Both of its dialects are read: that which is current (``response.output_audio.delta``), and the one
before (``response.audio.delta``), which many servers other than OpenAI's have kept.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio

Dialect: TypeAlias = Literal["current", "beta"]

_CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Updated:
    """The session is as it was asked to be."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A response has been begun."""

    response: str


@dataclass(frozen=True, slots=True)
class Heard:
    """More of a response's sound."""

    response: str
    item: str
    audio: Audio


@dataclass(frozen=True, slots=True)
class Written:
    """More of a response's words. ``sounds``: they are those of its sound, else only text."""

    response: str
    text: str
    sounds: bool


@dataclass(frozen=True, slots=True)
class Over:
    """A response is over. ``status``: completed, cancelled, incomplete or failed."""

    response: str
    status: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was sent was not taken. ``code``: of the error; ``event``: what was sent."""

    code: str
    event: str | None


@dataclass(frozen=True, slots=True)
class Odd:
    """Nothing of the protocol."""


Incoming: TypeAlias = Updated | Begun | Heard | Written | Over | Refused | Odd


def parsed(message: str | bytes) -> Incoming | None:
    """What a message says; None for what is of no interest."""
    try:
        event = json.loads(message)
        return _event(str(event["type"]), event)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        return Odd()


def _event(kind: str, event: Mapping[str, Any]) -> Incoming | None:
    match kind:
        case "session.updated":
            return Updated()
        case "response.created":
            return Begun(str(event["response"]["id"]))
        case "response.output_audio.delta" | "response.audio.delta":
            return Heard(_of(event), str(event.get("item_id", "")), decoded(event["delta"]))
        case "response.output_audio_transcript.delta" | "response.audio_transcript.delta":
            return Written(_of(event), str(event["delta"]), True)
        case "response.output_text.delta" | "response.text.delta":
            return Written(_of(event), str(event["delta"]), False)
        case "response.done":
            response = event["response"]
            used = response.get("usage") or {}
            return Over(
                str(response["id"]),
                str(response.get("status", "completed")),
                int(used.get("input_tokens", 0)),
                int(used.get("output_tokens", 0)),
            )
        case "error":
            error = event["error"]
            found = error.get("event_id")
            # What a server says may quote what it was sent, the key as well: only the code is kept.
            code = str(error.get("code") or error.get("type") or "")
            plain = "".join(char for char in code if char.isalnum() or char in "_-.")
            return Refused(plain[:_CODE_LENGTH], None if found is None else str(found))
        case _:
            return None


def _of(event: Mapping[str, Any]) -> str:
    return str(event.get("response_id", ""))


def decoded(text: str) -> Audio:
    """Sound from base64 of 16-bit samples."""
    data = base64.b64decode(text, validate=True)
    whole = data[: len(data) - len(data) % 2]
    return (np.frombuffer(whole, "<i2").astype(np.float32) / 32768.0).copy()


def encoded(audio: Audio) -> str:
    """Sound as base64 of 16-bit samples."""
    samples = np.clip(np.rint(audio * 32767.0), -32768, 32767).astype("<i2")
    return base64.b64encode(samples.tobytes()).decode("ascii")


def session(dialect: Dialect, instructions: str, voice: str | None) -> dict[str, object]:
    """Makes the session what it is here for: sound both ways, and no turns of the server's own."""
    named: dict[str, object] = {} if voice is None else {"voice": voice}
    if dialect == "beta":
        old: dict[str, object] = {
            "modalities": ["audio", "text"],
            "instructions": instructions,
            "input_audio_format": "pcm16",
            "output_audio_format": "pcm16",
            "turn_detection": None,
            "tools": [],
        }
        return {"type": "session.update", "session": old | named}
    sound = {"type": "audio/pcm", "rate": SAMPLE_RATE}
    return {
        "type": "session.update",
        "session": {
            "type": "realtime",
            "instructions": instructions,
            "output_modalities": ["audio"],
            "audio": {
                "input": {"format": sound, "turn_detection": None},
                "output": {"format": sound, **named},
            },
            "tools": [],
        },
    }


def append(audio: Audio) -> dict[str, object]:
    """More of the caller's sound."""
    return {"type": "input_audio_buffer.append", "audio": encoded(audio)}


def commit() -> dict[str, object]:
    """What was appended is a turn."""
    return {"type": "input_audio_buffer.commit"}


def respond(dialect: Dialect, instructions: str, event: str) -> dict[str, object]:
    """Answer now."""
    said = {"instructions": instructions}
    if dialect == "beta":
        asked: dict[str, object] = {"modalities": ["audio", "text"], **said}
    else:
        asked = {"output_modalities": ["audio"], **said}
    return {"type": "response.create", "event_id": event, "response": asked}


def cancel(response: str | None, event: str) -> dict[str, object]:
    """Do not answer any more."""
    named = {} if response is None else {"response_id": response}
    return {"type": "response.cancel", "event_id": event, **named}


def truncate(item: str, heard_ms: int, event: str) -> dict[str, object]:
    """Of the answer ``item`` only so much was heard."""
    return {
        "type": "conversation.item.truncate",
        "event_id": event,
        "item_id": item,
        "content_index": 0,
        "audio_end_ms": heard_ms,
    }


def delete(item: str, event: str) -> dict[str, object]:
    """Nothing of the answer ``item`` was heard."""
    return {"type": "conversation.item.delete", "event_id": event, "item_id": item}


def said(who: Literal["caller", "agent"], text: str, dialect: Dialect) -> dict[str, object]:
    """Words that one of the two has said, as text."""
    if who == "caller":
        role, kind = "user", "input_text"
    else:
        role, kind = "assistant", "text" if dialect == "beta" else "output_text"
    content = [{"type": kind, "text": text}]
    item = {"type": "message", "role": role, "content": content}
    return {"type": "conversation.item.create", "item": item}
