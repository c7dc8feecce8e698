"""The caller's sound on its way from the microphone to the ears: echo taken out, level set.

Both are WebRTC's own (AEC3 and its gain control), through the ``livekit`` package. AEC3 finds the
echo's delay by itself, up to half a second, and follows a loudspeaker that distorts and clocks that
drift; it is what removes most echo, and what costs most of the words that are said over it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio

FRAME = SAMPLE_RATE // 100
"""Samples of 10 ms, in which WebRTC works."""

_ACTIVE = 10 ** (-50 / 20)
"""The agent is playing something when its root mean square is above this: -50 dBFS."""
_REVERBERATION_FRAMES = 30
"""Its echo may come so much later: 0.3 s."""
_FRAMES_KEPT = 6000
"""The echo's loss is told of the last minute of the agent's sound."""


class MicrophoneTerms(Protocol):
    """The settings of a line, as a policy has them."""

    @property
    def echo(self) -> str:
        """``leave`` or ``cancel``."""
        ...

    @property
    def echo_delay(self) -> float:
        """A first guess of the echo's delay, s."""
        ...

    @property
    def level(self) -> str:
        """``leave`` or ``automatic``."""
        ...


class Microphone:
    """Prepares the sound of one call. Raises ``SpeechError`` where ``livekit`` is missing."""

    def __init__(self, terms: MicrophoneTerms) -> None:
        try:
            from livekit.rtc import AudioFrame
            from livekit.rtc.apm import AudioProcessingModule
        except ImportError as error:
            raise SpeechError(
                "livekit is missing, which takes out echo and sets levels: "
                "pip install 'kairos-voice[echo]'"
            ) from error
        self._frame = AudioFrame
        self._cancels = terms.echo == "cancel"
        self._processing = AudioProcessingModule(
            echo_cancellation=self._cancels,
            auto_gain_control=terms.level == "automatic",
        )
        self._delay_ms = round(terms.echo_delay * 1000)
        self._since_far = _REVERBERATION_FRAMES
        self._losses_db: list[float] = []

    def near(self, block: Audio, far: Audio) -> Audio:
        """``FRAME`` samples of the microphone's, without the echo of the agent's.

        ``far``: what the agent played in the same time.
        """
        if self._cancels:
            self._processing.process_reverse_stream(self._framed(far))
            self._processing.set_stream_delay_ms(self._delay_ms)
        framed = self._framed(block)
        self._processing.process_stream(framed)
        cleaned = np.frombuffer(framed.data, np.int16).astype(np.float32) / np.float32(32768)
        self._measure(block, far, cleaned)
        return cleaned

    @property
    def echo_loss_db(self) -> float | None:
        """By how much the microphone's sound is lower after it, while the agent speaks (dB).

        The median over the frames of the last minute in which there was echo: the echo return loss
        enhancement of ITU-T G.168, as far as the caller's own speech lets one measure it. None
        while not a second of it has been heard, and where echo is left as it is.
        """
        if not self._cancels or len(self._losses_db) < 100:
            return None
        return round(float(np.median(self._losses_db)), 1)

    def _framed(self, block: Audio):  # type: ignore[no-untyped-def]  # livekit's, which has no types
        samples = np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16)
        return self._frame(bytearray(samples.tobytes()), SAMPLE_RATE, 1, block.size)

    def _measure(self, before: Audio, far: Audio, after: Audio) -> None:
        if _rms(far) > _ACTIVE:
            self._since_far = 0
        else:
            self._since_far += 1
        power = _rms(before)
        if self._since_far >= _REVERBERATION_FRAMES or power < 10 ** (-70 / 20):
            return
        left = max(_rms(after), 10 ** (-96 / 20))
        self._losses_db.append(20 * float(np.log10(power / left)))
        del self._losses_db[:-_FRAMES_KEPT]


def open_microphone(terms: MicrophoneTerms) -> Microphone | None:
    """The microphone of one call; None where its sound is left as it is."""
    if terms.echo == "leave" and terms.level == "leave":
        return None
    return Microphone(terms)


def _rms(block: Audio) -> float:
    return float(np.sqrt(np.mean(block.astype(np.float64) ** 2)))
