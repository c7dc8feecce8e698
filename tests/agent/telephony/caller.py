"""Twilio's side of a media stream, written from its documentation, and a caller at its telephone.

https://www.twilio.com/docs/voice/media-streams/websocket-messages. What we send is held against
that page as Twilio holds it (errors 31950 and 31951); audio is buffered and played in order, 20 ms
at a time; a mark comes back when what was before it has been played, or at a ``clear``.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import soxr  # type: ignore[import-untyped]

from agent.conversation import Conversation
from agent.telephony.events import Started
from agent.telephony.leg import PhoneLeg
from agent.telephony.media import FRAME, MediaStream, Message
from speech import g711
from speech.embedded.espeak import EspeakVoice
from speech.narrowband import ToLine
from speech.protocols import SAMPLE_RATE, Audio

STREAM, CALL, ACCOUNT = "MZ" + "1" * 32, "CA" + "2" * 32, "AC" + "3" * 32
SIZE = SAMPLE_RATE // 50
LOUD = 0.02


def speech(text: str, voice: str = "en-us+klatt4") -> Audio:
    """A caller's words at 24 kHz."""
    speaker = EspeakVoice(voice, 160, 50)
    sound = np.concatenate([one.audio for one in speaker.speak(text)])
    speaker.close()
    audio: Audio = soxr.resample(sound, speaker.sample_rate, SAMPLE_RATE).astype(np.float32)
    return audio


class Twilio:
    """One stream. ``delay``: frames from sending a message to its arrival, either way; ``buffer``:
    frames for which the first sound after a silence is kept back."""

    def __init__(self, delay: int = 2, buffer: int = 0) -> None:
        self.frame = 0
        self.heard: list[Audio] = []
        self.played: list[str] = []
        """Marks that were reached by playing what was before them."""
        self.cleared: list[str] = []
        """Marks that came back because of a clear."""
        self.clears: list[int] = []
        self.media = 0
        self.deaf = False
        """Marks are not echoed."""
        self.dropped: set[int] = set()
        """Chunks that get lost."""
        self._delay = delay
        self._kept_back = buffer
        self._begins = 0
        self._sequence = 0
        self._chunk = 0
        self._ours: deque[tuple[int, Message]] = deque()
        self._theirs: deque[tuple[int, str]] = deque()
        self._buffer: deque[bytes | str] = deque()
        self._left = b""
        self._line = ToLine()
        self._rest = np.zeros(0, np.float32)
        self._says: deque[Audio] = deque()

    def numbered(self, said: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps({**said, "sequenceNumber": str(self._sequence), "streamSid": STREAM})

    def begins(self, **parameters: str) -> list[str]:
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        start = {
            "accountSid": ACCOUNT,
            "streamSid": STREAM,
            "callSid": CALL,
            "tracks": ["inbound"],
            "mediaFormat": form,
            "customParameters": parameters,
        }
        connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        return [json.dumps(connected), self.numbered({"event": "start", "start": start})]

    def says(self, audio: Audio) -> None:
        """The caller speaks, from now on."""
        self._says.append(audio)

    def presses(self, digit: str) -> None:
        key = {"track": "inbound_track", "digit": digit}
        self._post(self.numbered({"event": "dtmf", "dtmf": key}))

    def stops(self) -> None:
        stop = {"accountSid": ACCOUNT, "callSid": CALL}
        self._post(self.numbered({"event": "stop", "stop": stop}))

    def takes(self, messages: list[Message]) -> None:
        """What the server sends."""
        self._ours += [(self.frame + self._delay, one) for one in messages]

    def ticks(self) -> list[str]:
        """20 ms pass; what the server is told."""
        self.frame += 1
        while self._ours and self._ours[0][0] <= self.frame:
            self._arrives(self._ours.popleft()[1])
        self._plays()
        self._speaks()
        told = []
        while self._theirs and self._theirs[0][0] <= self.frame:
            told.append(self._theirs.popleft()[1])
        return told

    def _post(self, message: str) -> None:
        self._theirs.append((self.frame + self._delay, message))

    def _arrives(self, message: Message) -> None:
        assert isinstance(message, str), "31950: Stream - Protocol - Malformed Message"
        said = json.loads(message)
        assert said.pop("streamSid") == STREAM, "31951: Stream - Protocol - Invalid Message"
        match said:
            case {"event": "media", "media": {"payload": str(payload), **more}, **rest}:
                assert not more
                assert not rest
                data = base64.b64decode(payload, validate=True)
                assert len(data) == FRAME
                self.media += 1
                if not self._buffer:
                    quiet = not self.heard or not self.heard[-1].any()
                    self._begins = self.frame + (self._kept_back if quiet else 0)
                self._buffer.append(data)
            case {"event": "mark", "mark": {"name": str(name)}} if name:
                self._buffer.append(name)
            case {"event": "clear"} if len(said) == 1:
                self.clears.append(self.frame)
                self.cleared += [one for one in self._buffer if isinstance(one, str)]
                self._buffer.clear()
                for name in self.cleared:
                    self._echoes(name)
            case _:
                raise AssertionError("31951: Stream - Protocol - Invalid Message")

    def _plays(self) -> None:
        data = b""
        if self._buffer and self.frame < self._begins:
            self.heard.append(np.zeros(FRAME, np.float32))
            return
        while self._buffer and not data:
            first = self._buffer.popleft()
            if isinstance(first, str):
                self._reaches(first)
            else:
                data = first
        while self._buffer and isinstance(self._buffer[0], str):
            self._reaches(str(self._buffer.popleft()))
        silent = np.zeros(FRAME, np.float32)
        self.heard.append(g711.decoded(data, "ulaw") if data else silent)

    def _reaches(self, name: str) -> None:
        self.played.append(name)
        self._echoes(name)

    def _echoes(self, name: str) -> None:
        if self.deaf:
            return
        self._post(self.numbered({"event": "mark", "mark": {"name": name}}))

    def _speaks(self) -> None:
        audio = self._rest
        while len(audio) < SIZE and self._says:
            audio = np.concatenate((audio, self._says.popleft()))
        frame, self._rest = audio[:SIZE], audio[SIZE:]
        frame = np.pad(frame, (0, SIZE - len(frame)))
        payload = g711.encoded(self._line.resample(frame), "ulaw")
        self._chunk += 1
        media = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(20 * self._chunk),
            "payload": base64.b64encode(payload).decode(),
        }
        message = self.numbered({"event": "media", "media": media})
        if self._chunk not in self.dropped:
            self._post(message)

    def loud(self, first: int = 0) -> list[int]:
        """The frames from ``first`` on in which the caller hears the agent."""
        return [n for n, one in enumerate(self.heard) if n >= first and np.abs(one).max() > LOUD]


