"""Who could be heard when: spans of speech on the audio clock.

They come from the truth where there is one (a scenario knows what its caller played), else from
the energy of a channel, else, in text fidelity, from the percepts and records of the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.records import PerceptSeen, Record, Utterance
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import SpeechStarted, SpeechStopped

_FRAME = SAMPLE_RATE // 100
_FRAME_S = 0.01
_SILENCE_DB = -100.0
_QUIETEST_DB = -55.0
"""Below this nothing is heard, however quiet the line is (dBFS)."""
_ABOVE_NOISE_DB = 9.0
_NOISE_WINDOW_S = 10.0
_BRIDGED_S = 0.2
"""A gap inside a word or between words that belong together; eot-bench scores longer ones."""
_SHORTEST_S = 0.06


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of sound, from ``start`` to ``end`` (s)."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Seconds."""
        return self.end - self.start


def audible(channel: Audio, *, noisy: bool) -> tuple[Span, ...]:
    """Spans of sound in a mono channel at ``SAMPLE_RATE``, to 10 ms.

    A frame of 10 ms sounds when its level is above -55 dBFS and, on a ``noisy`` channel, 9 dB
    above the noise floor: the tenth percentile of the levels in the 10 s around it, so that a
    line that grows noisier does not become one long turn. Gaps up to 0.2 s are bridged, what is
    shorter than 0.06 s is a click.
    """
    levels = _levels(channel)
    if not levels.size:
        return ()
    threshold = np.full(levels.shape, _QUIETEST_DB)
    if noisy:
        threshold = np.maximum(threshold, _noise_floor(levels) + _ABOVE_NOISE_DB)
    sounding = np.concatenate(([False], levels > threshold, [False]))
    edges = np.flatnonzero(sounding[1:] != sounding[:-1])
    runs = [
        Span(round(int(a) * _FRAME_S, 3), round(int(b) * _FRAME_S, 3))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
    return tuple(span for span in bridged(runs, _BRIDGED_S) if span.length >= _SHORTEST_S)


def bridged(spans: Sequence[Span], gap_s: float) -> tuple[Span, ...]:
    """Spans in time order with every gap up to ``gap_s`` closed."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if joined and span.start - joined[-1].end <= gap_s + 1e-9:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def both(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """Where a span of ``first`` and one of ``second`` sound together, in time order."""
    meets = [
        Span(max(a.start, b.start), min(a.end, b.end))
        for a in first
        for b in second
        if min(a.end, b.end) > max(a.start, b.start)
    ]
    return bridged(meets, 0.0)


def caller_spans(records: Sequence[Record], caller: Audio | None) -> tuple[Span, ...]:
    """The caller's speech: from the channel, or from voice activity where there is no audio."""
    if caller is not None:
        return audible(caller, noisy=True)
    spans: list[Span] = []
    onset: float | None = None
    for record in records:
        match record:
            case PerceptSeen(percept=SpeechStarted(onset=since)):
                onset = since if onset is None else onset
            case PerceptSeen(percept=SpeechStopped(offset=until)) if onset is not None:
                spans.append(Span(onset, max(onset, until)))
                onset = None
            case _:
                pass
    if onset is not None:
        spans.append(Span(onset, max(onset, records[-1].at)))
    return bridged(spans, 0.0)


def agent_spans(records: Sequence[Record], agent: Audio | None) -> tuple[Span, ...]:
    """The agent's speech: from its channel, which is clean, or from its utterances."""
    if agent is not None:
        return audible(agent, noisy=False)
    said = [record for record in records if isinstance(record, Utterance)]
    return bridged([Span(one.start, one.end) for one in said if one.end > one.start], 0.0)


def _levels(channel: Audio) -> NDArray[np.float64]:
    """Level of each 10 ms frame in dBFS; an incomplete last frame is padded with silence."""
    frames = -(-channel.size // _FRAME)
    padded = np.zeros(frames * _FRAME, dtype=np.float32)
    padded[: channel.size] = channel
    power = np.mean(np.square(padded.reshape(frames, _FRAME), dtype=np.float64), axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(power, 10.0 ** (_SILENCE_DB / 10.0))))


def _noise_floor(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The tenth percentile of the levels around each frame, one window a second (dBFS)."""
    half = int(_NOISE_WINDOW_S / _FRAME_S / 2)
    centres = np.arange(0, levels.size, int(1.0 / _FRAME_S))
    floors = [np.percentile(levels[max(0, at - half) : at + half], 10) for at in map(int, centres)]
    return np.interp(np.arange(levels.size), centres, floors)
