"""A mouth that plays a voice: sample-exact playback, and what of it has been heard.

Utterances wait in a queue. The first plays; more of it is synthesized when what there was has been
played, so a stop never wastes more than the voice makes in one go. Silence before the first sound
and after the last is trimmed, so that speech starts and is over when it seems to; the voice's own
pauses are played. Where a live voice is late, silence is played until it has more.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from speech.dtmf import Pressed
from speech.playback.gain import Gain
from speech.playback.track import Track
from speech.protocols import SAMPLE_RATE, Audio, Lack, StreamingVoice
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
class _Playing:
    """An utterance that waits or is played; None: keys, of which nobody is told."""

    utterance: int | None
    track: Track
    more: bool
    started: bool = False
    stopping: bool = False
    dry: bool = False
    """Silence is played because the voice is late."""
    chars: int = 0
    gain: Gain = field(default_factory=Gain)

    def add(self, text: str, more: bool) -> None:
        self.track.add(text)
        self.more = more
        if not more:
            self.track.end()

    def run(self) -> int:
        """How many samples can be played in one go, 0 when there is none (yet)."""
        left = self.track.run()
        return min(left, self.gain.left) if self.stopping else left

    def play(self, count: int) -> tuple[Audio, list[tuple[int, int]]]:
        """The next samples of the run, and its words: (samples from here, characters)."""
        audio, words = self.track.play(count)
        self.chars = words[-1][1] if words else self.chars
        self.dry = False
        return audio * self.gain.next(count), words


class AudioMouth:
    """``Mouth`` over a voice. An utterance's text is its pieces joined as they are.

    One in which nothing is audible is reported as finished without having been started.
    ``underruns``: how often a voice was late in mid-utterance, and ``underrun_s``: the silence that
    was played for it (s).
    """

    def __init__(self, voice: StreamingVoice) -> None:
        self.underruns = 0
        self.underrun_s = 0.0
        self._voice = voice
        self._queue: deque[_Playing] = deque()
        self._dropped: list[int] = []
        self._rest = 0  # samples of silence still owed to the utterance before

    def say(self, utterance: int, kind: Kind, text: str, more: bool, rate: float = 1.0) -> None:
        """Queue an utterance behind those that are there."""
        track = Track(self._voice.begin(rate), self._voice.sample_rate)
        playing = _Playing(utterance, track, more)
        playing.add(text, more)
        self._queue.append(playing)

    def say_more(self, utterance: int, text: str, more: bool) -> None:
        """Add text to an utterance; one that is over or being stopped takes none."""
        playing = self._live(utterance)
        if playing is not None and playing.more:
            playing.add(text, more)

    def press(self, digits: str) -> None:
        """Queue keys' tones behind the utterances that are there."""
        self._queue.append(_Playing(None, Track(Pressed(digits), SAMPLE_RATE), False))

    def stop(self, utterance: int, fade_s: float) -> None:
        """Fade out and drop the rest; what has not begun is dropped at once."""
        playing = self._live(utterance)
        if playing is None:
            return
        fade = playing.track.close(round(fade_s * SAMPLE_RATE))
        if playing.started:
            playing.stopping = True
            playing.gain.move(0.0, fade)
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
                    if playing.utterance is not None:
                        percepts.append(PlaybackStarted(now, playing.utterance))
                out[filled : filled + count], words = playing.play(count)
                if playing.utterance is not None:
                    percepts += [
                        WordPlayed(at + (filled + after) / SAMPLE_RATE, playing.utterance, chars)
                        for after, chars in words
                    ]
                filled += count
            elif playing.stopping or playing.track.lack is Lack.NOTHING:
                self._queue.popleft()
                percepts += self._ended(playing, now)
            else:
                self._wait(playing, samples - filled)
                break
        return out, percepts

    def close(self) -> None:
        """Drop everything and close the voice."""
        for playing in self._queue:
            playing.track.close()
        self._queue.clear()
        self._voice.close()

    def _wait(self, playing: _Playing, samples: int) -> None:
        if playing.started and playing.track.lack is Lack.TIME:
            self.underruns += not playing.dry
            self.underrun_s += samples / SAMPLE_RATE
            playing.dry = True

    def _ended(self, playing: _Playing, now: float) -> list[Percept]:
        number = playing.utterance
        playing.track.over()
        if playing.stopping and number is not None:
            return [PlaybackCut(now, number, playing.chars)]
        playing.track.close()
        self._rest = round(BETWEEN_S * SAMPLE_RATE) if playing.started else 0
        if number is None:
            return []
        words = playing.track.rest() if playing.started else []
        return [
            *(WordPlayed(now, number, chars) for chars in words),
            PlaybackFinished(now, number),
        ]

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
            playing.gain = Gain(target, target, target)