class Line:
    """A call over a stream, 20 ms at a time, as whoever owns the socket holds it."""

    def __init__(self, twilio: Twilio, leg: PhoneLeg, conversation: Conversation) -> None:
        self.twilio, self.leg, self.conversation = twilio, leg, conversation
        self.lost = 0
        self._sound = np.zeros(0, np.float32)

    async def tick(self, *extra: Message) -> None:
        for message in (*self.twilio.ticks(), *extra):
            for sound in self.leg.receive(message):
                self.lost += sound.lost
                self._sound = np.concatenate((self._sound, sound.audio))
        frame, self._sound = self._sound[:SIZE], self._sound[SIZE:]
        frame = np.pad(frame, (0, SIZE - len(frame)))
        self.twilio.takes(self.leg.answer(await self.conversation.step(frame)))

    async def until(self, condition: Callable[[], bool], most_s: float = 20.0) -> None:
        for _ in range(round(most_s * 50)):
            if condition():
                return
            await self.tick()
        raise AssertionError("it never came")

    async def quiet(self, frames: int = 40) -> None:
        """Until the caller has heard the agent, and nothing for 0.8 s."""
        await self.until(lambda: bool(self.twilio.loud()))
        await self.until(lambda: not self.twilio.loud(self.twilio.frame - frames), 30.0)


async def on_the_line(
    held: Callable[[Line], Awaitable[None]], *, delay: int = 2, buffer: int = 0, **opened: Any
) -> Conversation:
    """A whole call of ``broadband``, in which ``held`` happens."""
    twilio = Twilio(delay, buffer)
    stream = MediaStream()
    events = [event for message in twilio.begins() for event in stream.receive(message)]
    assert [type(one) for one in events] == [Started]
    async with Conversation.open(opened.pop("policy", "broadband"), **opened) as conversation:
        await held(Line(twilio, PhoneLeg(conversation, stream), conversation))
    return conversation
