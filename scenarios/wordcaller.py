"""The simulated caller at text fidelity: words with modelled timing, as percepts.

There is no sound. Words last as long as their letters suggest at the caller's rate, and the
percepts come as the embedded ears give them on a good line: what they measured is in the
constants. So a call of words takes the turns that its call of sound would take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from agent.spans import Span
from scenarios.script import Caller, Scenario
from scenarios.sounds import KEY_S, LENGTH_S
from scenarios.steps import CallerStep
from speech.audiofile import read_wav
from speech.protocols import SAMPLE_RATE
from speech.sentences import tokens
from system1.language import Language, language_of
from system1.percepts import (
    Heard,
    Level,
    LowPitch,
    Percept,
    Prosody,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
    Word,
)

ONSET_S = 0.08
"""Voice activity is noticed so long after it began (s)."""
WORD_S = 0.06
"""A word is recognised so long after it ended (s)."""
OFFSET_S = 0.2
"""The end of voice activity is noticed so long after it (s); shorter pauses are not."""
FINAL_S = 0.05
"""The recogniser settles so long after the end was noticed (s)."""
SOUND_S = 0.3
"""A beep or music is told from speech so long after it began (s)."""
PROSODY_S = 0.25
"""The voice is reported once in so much speech (s), as the embedded ears do."""
LOW_S = 0.11
"""Pitch is low for so long before a clause ends (s)."""
LOW_AFTER_S = 0.7
"""Low pitch is told after so much speech (s)."""
LEVEL_S = 0.1
"""The level is reported once in so much speech (s), as the embedded ears do."""
CHANGE_DB, STEADY_DB = 6.0, 1.5
"""How much the spectrum of words moves, and that of a hesitation (dB), as was measured."""
LAUGH_S = 0.55
"""A laugh is known for one so long after it began (s)."""
MUFFLED = 0.3
"""Confidence in words through a wall."""
LEVEL_DB = -26.0
"""Level of a voice at volume 100 (dBFS)."""

_COMMA_S = 0.15
_STOP_S = 0.35
_LETTERS = 6.0
"""Letters of a word of mean length in speech, with the space after it."""
_HANZI = 0.6
"""A Chinese character's length, in words of mean length."""
_SYLLABLES = 1.5
"""Syllables in a word of mean length."""
_SEMITONES = 0.19
"""Semitones a step of espeak-ng's pitch scale, from 30 to 90: a voice without melody at 30, 50, 70
and 90 was measured at 72, 89, 112 and 142 Hz, that is 11.8 semitones over 60 steps."""


@dataclass(frozen=True, slots=True)
class WordLine:
    """A caller's step as words, timed from its first sound (s).

    ``spans``: its stretches of speech, apart by more than ``OFFSET_S``. ``words`` is empty where
    nothing could be understood. ``sound``: what it is if it is no speech. ``manner``: pitch,
    loudness and rate against how this caller speaks (the scenario's ``caller``), as in ``Prosody``:
    espeak-ng's pitch steps as semitones, its volume, an amplitude, as dB. A whole line has one
    manner: neither stress nor the fall of a sentence's end is modelled. ``lows``: where a clause
    ends within the line, which is where pitch is low (``LowPitch``).
    """

    length: float
    spans: tuple[Span, ...] = ()
    words: tuple[Word, ...] = ()
    keys: str = ""
    sound: str = ""
    manner: tuple[float, float, float] = (0.0, 0.0, 1.0)
    rate_sps: float = 0.0
    lows: tuple[float, ...] = ()
    change_db: float = CHANGE_DB
    confidence: float = 1.0


def word_lines(script: Scenario, folder: Path, language: str = "en") -> dict[int, WordLine]:
    """Each caller's step that sounds, by its place in the script."""
    return {
        index: _line(step.caller, script.caller, folder, language)
        for index, step in enumerate(script.steps)
        if step.caller is not None and step.caller.silent is None and not step.caller.hangs_up
    }


def _line(step: CallerStep, caller: Caller, folder: Path, language: str) -> WordLine:
    if step.dtmf is not None:
        return WordLine(KEY_S * len(step.dtmf), keys=step.dtmf)
    if step.wav is not None:
        length = read_wav(folder / step.wav).size / SAMPLE_RATE
        return WordLine(length, (Span(0.0, length),), manner=(0.0, step.level_db or 0.0, 1.0))
    if step.sound is not None:
        length = LENGTH_S[step.sound] if step.seconds is None else step.seconds
        voiced = (Span(0.0, length),) if step.sound in ("cough", "laugh") else ()
        louder = 0.0 if step.level_db is None else step.level_db - LEVEL_DB
        return WordLine(length, voiced, sound=step.sound, manner=(0.0, louder, 1.0))
    return _said(step, caller, language_of(language))


