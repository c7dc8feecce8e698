"""The tone language: 24 words, each a glide between two vowels, and a voice that speaks them.

A word is two syllables of a synthetic larynx and three formants; the second begins where the
loudness dips. No two words have the same pair of vowels, so a recogniser of 190 thousand parameters
learns them in minutes (``train_tones``), and voice activity takes them for speech.

"um" is followed by more speech, "please", "thanks" and "bye" end a turn; the pauses that the
recogniser learnt from are ``PAUSE_S``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio, Mark, Speech

VOWELS = {
    "i": (290.0, 2250.0, 3000.0),
    "E": (580.0, 1800.0, 2500.0),
    "a": (780.0, 1300.0, 2550.0),
    "o": (500.0, 880.0, 2500.0),
    "u": (320.0, 720.0, 2300.0),
    "y": (300.0, 1700.0, 2250.0),
}
"""Formants in Hz."""

WORDS = {
    "hello": "ya",
    "yes": "ia",
    "no": "oi",
    "stop": "ai",
    "wait": "yo",
    "um": "ui",
    "please": "iu",
    "bye": "au",
    "thanks": "Ey",
    "my": "ay",
    "internet": "iE",
    "is": "Ea",
    "down": "ao",
    "the": "yE",
    "second": "Ei",
    "house": "uy",
    "router": "ua",
    "one": "oa",
    "two": "yi",
    "three": "aE",
    "four": "yu",
    "five": "iy",
    "cancel": "oy",
    "human": "io",
}
"""The vowels of each word."""

ENDS = frozenset({"please", "bye", "thanks"})
HESITATES = "um"

_BANDS = ((1.0, 70.0), (0.7, 100.0), (0.35, 160.0))  # gain and width in Hz of each formant


@dataclass(frozen=True, slots=True)
class Manner:
    """How a word is said: length in s, pitch in Hz, how far the pitch falls over it (a share)."""

    length_s: float = 0.3
    pitch_hz: float = 125.0
    fall: float = 0.2


def word_sound(word: str, manner: Manner | None = None) -> Audio:
    """A word at ``SAMPLE_RATE``, -20 dBFS."""
    manner = manner or Manner()
    first, second = (np.array(VOWELS[vowel]) for vowel in WORDS[word])
    count = round(manner.length_s * SAMPLE_RATE)
    at = np.arange(count) / count
    pitch = manner.pitch_hz * (1.06 - manner.fall * at)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    moved = 1 / (1 + np.exp(-(at - 0.5) / 0.06))
    sound = np.zeros(count)
    for harmonic in range(1, int(5000 / manner.pitch_hz)):
        gain = np.full(count, 0.05 / harmonic)
        for one, other, (high, width) in zip(first, second, _BANDS, strict=True):
            formant = one * (1 - moved) + other * moved
            gain += high / (1 + ((harmonic * pitch - formant) / width) ** 2)
        sound += gain * np.cos(harmonic * phase)
    sound *= 1 - 0.7 * np.exp(-(((at - 0.5) / 0.08) ** 2))
    samples = np.arange(count)
    sound *= np.minimum(1, np.minimum(samples / 600, (count - samples) / 1400))
    spoken: Audio = (0.1 * sound / np.sqrt(np.mean(sound**2))).astype(np.float32)
    return spoken


class ToneVoice:
    """A ``Voice`` of the tone language; a comma or full stop is a pause.

    Raises ``SpeechError`` for a word that the language lacks.
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, gap_s: float = 0.12, pause_s: float = 0.4) -> None:
        self._gap_s = gap_s
        self._pause_s = pause_s

    def speak(self, text: str, rate: float = 1.0) -> Iterator[Speech]:
        """A stretch of speech for each word, with the gap after it."""
        at = 0
        for spoken in text.split():
            start = text.index(spoken, at)
            at = start + len(spoken)
            word = spoken.strip(".,?!").lower()
            if word not in WORDS:
                raise SpeechError(f"the tone language has no word {word!r}")
            sound = word_sound(word, Manner(length_s=0.3 / rate))
            gap_s = self._gap_s if spoken[-1].isalpha() else self._pause_s
            silence = np.zeros(round(gap_s / rate * SAMPLE_RATE), np.float32)
            mark = Mark(start, at, len(sound))
            yield Speech(np.concatenate((sound, silence)), (mark,))

    def close(self) -> None:
        """Nothing was taken."""


def said(*parts: str | float, voice: ToneVoice | None = None) -> Audio:
    """Words, and silences between them in s, as one piece of audio."""
    voice = voice or ToneVoice()
    pieces: list[Audio] = []
    for part in parts:
        if isinstance(part, str):
            pieces += [speech.audio for speech in voice.speak(part)]
        else:
            pieces.append(np.zeros(round(part * SAMPLE_RATE), np.float32))
    return np.concatenate(pieces)
