"""One utterance as it is played: its synthesis at 24 kHz, and how far it can be played on.

Of what a synthesis has given, a part is *sure*: it is played whatever comes next. The rest, the
tail, waits for what follows: silence is played only once something audible does, or while the
voice waits for more text; and of a stream that stops in mid-sound the last samples are kept, so
that they can be faded and nothing clicks.
"""

from __future__ import annotations

from collections import deque
from typing import assert_never

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.playback.rendering import AUDIBLE, EDGE_S
from speech.protocols import SAMPLE_RATE, Attentive, Audio, Lack, Mark, Speech, Synthesis

CUSHION_S = 0.16
"""Audio of a stream that must be there before it begins to play, s: two frames of the codecs that
speak today (12.5 Hz). The second frame is the first that shows whether the voice keeps up, and
one that is late by less than a frame is not heard. A voice that gives all at once waits for
nothing."""

FADE_S = 0.005
"""Length of the fade where a stream breaks off and where it goes on, s: too short to be heard as
one, and too long to click."""

_EDGE = round(EDGE_S * SAMPLE_RATE)
_FADE = round(FADE_S * SAMPLE_RATE)
_CUSHION = round(CUSHION_S * SAMPLE_RATE)


class Track:
    """A ``Synthesis`` of a voice with this rate (Hz), as it is played."""

    def __init__(self, synthesis: Synthesis, rate: int) -> None:
        self._synthesis = synthesis
        self._ratio = SAMPLE_RATE / rate
        self._resampler: soxr.ResampleStream | None = (
            soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
            if rate != SAMPLE_RATE
            else None
        )
        self._audio: Audio = np.zeros(0, np.float32)
        self._sure = 0
        self._played = 0  # samples; other places are counted like this, from the first played one
        self._given = 0  # samples at the voice's rate
        self._trimmed = 0  # samples of silence before the first sound
        self._last_sound = 0
        self._words: deque[tuple[int, int]] = deque()
        self._pieces: deque[int] = deque()
        """Where each whole sentence ends with its pause; empty for streams."""
        self._begun = False
        self._broken = False
        self._closed = False
        self.lack: Lack | None = None
        """Why ``run`` found nothing the last time; None: it found something."""

    def add(self, text: str) -> None:
        """More text."""
        if text:
            self._synthesis.add(text)

    def end(self) -> None:
        """No more text."""
        self._synthesis.end()

    def run(self) -> int:
        """Samples that can be played in one go; 0 when there are none (yet): see ``lack``."""
        self.lack = None
        while not self._closed:
            needed = 1 if self._played or self._pieces else _CUSHION
            if self._sure >= needed:
                return self._sure
            given = self._synthesis.next()
            match given:
                case Speech():
                    self._append(given)
                case Lack():
                    return self._without(given)
                case _:
                    assert_never(given)
        return len(self._audio)

    def play(self, count: int) -> tuple[Audio, list[tuple[int, int]]]:
        """The next samples of the run, and its words: (samples from here, characters)."""
        begin, self._played = self._played, self._played + count
        audio, self._audio = self._audio[:count], self._audio[count:]
        self._sure = max(self._sure - count, 0)
        while self._pieces and self._pieces[0] < self._played:
            self._pieces.popleft()
        words = []
        while self._words and self._words[0][0] <= self._played:
            until, chars = self._words.popleft()
            words.append((max(until - begin, 0), chars))
        return audio, words

    def rest(self) -> list[int]:
        """The words, as characters, of silence at the end that is not played."""
        return [chars for _, chars in self._words]

    def over(self) -> None:
        """Nothing more is played: a synthesis that wants to know is told how far it was."""
        if isinstance(self._synthesis, Attentive):
            self._synthesis.heard(round((self._trimmed + self._played) / self._ratio))

    def close(self, fade: int = 0) -> int:
        """Synthesize no more, and keep what there is of the sound to fade it out within ``fade``.

        Returns the samples that the fade may take: fewer where a stream has no more to give.
        """
        whole = bool(self._pieces)
        if self._begun and not whole and not self._closed and self.lack is None:
            while len(self._audio) < fade:
                given = self._synthesis.next()
                if not isinstance(given, Speech):
                    break
                self._append(given)
        self._synthesis.close()
        self._closed = True
        if whole:
            kept = max(self._pieces[0] - self._played, 0)
            self._audio = self._audio[:kept]
            return fade
        return min(fade, len(self._audio)) or fade

    def _without(self, lack: Lack) -> int:
        match lack:
            case Lack.NOTHING:
                self._finish()
                found = self._sure
            case Lack.TEXT:
                found = self._sure or self._tail()
            case Lack.TIME:
                waits = not self._played and not self._pieces
                found = 0 if waits else self._sure or self._tail()
            case _:
                assert_never(lack)
        if not found:
            self.lack = lack
        return found

    def _finish(self) -> None:
        """All has come: what is left of the sound becomes sure, and the silence after it goes."""
        if self._resampler is not None:
            self._extend(self._resampled(np.zeros(0, np.float32), last=True), ())
            self._resampler = None
        if self._pieces or not self._begun:
            self._audio = self._audio[: self._sure]
        else:
            self._fade_out(self._sure, _FADE)

    def _tail(self) -> int:
        """Samples of the tail that can be played while nothing comes."""
        length = len(self._audio)
        if self._pieces:
            return length
        if length > _FADE:
            return length - _FADE
        if length:
            self._fade_out(0, length)
            self._broken = True
        return self._sure

    def _fade_out(self, place: int, length: int) -> None:
        """End the sound within so many samples from a place; it is all sure then."""
        audio = self._audio[: place + length].copy()
        faded = len(audio) - place
        audio[place:] *= np.linspace(1.0, 0.0, faded, endpoint=False, dtype=np.float32)
        self._audio, self._sure = audio, len(audio)

    def _append(self, speech: Speech) -> None:
        if speech.sounding is not None:
            self._append_sentence(speech, speech.sounding)
            return
        self._extend(self._resampled(speech.audio), speech.marks)
        self._given += len(speech.audio)

    def _append_sentence(self, speech: Speech, sounding: int) -> None:
        ends = self._played + len(self._audio)
        self._words.extend((ends + mark.until, mark.end) for mark in speech.marks)
        self._sure = len(self._audio) + sounding
        self._audio = np.concatenate((self._audio, speech.audio))
        self._pieces.append(ends + len(speech.audio))
        self._given += len(speech.audio)
        self._begun = True

    def _resampled(self, audio: Audio, last: bool = False) -> Audio:
        if self._resampler is None:
            return audio
        made: Audio = self._resampler.resample_chunk(audio, last=last)
        return made

    def _extend(self, audio: Audio, marks: tuple[Mark, ...]) -> None:
        """More of a stream. Its resampler may keep the end of it back, but shifts nothing."""
        loud = np.flatnonzero(np.abs(audio) > AUDIBLE)
        if not self._begun:
            first = int(loud[0]) if len(loud) else len(audio)
            self._trimmed += first
            audio, loud = audio[first:], loud - first
            if len(loud):
                self._begun = True
                audio = _risen(audio, _EDGE)
        elif self._broken and len(audio):
            audio = _risen(audio, _FADE)
            self._broken = False
        before = len(self._audio)
        self._audio = np.concatenate((self._audio, audio))
        if len(loud):
            sounds = before + int(loud[-1]) + 1
            self._last_sound = self._played + sounds
            self._sure = max(self._sure, min(sounds, len(self._audio) - _FADE))
        comes = self._played + len(self._audio)
        for mark in marks:
            until = round((self._given + mark.until) * self._ratio) - self._trimmed
            if self._last_sound < until <= comes:
                until = self._last_sound  # a pause after the word is no part of it
            self._words.append((max(until, 1), mark.end))


def _risen(audio: Audio, length: int) -> Audio:
    """The audio with a fade at its beginning."""
    audio = audio.copy()
    edge = min(length, len(audio))
    audio[:edge] *= np.linspace(0.0, 1.0, edge, endpoint=False, dtype=np.float32)
    return audio
