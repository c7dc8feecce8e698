"""A mouth without sound: words with modelled timing, for text fidelity.

It is driven by time alone: what it plays comes out as playback percepts at known times.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from speech.dtmf import duration
from system1.acts import Kind
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)

ONSET_S = 0.02
"""From the act to the first audible sample, about what a local engine needs."""

SECONDS_PER_LETTER = 0.065
"""At 170 words a minute: a five-letter word and its gap take 0.35 s."""

SECONDS_PER_IDEOGRAM = 0.22
"""Mandarin at about 4.5 syllables a second (Pellegrino et al. 2011: 5.2 in read speech)."""

PAUSE_S = {".": 0.3, "?": 0.3, "!": 0.3, "。": 0.3, "？": 0.3, "！": 0.3, ",": 0.15, "，": 0.15}

_WORD = re.compile(r"[\u3400-\u9fff][，。？！、；：]*|[^\s\u3400-\u9fff]+")


@dataclass(slots=True)
class _Line:
    number: int | None
    """None: keys, of which nobody is told."""
    text: str
    more: bool
    pace: float
    started: float | None = None
    planned: int = 0
    chars: int = 0
    until: float = 0.0
    words: deque[tuple[float, int]] = field(default_factory=deque)
    keys_s: float = 0.0


class WordMouth:
    """``Mouth`` for text fidelity. ``rate``: words per minute; ``clock``: the call's time (s)."""

    def __init__(self, clock: Callable[[], float], rate: int = 170) -> None:
        self._clock = clock
        self._pace = 170.0 / rate
        self._lines: deque[_Line] = deque()
        self._out: deque[Percept] = deque()

    def say(self, utterance: int, kind: Kind, text: str, more: bool, rate: float = 1.0) -> None:
        """See ``Mouth``."""
        self._lines.append(_Line(utterance, text, more, self._pace / rate))
        self._begin()

    def say_more(self, utterance: int, text: str, more: bool) -> None:
        """See ``Mouth``."""
        for line in self._lines:
            if line.number == utterance:
                line.text += text
                line.more = more
        self._begin()

    def press(self, digits: str) -> None:
        """See ``Mouth``; they take as long as their tones."""
        self._lines.append(_Line(None, "", False, 0.0, keys_s=duration(digits)))
        self._begin()

    def stop(self, utterance: int, fade_s: float) -> None:
        """See ``Mouth``."""
        line = next((line for line in self._lines if line.number == utterance), None)
        if line is None:
            return
        self._lines.remove(line)
        self._out = deque(p for p in self._out if getattr(p, "utterance", None) != utterance)
        audible = line.started is not None and line.started <= self._clock()
        at = self._clock() + fade_s if audible else self._clock()
        while line.words and line.words[0][0] <= at:
            line.chars = line.words.popleft()[1]
        self._out.append(PlaybackCut(at, utterance, line.chars if audible else 0))
        self._begin()

    def duck(self, utterance: int, gain_db: float) -> None:
        """Nothing is audible here, so nothing is lowered."""

    def resume(self, utterance: int) -> None:
        """See ``duck``."""

    def close(self) -> None:
        """Nothing is held."""

    def next_due(self) -> float | None:
        """When the next playback percept is due (s)."""
        dues = [percept.at for percept in self._out]
        line = self._lines[0] if self._lines else None
        if line is not None and line.started is not None:
            if line.words:
                dues.append(line.words[0][0])
            elif not line.more:
                dues.append(line.until)
        return min(dues, default=None)

    def take(self, at: float) -> Percept | None:
        """The next playback percept due by ``at``."""
        if self._out and self._out[0].at <= at:
            return self._out.popleft()
        line = self._lines[0] if self._lines else None
        if line is None or line.started is None:
            return None
        if line.number is None:
            if line.until <= at:
                self._lines.popleft()
                self._begin(line.until)
            return None
        if line.words and line.words[0][0] <= at:
            when, line.chars = line.words.popleft()
            return WordPlayed(when, line.number, line.chars)
        if not line.words and not line.more and line.until <= at:
            self._lines.popleft()
            self._begin()
            return PlaybackFinished(line.until, line.number)
        return None

    def _begin(self, after: float = 0.0) -> None:
        """Start the first line if it is not playing, and plan the words that have come in.

        ``after``: when the line before it ended, where that is not now.
        """
        if not self._lines:
            return
        line = self._lines[0]
        if line.number is None:
            if line.started is None:
                line.started = max(self._clock(), after) + ONSET_S
                line.until = line.started + line.keys_s
            return
        if line.planned >= len(line.text.rstrip()):
            return
        if line.started is None:
            line.started = line.until = max(self._clock(), after) + ONSET_S
            self._out.append(PlaybackStarted(line.started, line.number))
        line.until = max(line.until, self._clock())
        for match in _WORD.finditer(line.text, line.planned):
            word = match.group()
            if "\u3400" <= word[0] <= "\u9fff":
                length = SECONDS_PER_IDEOGRAM
            else:
                length = SECONDS_PER_LETTER * max(len(word), 2)
            line.until += length * line.pace
            line.words.append((line.until, match.end()))
            line.until += PAUSE_S.get(word[-1], 0.0) * line.pace
        line.planned = len(line.text)
        if line.words:
            # A pause after the last word is silence: the utterance ends with the word.
            line.until = line.words[-1][0]
