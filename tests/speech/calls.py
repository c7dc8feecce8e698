"""Callers for transcribers' tests: sounds whose words are known, with perfect voice activity."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio, Sound, Transcriber
from system1.percepts import EndOfTurn, Heard, Likeness

CHUNK = 768
CHUNK_S = CHUNK / SAMPLE_RATE
WORDS = ("", "hello", "my", "internet", "is", "down", "please")

Percepts = list[Heard | Likeness | EndOfTurn]


def said(*words: tuple[int, float]) -> Audio:
    """Words by their numbers and how long each lasts (s); 0 is silence.

    Word ``n`` is ``n`` hundredths of amplitude.
    """
    parts = [np.full(round(s * SAMPLE_RATE), code / 100, np.float32) for code, s in words]
    return np.concatenate(parts)


TURN = said((0, 0.8), (1, 0.4), (2, 0.24), (3, 0.56), (0, 1.2))


def recognised(audio: Audio) -> list[tuple[str, float, float]]:
    """The words in audio, and when each begins and ends (s)."""
    codes = np.rint(np.abs(audio) * 100).astype(int)
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    return [
        (WORDS[codes[start]], start / SAMPLE_RATE, end / SAMPLE_RATE)
        for start, end in pairwise(edges)
        if start < end and codes[start]
    ]


def sounds(audio: Audio) -> Iterator[Sound]:
    """What ears with perfect voice activity make of it."""
    onset: float | None = None
    quiet_since: float | None = None
    for number in range(len(audio) // CHUNK):
        wide = audio[number * CHUNK : (number + 1) * CHUNK]
        ends = (number + 1) * CHUNK_S
        if wide.any():
            onset, quiet_since = (ends - CHUNK_S if onset is None else onset), None
        elif onset is not None:
            onset, quiet_since = None, ends - CHUNK_S
        yield Sound(wide, np.zeros(512, np.float32), ends, ends, onset, quiet_since, ends)


def finals(percepts: Sequence[Heard | Likeness | EndOfTurn]) -> list[tuple[str, float]]:
    """The words that are final, and when each began."""
    return [
        (word.text, word.start)
        for percept in percepts
        if isinstance(percept, Heard) and percept.final
        for word in percept.words
    ]


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    ticks = threading.Event()
    for _ in range(2000):
        if condition():
            return
        ticks.wait(0.005)
    raise AssertionError("it never came")


def heard(transcriber: Transcriber, audio: Audio) -> Percepts:
    """All that a transcriber tells of a call."""
    return [percept for sound in sounds(audio) for percept in transcriber.step(sound)]


def ends(percepts: Sequence[Heard | Likeness | EndOfTurn]) -> list[Heard]:
    """The stretches that are final."""
    return [one for one in percepts if isinstance(one, Heard) and one.final]


def heard_live(transcriber: Transcriber, audio: Audio, stretches: int) -> Percepts:
    """The same of a call that does not wait, and then of its last moment until so many are final.

    The call's clock stands still in that moment, so nothing is late.
    """
    chunks = list(sounds(audio))
    percepts = [percept for chunk in chunks for percept in transcriber.step(chunk)]

    def enough() -> bool:
        percepts.extend(transcriber.step(chunks[-1]))
        return len(ends(percepts)) >= stretches

    until(enough)
    return percepts
