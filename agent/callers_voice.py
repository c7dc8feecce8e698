"""The sound of the caller's last turn, for models that hear; kept only where the policy says so.

No more is kept than one turn may last, and it goes when the call does.
"""

from __future__ import annotations

import io
import wave
from collections import deque

import numpy as np
from numpy.typing import NDArray

from policies.policy import Policy
from speech.protocols import SAMPLE_RATE, Audio
from system1.brief import Brief
from system2.desk import BareDesk

BESIDE_S = 0.2
"""Sound before and behind a turn that goes with it, so that no first consonant is cut off (s)."""


class CallersVoice:
    """What was last heard of the caller, 16-bit at ``SAMPLE_RATE``."""

    def __init__(self, policy: Policy) -> None:
        timing = policy.turn_taking
        longest_s = timing.maxspeechtimeout + timing.endpointing.max_silence + 2 * BESIDE_S
        self._most = round(longest_s * SAMPLE_RATE)
        self._blocks: deque[NDArray[np.int16]] = deque()
        self._kept = 0
        self._heard = 0

    def add(self, block: Audio) -> None:
        """The next of the caller's sound, float32 mono in [-1, 1]."""
        samples = np.clip(np.rint(block * 32767.0), -32768, 32767).astype("<i2")
        self._blocks.append(samples)
        self._kept += samples.size
        self._heard += samples.size
        while self._kept - self._blocks[0].size >= self._most:
            self._kept -= self._blocks.popleft().size

    def between(self, since: float, until: float) -> bytes | None:
        """What was heard from ``since`` to ``until`` (s) and a little beside it, as a mono WAV file
        of 16 bits; None where it is not kept."""
        before = self._heard - self._kept
        start = max(round((since - BESIDE_S) * SAMPLE_RATE) - before, 0)
        end = round((until + BESIDE_S) * SAMPLE_RATE) - before
        samples = np.concatenate(self._blocks)[start : max(end, 0)] if self._blocks else None
        return None if samples is None or not samples.size else _wav(samples)

    def turn(self, brief: Brief) -> bytes | None:
        """The turn that ``brief`` answers, as a mono WAV file of 16 bits; None where it answers
        none, or nothing was heard of it."""
        last = next((one for one in reversed(brief.turns) if one.who == "caller"), None)
        if not brief.said or last is None:
            return None
        return self.between(last.start, last.end)


class VoiceDesk(BareDesk):
    """The ``Desk`` of one think of a policy without tools."""

    def __init__(self, voice: CallersVoice, brief: Brief) -> None:
        self._voice = voice
        self._brief = brief

    async def caller_audio(self) -> bytes | None:
        """See ``Desk``."""
        return self._voice.turn(self._brief)


def _wav(samples: NDArray[np.int16]) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()
