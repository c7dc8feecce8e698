"""A voice's sentences as the mouth plays them: at 24 kHz, and without the silence before each."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.protocols import SAMPLE_RATE, Mark, Speech, Voice

AUDIBLE = 10 ** (-55 / 20)
"""Amplitude below which synthesized sound counts as silence: -55 dBFS, lost on any phone."""

EDGE_S = 0.002
"""Length of the fade at an edge of the audible part, s; what it fades is faint anyhow."""


def rendered(
    voice: Voice, text: str, begins: int, rate: float = 1.0
) -> Generator[Speech, None, None]:
    """A text, whose first character is number ``begins`` of its utterance, as stretches that sound.

    They are at ``SAMPLE_RATE``, and their marks' characters are the utterance's. Each is
    synthesized when it is asked for; closing the generator closes the voice's. Stretches without
    any audible sample are left out.
    """
    speech = voice.speak(text, rate)
    try:
        for piece in speech:
            stretch = _stretch(piece, voice.sample_rate, text, begins)
            if stretch is not None:
                yield stretch
    finally:
        _close(speech)


def _close(speech: Iterator[Speech]) -> None:
    if isinstance(speech, Generator):
        speech.close()


def _stretch(speech: Speech, rate: int, text: str, begins: int) -> Speech | None:
    audio = speech.audio
    if rate != SAMPLE_RATE:
        # Whole sentences, resampled one by one: their edges are silent, so none of them clicks.
        audio = soxr.resample(audio, rate, SAMPLE_RATE, quality="HQ").astype(np.float32)
    loud = np.flatnonzero(np.abs(audio) > AUDIBLE)
    if not len(loud):
        return None
    first, last = int(loud[0]), int(loud[-1]) + 1
    audio = audio[first:].copy()
    edge = min(round(EDGE_S * SAMPLE_RATE), last - first)
    sounding = min(last - first + edge, len(audio))
    rise = np.linspace(0.0, 1.0, edge, endpoint=False, dtype=np.float32)
    audio[:edge] *= rise
    audio[sounding - edge : sounding] *= rise[::-1]
    audio[sounding:] = 0.0
    marks = []
    for mark in speech.marks:
        until = round(mark.until * SAMPLE_RATE / rate) - first
        end = begins + _with_punctuation(text, mark.end)
        marks.append(Mark(begins + mark.start, end, min(max(until, 1), sounding)))
    return Speech(audio, tuple(marks), sounding)


def _with_punctuation(text: str, end: int) -> int:
    """A word is heard with the punctuation that follows it."""
    while end < len(text) and not text[end].isalnum() and not text[end].isspace():
        end += 1
    return end
