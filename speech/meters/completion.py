"""When a model is asked whether the turn is over: once at each pause, soon after its onset.

An acoustic model takes silence itself for evidence: asked again while silence grows, Smart Turn
finds unfinished sentences more and more finished (0.43 at 0.2 s of silence, 0.82 at 1.0 s). So it
is asked once, with the same silence always; what silence means is for System 1's statistics.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio
from system1.percepts import Completion, SpeechStarted, SpeechStopped


@dataclass(frozen=True, slots=True)
class CompletionTimes:
    """What of the caller's audio is judged."""

    silence_s: float = 0.2
    """After the last sound: Pipecat's VAD stop, which the model was made for. Unit: s."""
    before_s: float = 0.5
    """Before the first sound. Unit: s."""
    longest_s: float = 8.0
    """In all; what came earlier is left out. Unit: s."""
    apart_s: float = 2.0
    """Speech after a longer silence is another turn. Unit: s."""


class Judge(Protocol):
    """Tells from audio whether a turn is over."""

    def probability(self, audio: Audio) -> float:
        """Of a turn's audio at 16 kHz that ends shortly after its last sound."""
        ...


class CompletionMeter:
    """Asks ``judge`` at each pause of one caller. ``by``: its name in the percepts."""

    def __init__(self, judge: Judge, by: str, times: CompletionTimes | None = None) -> None:
        self._judge = judge
        self._by = by
        self._times = times or CompletionTimes()
        kept_s = self._times.longest_s + 1.0  # the pause's onset is known late
        self._recent: deque[Audio] = deque(maxlen=round(kept_s * VAD_RATE / VAD_CHUNK))
        self._since: float | None = None
        self._offset: float | None = None
        self._due: float | None = None

    def step(
        self, chunk: Audio, change: SpeechStarted | SpeechStopped | None, ends: float, at: float
    ) -> Completion | None:
        """One chunk (512 samples at 16 kHz) that ends at ``ends``, and what changed in it."""
        times = self._times
        self._recent.append(chunk)
        match change:
            case SpeechStarted(onset=onset):
                if self._offset is None or onset - self._offset > times.apart_s:
                    self._since = onset
                self._due = None
            case SpeechStopped(offset=offset):
                self._offset, self._due = offset, offset + times.silence_s
            case None:
                pass
        if self._due is None or self._offset is None or self._since is None or ends < self._due:
            return None
        begins = max(self._since - times.before_s, self._due - times.longest_s)
        recent = np.concatenate(self._recent)
        first, last = (
            max(recent.size - round((ends - when) * VAD_RATE), 0) for when in (begins, self._due)
        )
        self._due = None
        found = self._judge.probability(recent[first:last])
        return Completion(at, self._by, round(found, 4), round(self._offset, 4))
