"""Telephony providers: how each one names the same few things on its media stream.

Only what their public documentation says is here; ``Provider.page`` names the page. Each can send
G.711 or linear sound at 8 kHz, which is what must be asked for where there is a choice. A stream
begins with what the provider is answered when it asks what to do with a call: see
``agent.telephony.twiml`` and ``agent.telephony.answers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Literal, TypeAlias

Path: TypeAlias = tuple[str, ...]
"""Where a value stands in a message; empty: nowhere."""

Coding: TypeAlias = Literal["ulaw", "alaw", "l16"]
"""G.711's two laws, and linear samples of 16 bits, the low byte first."""

Template: TypeAlias = Mapping[str, "str | int | Template"]
"""A message to the provider, in which ``{stream}``, ``{payload}`` and ``{mark}`` are filled in."""


class Event(Enum):
    """What a provider's message tells."""

    CONNECTED = auto()
    START = auto()
    MEDIA = auto()
    KEY = auto()
    MARK = auto()
    CLEARED = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider's names.

    ``events``: the value of ``event``. ``codings``: the names of the sound's codings, in lower
    case. ``binary``: sound comes and goes as binary messages, without ``payload``. ``envelope``: a
    key that may hold the message proper. ``echoes_cleared``: marks that a ``clear`` has overtaken
    are echoed all the same. ``hold``: how many chunks to wait for a missing one where they may
    overtake each other. ``content_type``: the key of coding and rate where they stand in one, as in
    ``audio/l16;rate=8000``; the other keys beside it are parameters then.
    """

    name: str
    page: str
    events: Mapping[str, Event]
    codings: Mapping[str, Coding]
    stream: Path
    call: Path
    parameters: Path
    coding: Path
    rate: Path
    sequence: Path
    track: Path
    chunk: Path
    payload: Path
    digit: Path
    mark_name: Path
    media: Template
    mark: Template
    clear: Template
    rates: tuple[int, ...] = (8000,)
    binary: bool = False
    envelope: str = ""
    echoes_cleared: bool = True
    hold: int = 0
    content_type: str = ""


_TWILIO_EVENTS = MappingProxyType(
    {
        "connected": Event.CONNECTED,
        "start": Event.START,
        "media": Event.MEDIA,
        "dtmf": Event.KEY,
        "mark": Event.MARK,
        "clear": Event.CLEARED,
        "stop": Event.STOP,
    }
)

TWILIO = Provider(
    name="twilio",
    page="https://www.twilio.com/docs/voice/media-streams/websocket-messages",
    events=_TWILIO_EVENTS,
    codings={"audio/x-mulaw": "ulaw"},
    stream=("streamSid",),
    call=("start", "callSid"),
    parameters=("start", "customParameters"),
    coding=("start", "mediaFormat", "encoding"),
    rate=("start", "mediaFormat", "sampleRate"),
    sequence=("sequenceNumber",),
    track=("media", "track"),
    chunk=("media", "chunk"),
    payload=("media", "payload"),
    digit=("dtmf", "digit"),
    mark_name=("mark", "name"),
    media={"event": "media", "streamSid": "{stream}", "media": {"payload": "{payload}"}},
    mark={"event": "mark", "streamSid": "{stream}", "mark": {"name": "{mark}"}},
    clear={"event": "clear", "streamSid": "{stream}"},
)

SIGNALWIRE = Provider(
    name="signalwire",
    page="https://developer.signalwire.com/compatibility-api/cxml/voice/stream",
    events=_TWILIO_EVENTS,
    codings={"audio/x-mulaw": "ulaw"},
    stream=("streamSid",),
    call=("start", "callSid"),
    parameters=("start", "customParameters"),
    coding=("start", "mediaFormat", "encoding"),
    rate=("start", "mediaFormat", "sampleRate"),
    sequence=("sequenceNumber",),
    track=("media", "track"),
    chunk=("media", "chunk"),
    payload=("media", "payload"),
    digit=("dtmf", "digit"),
    mark_name=("mark", "name"),
    media=TWILIO.media,
    mark=TWILIO.mark,
    clear=TWILIO.clear,
    envelope="rawEvent",
)

TELNYX = Provider(
    name="telnyx",
    page="https://developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket",
    events=_TWILIO_EVENTS,
    codings={"pcmu": "ulaw", "pcma": "alaw"},
    stream=("stream_id",),
    call=("start", "call_control_id"),
    parameters=("start", "custom_parameters"),
    coding=("start", "media_format", "encoding"),
    rate=("start", "media_format", "sample_rate"),
    sequence=(),  # the order of its messages is not guaranteed
    track=("media", "track"),
    chunk=("media", "chunk"),
    payload=("media", "payload"),
    digit=("dtmf", "digit"),
    mark_name=("mark", "name"),
    media={"event": "media", "media": {"payload": "{payload}"}},
    mark={"event": "mark", "mark": {"name": "{mark}"}},
    clear={"event": "clear"},
    hold=3,
)

PLIVO = Provider(
    name="plivo",
    page="https://plivo.com/docs/voice/audio-streaming/audio-streaming",
    events={
        "start": Event.START,
        "media": Event.MEDIA,
        "dtmf": Event.KEY,
        "playedStream": Event.MARK,
        "clearedAudio": Event.CLEARED,
    },
    codings={"audio/x-mulaw": "ulaw"},
    stream=("start", "streamId"),
    call=("start", "callId"),
    parameters=("extra_headers",),
    coding=("start", "mediaFormat", "encoding"),
    rate=("start", "mediaFormat", "sampleRate"),
    sequence=("sequenceNumber",),
    track=("media", "track"),
    chunk=("media", "chunk"),
    payload=("media", "payload"),
    digit=("dtmf", "digit"),
    mark_name=("name",),
    media={
        "event": "playAudio",
        "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": "{payload}"},
    },
    mark={"event": "checkpoint", "streamId": "{stream}", "name": "{mark}"},
    clear={"event": "clearAudio", "streamId": "{stream}"},
    echoes_cleared=False,
)

VONAGE = Provider(
    name="vonage",
    page="https://developer.vonage.com/en/voice/voice-api/guides/websockets",
    events={
        "websocket:connected": Event.START,
        "websocket:dtmf": Event.KEY,
        "websocket:notify": Event.MARK,
        "websocket:cleared": Event.CLEARED,
    },
    codings={"audio/l16": "l16"},
    stream=(),
    call=("call",),  # not the provider's: to be put into the endpoint's headers
    parameters=(),
    coding=(),
    rate=(),
    sequence=(),
    track=(),
    chunk=(),
    payload=(),
    digit=("digit",),
    mark_name=("payload", "mark"),
    media={},
    mark={"action": "notify", "payload": {"mark": "{mark}"}},
    clear={"action": "clear"},
    binary=True,
    echoes_cleared=False,
    content_type="content-type",
)

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {one.name: one for one in (TWILIO, TELNYX, PLIVO, VONAGE, SIGNALWIRE)}
)
"""By the name that a policy gives."""
