"""Words of a transcript on the call's clock: timed by the server, or spread over the stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.estimation import estimated_marks
from speech.openai_audio.stretches import Stretch
from speech.protocols import SAMPLE_RATE
from speech.sentences import tokens
from system1.percepts import Word


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as a server times it, s from the beginning of what it was sent."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a server made of a stretch; ``words`` is empty where it times none."""

    text: str
    words: tuple[TimedWord, ...] = ()
    confidence: float = 1.0


def placed(transcript: Transcript, stretch: Stretch) -> tuple[Word, ...]:
    """The words on the call's clock, in order; each Chinese character is one."""
    length_s = stretch.samples / SAMPLE_RATE
    timed = transcript.words or ()
    if timed:
        return _as_told(timed, stretch.begins, length_s)
    return _spread(transcript.text, stretch)


def _as_told(timed: Sequence[TimedWord], begins: float, length_s: float) -> tuple[Word, ...]:
    words: list[Word] = []
    last = 0.0
    for one in timed:
        start = min(max(one.start, last), length_s)
        end = min(max(one.end, start), length_s)
        spans = tokens(one.text)
        for number, (first, after) in enumerate(spans):
            # several tokens in what the server calls a word share its time
            share = (end - start) / len(spans)
            words.append(
                Word(
                    one.text[first:after],
                    _round(begins + start + number * share),
                    _round(begins + start + (number + 1) * share),
                )
            )
        last = end
    return tuple(words)


def _spread(text: str, stretch: Stretch) -> tuple[Word, ...]:
    words: list[Word] = []
    last = max(stretch.onset, stretch.begins)
    for mark in estimated_marks(text, stretch.audio, SAMPLE_RATE):
        end = max(stretch.begins + mark.until / SAMPLE_RATE, last)
        words.append(Word(text[mark.start : mark.end], _round(last), _round(end)))
        last = end
    return tuple(words)


def _round(seconds: float) -> float:
    return round(max(seconds, 0.0), 3)
