"""The events of a realtime transcription session, as JSON on a WebSocket.

Of OpenAI's Realtime API: client ``session.update``, ``input_audio_buffer.append`` and ``.commit``;
server ``session.created|updated``, ``input_audio_buffer.committed`` and
``conversation.item.input_audio_transcription.delta|completed|failed``. The server's own voice
activity is switched off: the call's decides when a stretch is over.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from speech.network.line import Garbage
from speech.protocols import SAMPLE_RATE, Audio

_TRANSCRIPTION = "conversation.item.input_audio_transcription."


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """The server has taken the call."""


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """It will do as it was told."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What was sent up to a commit is item ``item``."""

    item: str


@dataclass(frozen=True, slots=True)
class Added:
    """More of an item's words."""

    item: str
    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """All of an item's words."""

    item: str
    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that will have no words."""

    item: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """The server tells of an error."""


Event: TypeAlias = (
    SessionCreated | SessionUpdated | Committed | Added | Completed | Failed | Trouble
)


def update(model: str, language: str, prompt: str) -> str:
    """The session that is wanted."""
    transcription = {"model": model, "language": language}
    if prompt:
        transcription["prompt"] = prompt
    heard = {
        "format": {"type": "audio/pcm", "rate": SAMPLE_RATE},
        "transcription": transcription,
        "turn_detection": None,
    }
    session = {"type": "transcription", "audio": {"input": heard}}
    return json.dumps({"type": "session.update", "session": session})


def append(audio: Audio) -> str:
    """More audio, at ``SAMPLE_RATE``."""
    samples = np.clip(np.rint(audio * 32768.0), -32768, 32767).astype("<i2")
    data = base64.b64encode(samples.tobytes()).decode("ascii")
    return json.dumps({"type": "input_audio_buffer.append", "audio": data})


def commit() -> str:
    """What was sent is a stretch."""
    return json.dumps({"type": "input_audio_buffer.commit"})


def parsed(data: str | bytes) -> Event | None:
    """A server's event; None: of a kind of no use here. Raises ``Garbage``."""
    try:
        fields = json.loads(data)
        kind = fields["type"]
        match kind:
            case "session.created" | "transcription_session.created":
                return SessionCreated()
            case "session.updated" | "transcription_session.updated":
                return SessionUpdated()
            case "input_audio_buffer.committed":
                return Committed(_text(fields["item_id"]))
            case str() if kind == _TRANSCRIPTION + "delta":
                return Added(_text(fields["item_id"]), _text(fields["delta"]))
            case str() if kind == _TRANSCRIPTION + "completed":
                return Completed(_text(fields["item_id"]), _text(fields["transcript"]))
            case str() if kind == _TRANSCRIPTION + "failed":
                return Failed(_text(fields["item_id"]))
            case "error":
                return Trouble()
            case _:
                return None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Garbage("an event that is none") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
