"""A bidirectional media stream of a telephony provider, without its socket.

Messages go in as they come from the WebSocket and come out as they are to be sent; time is counted
by the agent's sound. Sound is sent in frames of 20 ms as it is given, so whoever gives it keeps
the pace, and not at all while the agent is silent: what a provider's clock is slower than ours
then never adds up to a delay.

A message that cannot be read is counted and left; too many of them end the stream.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

import numpy as np

from agent.telephony.chunks import Chunks
from agent.telephony.events import Gone, Key, Played, Sound, Started, StreamEvent
from agent.telephony.marks import Marks
from agent.telephony.providers import TWILIO, Coding, Event, Path, Provider, Template
from speech import g711
from speech.narrowband import DELAY_S, LINE_RATE, FromLine, ToLine
from speech.protocols import SAMPLE_RATE, Audio

Message: TypeAlias = str | bytes
"""A text or a binary message of a WebSocket."""

FRAME = LINE_RATE // 50
"""Samples of a frame, 20 ms."""

HANGOVER_S = 0.5
"""Silence that is still sent after a sound: pauses within speech keep their length exactly."""

AUDIBLE = 1e-4
"""Amplitude below which nothing is there to send: less than half of G.711's smallest step."""

KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken from the other side. Lengths in bytes; ``unreadable``: messages in all."""

    message: int = 64 * 1024
    chunk: int = LINE_RATE * 2
    unreadable: int = 50
    parameters: int = 50


@dataclass(slots=True)
class Counts:
    """What happened on a stream. ``skipped``: messages that the provider numbered and that never
    came; ``unknown``: of kinds that we do not know."""

    received: int = 0
    sent: int = 0
    unreadable: int = 0
    unknown: int = 0
    skipped: int = 0
    clears: int = 0
    unasked_marks: int = 0


class MediaStream:
    """One call's stream. Nothing is sent before it has started or once it is gone."""

    def __init__(self, provider: Provider = TWILIO, limits: Limits | None = None) -> None:
        self.provider = provider
        self.counts = Counts()
        self.marks = Marks(provider.echoes_cleared)
        self.chunks = Chunks(provider.hold)
        self._limits = limits or Limits()
        self._started = False
        self._gone = False
        self._stream = ""
        self._coding: Coding = next(iter(provider.codings.values()))
        self._sequence: int | None = None
        self._from_line = FromLine()
        self._to_line = ToLine()
        self._given = 0  # samples of the agent's sound
        self._line = np.zeros(0, np.float32)
        self._framed = 0  # samples at the line's rate
        self._quiet = HANGOVER_S

    @property
    def now(self) -> float:
        """Seconds of the agent's sound given to ``send``."""
        return self._given / SAMPLE_RATE

    def receive(self, message: Message) -> list[StreamEvent]:
        """What a message of the provider's says; it may be anything."""
        if self._gone:
            return []
        if len(message) > self._limits.message:
            return self._unreadable()
        if isinstance(message, bytes):
            return self._sound(None, message) if self.provider.binary else self._unreadable()
        try:
            said = json.loads(message)
        except (ValueError, RecursionError):
            return self._unreadable()
        inner = said.get(self.provider.envelope) if isinstance(said, dict) else None
        said = inner if isinstance(inner, dict) else said
        if not isinstance(said, dict) or not isinstance(said.get("event"), str):
            return self._unreadable()
        return self._told(said)

    def close(self) -> list[StreamEvent]:
        """The connection is closed."""
        return self._leave(Gone("closed"))

    def mark(self, utterance: int, chars: int, at: float, *, last: bool = False) -> None:
        """Want to know when the caller has heard so much of an utterance, which ends at ``at``
        (s) of the agent's sound."""
        self.marks.ask(utterance, chars, at, last)

    def clear(self) -> list[Message]:
        """The agent has stopped: what was sent ahead and is not played yet is not to be heard."""
        if not self._started or self._gone:
            return []
        self.counts.clears += 1
        self.marks.clear(self.now)
        return [self._filled(self.provider.clear)]

    def send(self, audio: Audio) -> list[Message]:
        """The agent's next sound, float32 at ``SAMPLE_RATE``, as messages with their marks."""
        if not self._started or self._gone:
            return []
        self._given += len(audio)
        self._line = np.concatenate((self._line, self._to_line.resample(audio)))
        messages: list[Message] = []
        while len(self._line) >= FRAME:
            frame, self._line = self._line[:FRAME], self._line[FRAME:]
            self._framed += FRAME
            if np.abs(frame).max() > AUDIBLE:
                self._quiet = 0.0
            else:
                self._quiet += FRAME / LINE_RATE
            if self._quiet < HANGOVER_S:
                self.counts.sent += 1
                messages.append(self._media(frame))
            for mark in self.marks.due(self._framed / LINE_RATE - DELAY_S):
                messages.append(self._filled(self.provider.mark, mark=mark.name))
        return messages

    def _told(self, said: dict[str, Any]) -> list[StreamEvent]:
        event = self.provider.events.get(said["event"])
        if event is Event.START:
            return self._start(said)
        if event is None:
            self.counts.unknown += 1
            return []
        if event is Event.CONNECTED:
            return []
        stream = self.provider.stream and said.get(self.provider.stream[-1])
        if not self._started or (stream and stream != self._stream):
            return self._unreadable()
        self._count(_number(said, self.provider.sequence))
        match event:
            case Event.MEDIA:
                return self._chunk(said)
            case Event.KEY:
                digit = _text(said, self.provider.digit).upper()
                return [Key(digit)] if digit in KEYS else self._unreadable()
            case Event.MARK:
                return self._echo(_text(said, self.provider.mark_name))
            case Event.CLEARED:
                return []
            case Event.STOP:
                return self._leave(Gone("stopped"))
            case _:
                assert_never(event)

    def _start(self, said: dict[str, Any]) -> list[StreamEvent]:
        provider = self.provider
        if self._started:
            return self._unreadable()
        coding, rate = _text(said, provider.coding), _number(said, provider.rate)
        if provider.content_type:
            coding, _, told = _text(said, (provider.content_type,)).partition(";")
            rate = int(told[5:]) if told[5:].isdecimal() and len(told) < 12 else None
        known = provider.codings.get(coding.strip().lower())
        if known is None or rate not in provider.rates:
            return self._leave(Gone("format"))
        self._started = True
        self._coding = known
        self._stream = _text(said, provider.stream)
        self._count(_number(said, provider.sequence))
        parameters = _parameters(said, provider)
        kept = dict(list(parameters.items())[: self._limits.parameters])
        return [Started(self._stream, _text(said, provider.call), kept)]

    def _count(self, number: int | None) -> None:
        if number is None:
            return
        if self._sequence is not None and number > self._sequence + 1:
            self.counts.skipped += number - self._sequence - 1
        self._sequence = number

    def _chunk(self, said: dict[str, Any]) -> list[StreamEvent]:
        if _text(said, self.provider.track).startswith("outbound"):
            return []
        try:
            data = base64.b64decode(_text(said, self.provider.payload), validate=True)
        except (binascii.Error, ValueError):
            return self._unreadable()
        return self._sound(_number(said, self.provider.chunk), data)

    def _sound(self, number: int | None, data: bytes) -> list[StreamEvent]:
        width = 2 if self._coding == "l16" else 1
        if not self._started or not 0 < len(data) <= self._limits.chunk or len(data) % width:
            return self._unreadable()
        self.counts.received += 1
        events: list[StreamEvent] = []
        for chunk in self.chunks.take(number, data):
            heard = _decoded(chunk.data, self._coding)
            silence = np.zeros(chunk.missing * len(heard), np.float32)
            audio = self._from_line.resample(np.concatenate((silence, heard)))
            events.append(Sound(audio, len(silence) * SAMPLE_RATE // LINE_RATE))
        return events

    def _echo(self, name: str) -> list[StreamEvent]:
        found = self.marks.echo(name, self.now)
        if found is None:
            self.counts.unasked_marks += 1
            return []
        mark, lag, heard = found
        return [Played(mark, lag, heard)]

    def _unreadable(self) -> list[StreamEvent]:
        self.counts.unreadable += 1
        return self._leave(Gone("broken")) if self._too_many else []

    @property
    def _too_many(self) -> bool:
        return self.counts.unreadable > self._limits.unreadable

    def _leave(self, gone: Gone) -> list[StreamEvent]:
        if self._gone:
            return []
        self._gone = True
        return [gone]

    def _media(self, frame: Audio) -> Message:
        data: bytes
        if self._coding == "l16":
            data = np.clip(np.rint(frame * 32767.0), -32768, 32767).astype("<i2").tobytes()
        else:
            data = g711.encoded(frame, self._coding)
        if self.provider.binary:
            return data
        return self._filled(self.provider.media, payload=base64.b64encode(data).decode())

    def _filled(self, template: Template, payload: str = "", mark: str = "") -> str:
        values = {"{stream}": self._stream, "{payload}": payload, "{mark}": mark}
        return json.dumps(_fill(template, values), separators=(",", ":"))


def _fill(template: Template, values: Mapping[str, str]) -> dict[str, object]:
    filled: dict[str, object] = {}
    for key, value in template.items():
        if isinstance(value, Mapping):
            filled[key] = _fill(value, values)
        else:
            filled[key] = values.get(value, value) if isinstance(value, str) else value
    return filled


def _found(said: Mapping[str, Any], path: Path) -> object:
    value: object = said if path else None
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(said: Mapping[str, Any], path: Path) -> str:
    value = _found(said, path)
    return value if isinstance(value, str) else ""


def _number(said: Mapping[str, Any], path: Path) -> int | None:
    """A number, which many providers write as text."""
    value = _found(said, path)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 12:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
        return value
    return None


def _parameters(said: Mapping[str, Any], provider: Provider) -> dict[str, str]:
    """What was sent along: a mapping, ``a=1;b=2``, or the keys beside the content type."""
    value = _found(said, provider.parameters)
    if provider.content_type:
        value = {k: v for k, v in said.items() if k not in ("event", provider.content_type)}
    if isinstance(value, str):
        pairs = (part.partition("=") for part in value.replace(",", ";").split(";"))
        return {name.strip(): given.strip() for name, sign, given in pairs if sign}
    if isinstance(value, dict):
        return {name: given for name, given in value.items() if isinstance(given, str)}
    return {}


def _decoded(data: bytes, coding: Coding) -> Audio:
    if coding == "l16":
        samples: Audio = np.frombuffer(data, "<i2").astype(np.float32) / 32768.0
        return samples
    return g711.decoded(data, coding)
