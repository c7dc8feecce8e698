"""moshi-server's messages: msgpack maps whose ``type`` says what they are.

Read of its sources (kyutai-labs/moshi, rust/moshi-server: ``asr.rs``, ``tts.rs``, ``protocol.rs``)
and of its clients in kyutai-labs/delayed-streams-modeling and kyutai-labs/unmute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias, cast

import numpy as np

from speech.errors import SpeechError
from speech.network.line import Garbage
from speech.protocols import Audio

EXTRA = "moshi-server"
"""What pip calls the packages that this needs."""

STT_PATH = "/api/asr-streaming"
TTS_PATH = "/api/tts_streaming"

FRAME = 1920
"""Samples at 24 kHz of one step of the models: 80 ms."""

KEY_HEADER = "kyutai-api-key"
PUBLIC_KEY = "public_token"
"""The key of a moshi-server that nobody gave another."""

NO_CHANNELS = "has no free channels"


@dataclass(frozen=True, slots=True)
class Ready:
    """The server has taken the call."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word that began at ``start`` (s of the audio that this connection got)."""

    text: str
    start: float


@dataclass(frozen=True, slots=True)
class WordEnded:
    """The last word ended at ``stop`` (s, likewise)."""

    stop: float


@dataclass(frozen=True, slots=True)
class Stepped:
    """One more frame was heard; ``pauses``: the pause heads, none where the model has none."""

    pauses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """All that was said before this marker was sent is transcribed."""

    marker: int


@dataclass(frozen=True, slots=True)
class Sounded:
    """Audio of the utterance, after what came before."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of the utterance, and where in its audio it is (s)."""

    text: str
    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The server gives up, for a reason in our words: its own may quote what it was sent."""

    reason: str


Message: TypeAlias = Ready | Recognised | WordEnded | Stepped | Reached | Sounded | Spoken | Refused


def packed(kind: str, **fields: object) -> bytes:
    """A message for the server."""
    return cast(bytes, _msgpack().packb({"type": kind, **fields}, use_single_float=True))


def require() -> None:
    """Raise ``SpeechError`` where what this needs is not installed: threads could not tell."""
    _msgpack()


def audio_message(frame: Audio) -> bytes:
    """Audio for the ears, at 24 kHz."""
    return packed("Audio", pcm=frame.tolist())


def parsed(data: str | bytes) -> Message | None:
    """A message of the server's; None: of a kind unknown here. Raises ``Garbage``."""
    if isinstance(data, str):
        raise Garbage("text where msgpack was expected")
    try:
        fields = _msgpack().unpackb(data)
    except Exception:  # its errors share no base, and what it met may be anything
        raise Garbage("no msgpack") from None
    if not isinstance(fields, dict):
        raise Garbage("no map")
    match fields.get("type"):
        case "Ready":
            return Ready()
        case "Word":
            return Recognised(_text(fields), _seconds(fields, "start_time"))
        case "EndWord":
            return WordEnded(_seconds(fields, "stop_time"))
        case "Step":
            return Stepped(_shares(fields.get("prs")))
        case "Marker":
            marker = fields.get("id")
            if not isinstance(marker, int):
                raise Garbage("a marker without a number")
            return Reached(marker)
        case "Audio":
            return Sounded(_pcm(fields.get("pcm")))
        case "Text":
            return Spoken(_text(fields), _seconds(fields, "start_s"), _seconds(fields, "stop_s"))
        case "Error":
            full = "no free channels" in str(fields.get("message"))
            return Refused(NO_CHANNELS if full else "told of an error of its own")
        case _:
            return None


def _msgpack() -> ModuleType:
    try:
        import msgpack
    except ImportError:
        raise SpeechError(
            f"msgpack is not installed: pip install 'kairos-voice[{EXTRA}]'"
        ) from None
    module: ModuleType = msgpack
    return module


def _text(fields: dict[object, object]) -> str:
    text = fields.get("text")
    if not isinstance(text, str):
        raise Garbage("a word without a text")
    return text


def _seconds(fields: dict[object, object], name: str) -> float:
    value = fields.get(name)
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise Garbage(f"{name} is no time")
    return max(float(value), 0.0)


def _shares(values: object) -> tuple[float, ...]:
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(v, int | float) for v in values):
        raise Garbage("prs are no numbers")
    return tuple(min(max(float(v), 0.0), 1.0) if math.isfinite(v) else 0.0 for v in values)


def _pcm(values: object) -> Audio:
    try:
        audio = np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError):
        raise Garbage("pcm is no audio") from None
    if audio.ndim != 1 or not np.isfinite(audio).all():
        raise Garbage("pcm is no audio")
    return np.clip(audio, -1.0, 1.0)