def _said(step: CallerStep, caller: Caller, language: Language) -> WordLine:
    rate = caller.rate if step.rate is None else step.rate
    pitch = caller.pitch if step.pitch is None else step.pitch
    volume = caller.volume if step.volume is None else step.volume
    words: list[Word] = []
    lows: list[float] = []
    at = 0.0
    for index, part in enumerate(step.parts):
        if index:
            at = (words[-1].end if words else at) + (step.pause or 0.0)
        for word, length, pause in _timed(part, rate):
            words.append(Word(word, round(at, 6), round(at + length, 6)))
            if pause and at + length >= LOW_AFTER_S:
                lows.append(words[-1].end)
            at += length + pause
    spans = tuple(_stretches(words)) if words else (Span(0.0, 0.0),)
    louder = 20 * float(np.log10(max(volume, 1) / max(caller.volume, 1))) + (step.level_db or 0.0)
    hums = all(language.is_hesitation(word.text) for word in words)
    return WordLine(
        length=spans[-1].end,
        spans=spans,
        words=() if step.mumbled else tuple(words),
        manner=((pitch - caller.pitch) * _SEMITONES, louder, rate / caller.rate),
        rate_sps=rate / 60 * _SYLLABLES,
        lows=tuple(low for low in lows if words[-1].end > low),
        change_db=STEADY_DB if hums else CHANGE_DB,
        confidence=MUFFLED if step.muffled else 1.0,
    )


def _timed(text: str, rate: int) -> Iterator[tuple[str, float, float]]:
    """Each word as a recogniser writes it, its length and the pause after it (s)."""
    for start, end in tokens(text):
        written = text[start:end]
        word = "".join(c for c in written.lower() if c.isalnum() or c in "'-").strip("'-")
        if not word:
            continue
        tail = text[start:].removeprefix(written)[:1] if len(written) == 1 else written[-1]
        pause = (
            _STOP_S if tail in ".?!。？！" and tail else _COMMA_S if tail in ",;:，；：、" else 0.0
        )
        share = _HANZI if not word.isascii() and len(word) == 1 else (len(word) + 1) / _LETTERS
        yield word, share * 60 / rate, pause if tail else 0.0


def _stretches(words: list[Word]) -> Iterator[Span]:
    start, end = words[0].start, words[0].end
    for word in words[1:]:
        if word.start - end > OFFSET_S + 1e-9:
            yield Span(start, end)
            start = word.start
        end = word.end
    yield Span(start, end)


@dataclass(slots=True)
class WordCaller:
    """Turns lines into percepts, and numbers the stretches of speech through the call."""

    lines: dict[int, WordLine]
    _stretch: int = field(default=0)

    def begin(self, step: int, onset: float) -> list[Percept]:
        """The percepts of a step's line whose first sound is at ``onset`` (s), in time order."""
        line = self.lines[step]
        percepts: list[Percept] = []
        if line.sound in ("beep", "music"):
            percepts.append(SoundEvent(onset + SOUND_S, line.sound))
        if line.sound == "laugh" and line.length > LAUGH_S:
            percepts.append(SoundEvent(onset + LAUGH_S, "laugh"))
        if line.sound == "music":
            percepts.append(SoundEvent(onset + line.length + SOUND_S, "music_stopped"))
        for span in line.spans:
            inside = [one for one in line.words if span.start <= one.start < span.end]
            percepts += self._stretch_of(line, span, inside, onset)
        percepts.sort(key=lambda one: one.at)
        return percepts

    def keys(self, step: int, onset: float) -> list[tuple[float, str]]:
        """The keys of a step that begins at ``onset``, with the time of each (s)."""
        pressed = self.lines[step].keys
        return [(round(onset + n * KEY_S, 6), key) for n, key in enumerate(pressed)]

    def _stretch_of(
        self, line: WordLine, span: Span, inside: list[Word], onset: float
    ) -> Iterator[Percept]:
        start, end = onset + span.start, onset + span.end
        noticed = end + OFFSET_S
        words = tuple(Word(w.text, onset + w.start, onset + w.end) for w in inside)
        yield SpeechStarted(start + ONSET_S, start, LEVEL_DB + line.manner[1])
        for count, word in enumerate(words, start=1):
            unsettled = (*words[: count - 1], Word(word.text, word.start, word.end, stable=False))
            yield Heard(
                max(word.end + WORD_S, start + ONSET_S),
                self._stretch,
                unsettled,
                False,
                line.confidence,
            )
        for number in range(1, int((end - start + 1e-9) / PROSODY_S) + 1 if words else 1):
            yield Prosody(start + ONSET_S + number * PROSODY_S, *line.manner, line.rate_sps)
        for low in line.lows:
            if span.start < low <= span.end:
                yield LowPitch(onset + low, onset + low - LOW_S)
        for number in range(1, int((end - start - ONSET_S + 1e-9) / LEVEL_S) + 1):
            at, level_db = start + ONSET_S + number * LEVEL_S, LEVEL_DB + line.manner[1]
            yield Level(at, level_db, line.change_db)
        yield SpeechStopped(noticed, end)
        confidence = line.confidence if words else 0.0
        yield Heard(noticed + FINAL_S, self._stretch, words, True, confidence)
        self._stretch += 1
