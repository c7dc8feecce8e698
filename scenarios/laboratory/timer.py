"""The plain timer: voice activity detection, and a fixed silence after it.

What most agents do by default. It is given every advantage: the ends of speech are dated by the
sound (``speech.meters.activity``), so that a timer of 0.5 s fires 0.5 s after the last sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from speech.meters.activity import Activity
from speech.meters.chunks import Chunks
from speech.meters.silero import SileroVad
from speech.protocols import SAMPLE_RATE, Audio
from speech.resampling import RESAMPLE_DELAY_S, Downsampler
from system1.percepts import SpeechStarted, SpeechStopped

THRESHOLDS_S = tuple(round(0.2 + 0.05 * step, 2) for step in range(67))
"""0.2 to 3.5 s."""
STOCK_S = (0.5, 0.8, 1.0)
"""Usual settings: the LiveKit plugin's 0.55, Unmute's 0.6, Vocode's and TEN's around 1 s."""
START_S = 0.2
"""Speech that interrupts the agent: Pipecat's VAD start."""

_CHUNK = 768


@dataclass(frozen=True, slots=True)
class Activation:
    """A stretch of voice activity: from ``onset`` to ``offset`` (None: to the end), as dated.

    ``began``, ``ended``: when each became known (s).
    """

    began: float
    onset: float
    ended: float | None = None
    offset: float | None = None


def activations(audio: Audio) -> tuple[Activation, ...]:
    """Voice activity in a recording, by Silero VAD."""
    vad, activity, downsampler = SileroVad(), Activity(), Downsampler(_CHUNK)
    chunks = Chunks()
    found: list[Activation] = []
    for end in range(_CHUNK, audio.size + 1, _CHUNK):
        samples = downsampler.resample(audio[end - _CHUNK : end])
        at = end / SAMPLE_RATE
        probability = vad.probability(samples)
        match activity.step(chunks.take(samples), probability, at - RESAMPLE_DELAY_S, at):
            case SpeechStarted(onset=onset):
                found.append(Activation(at, onset))
            case SpeechStopped(offset=offset):
                found[-1] = Activation(found[-1].began, found[-1].onset, at, offset)
            case None:
                pass
    return tuple(found)


class Timer:
    """``Contender``: takes the floor after so many seconds of silence. ``heard``: by clip."""

    name = "timer"
    thresholds = THRESHOLDS_S

    def __init__(self, heard: Mapping[str, tuple[Activation, ...]]) -> None:
        self._heard = heard

    def takes_floor_at(
        self, clip_name: str, onset_s: float, until_s: float | None, threshold: float
    ) -> float | None:
        """See ``Contender``. ``threshold``: the silence (s)."""
        heard = self._heard[clip_name]
        for index, one in enumerate(heard):
            if one.offset is None or one.ended is None:
                continue
            at = max(one.ended, one.offset + threshold)
            again = heard[index + 1].onset if index + 1 < len(heard) else None
            if again is not None and at >= again:
                continue
            if at >= onset_s and (until_s is None or at < until_s):
                return at
        return None

    def stops_at(self, clip_name: str, onset_s: float) -> float | None:
        """See ``Contender``: at ``START_S`` of speech."""
        for one in self._heard[clip_name]:
            if one.offset is not None and one.offset <= onset_s:
                continue
            at = max(one.began, max(one.onset, onset_s) + START_S)
            if one.ended is None or at < one.ended:
                return at
        return None
