"""A mouth that plays a ``Voice``: sample-exact playback, and what of it has been heard.

Utterances wait in a queue. The first plays; its text is synthesized sentence by sentence, each
when the one before has been played, so a stop never wastes more than a sentence. Silence before
the first sound and after the last is trimmed, so that speech starts and is over when it seems
to; the engine's pauses between sentences are played.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.protocols import SAMPLE_RATE, Audio, Speech, Voice
from system1.acts import Kind
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)

AUDIBLE = 10 ** (-55 / 20)
"""Amplitude below which synthesized sound counts as silence (-55 dBFS, far under any phone)."""

RAMP_S = 0.01
"""Length of a change of gain: short enough to be at once, long enough not to click."""

BETWEEN_S = 0.15
"""Silence between two utterances of which the first was played to its end: a breath."""

EDGE_S = 0.002
"""Length of the fade at a trimmed edge, where the cut sound is below ``AUDIBLE`` anyhow."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A sentence at the conversation's rate. It sounds in [0, ``sounding``); then its pause."""

    audio: Audio
    sounding: int
    words: tuple[tuple[int, int], ...]
    """Sample at which a word ends, and the characters of the utterance heard by then."""


@dataclass(slots=True)
class _Gain:
    """An amplitude that moves to its target along half a cosine."""

    value: float = 1.0
    origin: float = 1.0
    target: float = 1.0
    done: int = 0
    length: int = 0

    def move(self, target: float, length: int) -> None:
        self.origin, self.target, self.done, self.length = self.value, target, 0, max(length, 1)

    @property
    def left(self) -> int:
        return self.length - self.done

    def next(self, count: int) -> Audio:
        """The gain of the next ``count`` samples."""
        if self.left <= 0:
            return np.full(count, self.value, np.float32)
        step = np.minimum(np.arange(self.done + 1, self.done + count + 1) / self.length, 1.0)
        curve = self.origin + (self.target - self.origin) * (0.5 - 0.5 * np.cos(np.pi * step))
        self.done = min(self.done + count, self.length)
        self.value = self.target if self.left == 0 else float(curve[-1])
        return curve.astype(np.float32)


@dataclass(slots=True)
class _Playing:
    """An utterance: texts still to synthesize, the stretch under way, and what was heard."""

    utterance: int
    more: bool
    texts: deque[tuple[int, str]] = field(default_factory=deque)
    """Where each text begins in the utterance's text, and the text."""
    length: int = 0
    speech: Generator[_Stretch, None, None] | None = None
    stretch: _Stretch | None = None
    following: _Stretch | None = None
    position: int = 0
    word: int = 0
    started: bool = False
    chars: int = 0
    gain: _Gain = field(default_factory=_Gain)
    stopping: bool = False

    def add(self, text: str, more: bool) -> None:
        if text:
            self.texts.append((self.length, text))
        self.length += len(text)
        self.more = more

    def drop(self) -> None:
        if self.speech is not None:
            self.speech.close()
        self.speech = None
        self.texts.clear()


