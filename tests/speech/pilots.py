"""Words that the tests' own servers hear: a pilot tone above what voice activity listens to.

The caller speaks the tone language, which voice activity takes for speech; over each word lies a
sine between 9 and 11 kHz whose frequency is the word's number in ``tests.speech.calls.WORDS``. So
a server without a model tells words and their times from real audio.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio
from tests.speech.calls import WORDS
from tests.speech.kyutai.calls import Call, call

_LEVEL = 0.02
_WINDOW = SAMPLE_RATE // 100


def _hertz(code: int) -> float:
    return 8600.0 + 400.0 * code


def said(*parts: str | float) -> Call:
    """Words of ``WORDS`` and silences between them in s, as the servers' callers say them."""
    spoken = call(*parts)
    audio = spoken.audio.copy()
    for word, begins, ends in spoken.words:
        first, after = round(begins * SAMPLE_RATE), round(ends * SAMPLE_RATE)
        at = np.arange(first, after) / SAMPLE_RATE
        audio[first:after] += _LEVEL * np.sin(2 * np.pi * _hertz(WORDS.index(word)) * at)
    return replace(spoken, audio=audio.astype(np.float32))


def code(audio: Audio) -> int:
    """The number of the word that fills at least half of a piece of audio; 0: none."""
    at = np.arange(len(audio)) / SAMPLE_RATE
    levels = [
        2 * abs(np.mean(audio * np.exp(-2j * np.pi * _hertz(number) * at)))
        for number in range(1, len(WORDS))
    ]
    best = int(np.argmax(levels))
    return best + 1 if levels[best] > _LEVEL / 2 else 0


def recognised(audio: Audio) -> list[tuple[str, float, float]]:
    """The words in audio, and when each begins and ends (s)."""
    codes = [code(audio[at : at + _WINDOW]) for at in range(0, len(audio) - _WINDOW + 1, _WINDOW)]
    words: list[tuple[str, float, float]] = []
    at = 0
    for number, run in groupby(codes):
        begins, at = at, at + len(list(run))
        if number:
            words.append((WORDS[number], begins / 100, at / 100))
    return words
