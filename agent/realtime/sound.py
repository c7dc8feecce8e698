"""Sound as it stands in events: base64 of 16-bit samples at 24 kHz, or of G.711 at 8 kHz."""

from __future__ import annotations

import base64
import binascii
from typing import Literal, TypeAlias

import numpy as np

from agent.realtime.trouble import Refusal
from speech import g711
from speech.narrowband import DELAY_S, LINE_RATE, FromLine, ToLine
from speech.protocols import SAMPLE_RATE, Audio

Coding: TypeAlias = Literal["pcm16", "ulaw", "alaw"]

MIME: dict[Coding, str] = {"pcm16": "audio/pcm", "ulaw": "audio/pcmu", "alaw": "audio/pcma"}
"""What the protocol calls each."""


def format_of(coding: Coding) -> dict[str, object]:
    """The protocol's ``format`` object."""
    named: dict[str, object] = {"type": MIME[coding]}
    return named | {"rate": SAMPLE_RATE} if coding == "pcm16" else named


class Decoder:
    """The caller's sound out of events: 24 kHz, with no seam between two of them."""

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self._line = FromLine()
        self._odd = b""

    def decode(self, text: str) -> Audio:
        """Float32 at 24 kHz. Raises ``Refusal`` for what is no base64."""
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise Refusal("audio: must be base64", "audio") from None
        if self.coding != "pcm16":
            return self._line.resample(g711.decoded(data, self.coding))
        data = self._odd + data
        whole = len(data) - len(data) % 2
        self._odd = data[whole:]
        samples = np.frombuffer(data[:whole], "<i2").astype(np.float32)
        audio: Audio = samples / np.float32(32768)
        return audio


class Encoder:
    """The sound of one utterance into events: as long as it was, to a sample of its rate."""

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._line = ToLine()
        self._late = round(DELAY_S * LINE_RATE)

    def encode(self, audio: Audio) -> str:
        """Base64 of what can be told by now; it may be empty."""
        if self._coding == "pcm16":
            samples = np.clip(np.rint(audio * 32767.0), -32768, 32767).astype("<i2")
            return base64.b64encode(samples.tobytes()).decode("ascii")
        line = self._line.resample(audio)
        skipped = min(self._late, len(line))
        self._late -= skipped
        return base64.b64encode(g711.encoded(line[skipped:], self._coding)).decode("ascii")

    def rest(self) -> str:
        """The end of the utterance; it may be empty."""
        if self._coding == "pcm16":
            return ""
        return self.encode(np.zeros(round(DELAY_S * SAMPLE_RATE), np.float32))