class AudioMouth:
    """``Mouth`` over a voice. An utterance's text is its pieces joined as they are."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._queue: deque[_Playing] = deque()
        self._dropped: list[int] = []
        self._rest = 0  # samples of silence still owed after the utterance before

    def say(self, utterance: int, kind: Kind, text: str, more: bool) -> None:
        """Queue an utterance behind those that are there."""
        playing = _Playing(utterance, more)
        playing.add(text, more)
        self._queue.append(playing)

    def say_more(self, utterance: int, text: str, more: bool) -> None:
        """Add text to an utterance; one that is over or being stopped takes none."""
        playing = self._find(utterance)
        if playing is not None and not playing.stopping:
            playing.add(text, more)

    def stop(self, utterance: int, fade_s: float) -> None:
        """Fade out and drop the rest; what has not begun is dropped at once."""
        playing = self._find(utterance)
        if playing is None or playing.stopping:
            return
        playing.drop()
        if not playing.started:
            self._queue.remove(playing)
            self._dropped.append(utterance)
            return
        playing.stopping = True
        playing.following = None
        playing.gain.move(0.0, round(fade_s * SAMPLE_RATE))

    def duck(self, utterance: int, gain_db: float) -> None:
        """Lower the utterance within ``RAMP_S``."""
        self._move(utterance, 10 ** (gain_db / 20))

    def resume(self, utterance: int) -> None:
        """Back to full level within ``RAMP_S``."""
        self._move(utterance, 1.0)

    def play(self, samples: int, at: float) -> tuple[Audio, list[Percept]]:
        """The next ``samples`` of the agent's audio, which begin at ``at``.

        Percepts carry the time of their sample: ``at`` plus its place in the block.
        """
        out = np.zeros(samples, np.float32)
        percepts: list[Percept] = [PlaybackCut(at, utterance, 0) for utterance in self._dropped]
        self._dropped.clear()
        filled = 0
        filled = min(self._rest, samples)
        self._rest -= filled
        while self._queue and filled < samples:
            playing = self._queue[0]
            filled = self._play(playing, out, filled, at, percepts)
            if self._over(playing, at + filled / SAMPLE_RATE, percepts):
                self._queue.popleft()
            elif filled == samples or self._dry(playing):
                break
        return out, percepts

    def close(self) -> None:
        """Drop everything and close the voice."""
        for playing in self._queue:
            playing.drop()
        self._queue.clear()
        self._voice.close()

    def _find(self, utterance: int) -> _Playing | None:
        return next((p for p in self._queue if p.utterance == utterance), None)

    def _move(self, utterance: int, target: float) -> None:
        playing = self._find(utterance)
        if playing is None or playing.stopping:
            return
        if playing.started:
            playing.gain.move(target, round(RAMP_S * SAMPLE_RATE))
        else:
            playing.gain = _Gain(target, target, target)

    def _play(
        self, playing: _Playing, out: Audio, filled: int, at: float, percepts: list[Percept]
    ) -> int:
        """Play one run of samples of the utterance into ``out``; the new fill."""
        stretch = self._current(playing)
        if stretch is None:
            return filled
        if not playing.started:
            playing.started = True
            percepts.append(PlaybackStarted(at + filled / SAMPLE_RATE, playing.utterance))
        # A sentence's pause is played only when something follows or may follow.
        sounds = playing.position < stretch.sounding
        end = stretch.sounding if sounds else len(stretch.audio)
        count = min(end - playing.position, len(out) - filled)
        if playing.stopping:
            count = min(count, playing.gain.left)
        part = stretch.audio[playing.position : playing.position + count]
        out[filled : filled + count] = part * playing.gain.next(count)
        playing.position += count
        while (
            playing.word < len(stretch.words) and stretch.words[playing.word][0] <= playing.position
        ):
            until, playing.chars = stretch.words[playing.word]
            moment = at + (filled + until - (playing.position - count)) / SAMPLE_RATE
            percepts.append(WordPlayed(moment, playing.utterance, playing.chars))
            playing.word += 1
        return filled + count

    def _current(self, playing: _Playing) -> _Stretch | None:
        """The stretch to play from, None when all that is known of the text has sounded."""
        stretch = playing.stretch
        if playing.stopping:
            spent = stretch is None or playing.position >= len(stretch.audio)
            return None if spent else stretch
        if stretch is not None and playing.position < stretch.sounding:
            return stretch
        if playing.following is None:
            playing.following = self._synthesized(playing)
        pausing = stretch is not None and playing.position < len(stretch.audio)
        if pausing and (playing.following is not None or playing.more):
            return stretch
        playing.stretch, playing.following = playing.following or stretch, None
        if playing.stretch is stretch:
            return None
        playing.position, playing.word = 0, 0
        return playing.stretch

    def _synthesized(self, playing: _Playing) -> _Stretch | None:
        while playing.speech is not None or playing.texts:
            if playing.speech is None:
                playing.speech = self._speak(*playing.texts.popleft())
            stretch = next(playing.speech, None)
            if stretch is not None:
                return stretch
            playing.speech = None
        return None

    def _speak(self, base: int, text: str) -> Generator[_Stretch, None, None]:
        speech = self._voice.speak(text)
        try:
            for piece in speech:
                stretch = _prepared(piece, self._voice.sample_rate, base, text)
                if stretch is not None:
                    yield stretch
        finally:
            _close(speech)

    def _dry(self, playing: _Playing) -> bool:
        return self._current(playing) is None

    def _over(self, playing: _Playing, now: float, percepts: list[Percept]) -> bool:
        if playing.stopping:
            if playing.gain.left > 0 and self._current(playing) is not None:
                return False
            percepts.append(PlaybackCut(now, playing.utterance, playing.chars))
            return True
        if playing.more or self._current(playing) is not None:
            return False
        percepts.append(PlaybackFinished(now, playing.utterance))
        return True


def _close(speech: Iterator[Speech]) -> None:
    if isinstance(speech, Generator):
        speech.close()


def _prepared(speech: Speech, rate: int, base: int, text: str) -> _Stretch | None:
    """A piece of speech at 24 kHz without the silence before it; None when it is all silence.

    The whole piece is resampled at once: its edges are silent, so nothing clicks where two meet.
    """
    audio = speech.audio
    if rate != SAMPLE_RATE:
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
    words = []
    for mark in speech.marks:
        until = round(mark.until * SAMPLE_RATE / rate) - first
        words.append((min(max(until, 1), sounding), base + _with_punctuation(text, mark.end)))
    return _Stretch(audio, sounding, tuple(words))


def _with_punctuation(text: str, end: int) -> int:
    """A word is heard with the punctuation that follows it."""
    while end < len(text) and not text[end].isalnum() and not text[end].isspace():
        end += 1
    return end
