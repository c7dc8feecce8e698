"""A mouth that plays a ``Voice``: sample-exact playback, and what of it has been heard.

Utterances wait in a queue. The first plays; its text is synthesized sentence by sentence, each
when the one before has been played, so a stop never wastes more than a sentence. Silence before
the first sound and after the last is trimmed, so that speech starts and is over when it seems
to; the engine's pauses between sentences are played.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio, Voice
from speech.rendering import Stretch, rendered
from system1.acts import Kind
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)

RAMP_S = 0.01
"""Length of a change of level, s: at once to the ear, and too long to click."""

BETWEEN_S = 0.15
"""Silence between an utterance that was played to its end and the next one, s: a breath."""


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
        share = np.minimum(np.arange(self.done + 1, self.done + count + 1) / self.length, 1.0)
        curve = self.origin + (self.target - self.origin) * (0.5 - 0.5 * np.cos(np.pi * share))
        self.done = min(self.done + count, self.length)
        self.value = float(curve[-1]) if count else self.value
        return curve.astype(np.float32)


@dataclass(slots=True)
class _Playing:
    """An utterance: texts still to synthesize, the stretch under way, and what was heard."""

    utterance: int
    voice: Voice
    rate: float = 1.0
    more: bool = True
    texts: deque[tuple[str, int]] = field(default_factory=deque)
    """Texts not yet begun, with the number of characters of the utterance before each."""
    length: int = 0
    speech: Generator[Stretch, None, None] | None = None
    stretch: Stretch | None = None
    following: Stretch | None = None
    position: int = 0
    word: int = 0
    started: bool = False
    stopping: bool = False
    chars: int = 0
    gain: _Gain = field(default_factory=_Gain)

    def add(self, text: str, more: bool) -> None:
        self.texts.append((text, self.length))
        self.length += len(text)
        self.more = more

    def drop(self) -> None:
        """Synthesize no more."""
        if self.speech is not None:
            self.speech.close()
        self.speech = self.following = None
        self.texts.clear()
        self.more = False

    def run(self) -> int:
        """How many samples can be played in one go, 0 when there is none (yet)."""
        stretch = self.stretch
        if stretch is not None and self.position < stretch.sounding:
            left = stretch.sounding - self.position
        else:
            left = self._pause_or_next()
        return min(left, self.gain.left) if self.stopping else left

    def _pause_or_next(self) -> int:
        if self.following is None:
            self.following = self._synthesized()
        stretch = self.stretch
        # A sentence's pause is played only where something follows or may follow.
        goes_on = self.following is not None or self.more or self.stopping
        if stretch is not None and self.position < len(stretch.audio) and goes_on:
            return len(stretch.audio) - self.position
        if self.following is None:
            return 0
        self.stretch, self.following = self.following, None
        self.position, self.word = 0, 0
        return self.stretch.sounding

    def _synthesized(self) -> Stretch | None:
        while self.speech is not None or self.texts:
            if self.speech is None:
                self.speech = rendered(self.voice, *self.texts.popleft(), self.rate)
            stretch = next(self.speech, None)
            if stretch is not None:
                return stretch
            self.speech = None
        return None

    def play(self, count: int) -> tuple[Audio, list[tuple[int, int]]]:
        """The next samples of the run, and its words: (samples from here, characters)."""
        assert self.stretch is not None
        begin, self.position = self.position, self.position + count
        audio = self.stretch.audio[begin : self.position] * self.gain.next(count)
        words = []
        while self.word < len(self.stretch.words):
            until, chars = self.stretch.words[self.word]
            if until > self.position:
                break
            words.append((until - begin, chars))
            self.chars, self.word = chars, self.word + 1
        return audio, words


class AudioMouth:
    """``Mouth`` over a voice. An utterance's text is its pieces joined as they are.

    One in which nothing is audible is reported as finished without having been started.
    """

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._queue: deque[_Playing] = deque()
        self._dropped: list[int] = []
        self._rest = 0  # samples of silence still owed to the utterance before

    def say(self, utterance: int, kind: Kind, text: str, more: bool, rate: float = 1.0) -> None:
        """Queue an utterance behind those that are there."""
        playing = _Playing(utterance, self._voice, rate)
        playing.add(text, more)
        self._queue.append(playing)

    def say_more(self, utterance: int, text: str, more: bool) -> None:
        """Add text to an utterance; one that is over or being stopped takes none."""
        playing = self._live(utterance)
        if playing is not None:
            playing.add(text, more)

    def stop(self, utterance: int, fade_s: float) -> None:
        """Fade out and drop the rest; what has not begun is dropped at once."""
        playing = self._live(utterance)
        if playing is None:
            return
        playing.drop()
        if playing.started:
            playing.stopping = True
            playing.gain.move(0.0, round(fade_s * SAMPLE_RATE))
        else:
            self._queue.remove(playing)
            self._dropped.append(utterance)

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
        while filled < samples:
            if self._rest:
                quiet = min(self._rest, samples - filled)
                self._rest -= quiet
                filled += quiet
                continue
            if not self._queue:
                break
            playing = self._queue[0]
            now = at + filled / SAMPLE_RATE
            count = min(playing.run(), samples - filled)
            if count:
                if not playing.started:
                    playing.started = True
                    percepts.append(PlaybackStarted(now, playing.utterance))
                out[filled : filled + count], words = playing.play(count)
                percepts += [
                    WordPlayed(at + (filled + after) / SAMPLE_RATE, playing.utterance, chars)
                    for after, chars in words
                ]
                filled += count
            elif playing.more:
                break
            else:
                self._queue.popleft()
                percepts.append(self._ended(playing, now))
        return out, percepts

    def close(self) -> None:
        """Drop everything and close the voice."""
        for playing in self._queue:
            playing.drop()
        self._queue.clear()
        self._voice.close()

    def _ended(self, playing: _Playing, now: float) -> Percept:
        if playing.stopping:
            return PlaybackCut(now, playing.utterance, playing.chars)
        self._rest = round(BETWEEN_S * SAMPLE_RATE) if playing.started else 0
        return PlaybackFinished(now, playing.utterance)

    def _live(self, utterance: int) -> _Playing | None:
        """The utterance if it is queued or playing, and not being stopped."""
        return next(
            (p for p in self._queue if p.utterance == utterance and not p.stopping),
            None,
        )

    def _move(self, utterance: int, target: float) -> None:
        playing = self._live(utterance)
        if playing is None:
            return
        if playing.started:
            playing.gain.move(target, round(RAMP_S * SAMPLE_RATE))
        else:
            playing.gain = _Gain(target, target, target)
