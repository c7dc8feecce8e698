"""When the words of synthesized speech have been heard, from when the model began them."""

from __future__ import annotations

from collections import deque

import numpy as np

from speech.kyutai.tts_words import SpokenWord
from speech.playback.rendering import AUDIBLE
from speech.protocols import Audio, Mark


class WordTimes:
    """Marks for each stretch of an utterance's audio.

    The model says when it begins a word, well before that is heard. A word ends with its last
    sound before the next one begins, or when the voice falls silent for a whole stretch.
    """

    def __init__(self) -> None:
        self._words: deque[tuple[SpokenWord, int]] = deque()
        self._made = 0
        self._sounds_until = 0

    def begins(self, word: SpokenWord, sample: int) -> None:
        """A word begins at this sample of the utterance; words come in order."""
        self._words.append((word, sample))

    def marks(self, audio: Audio, over: bool) -> tuple[Mark, ...]:
        """The words that end in the next stretch; ``over``: it is the last, so all others do."""
        begin, self._made = self._made, self._made + len(audio)
        loud = begin + np.flatnonzero(np.abs(audio) > AUDIBLE)
        found: list[Mark] = []
        while self._words:
            word, begins = self._words[0]
            following = self._words[1][1] if len(self._words) > 1 else None
            if following is not None and following <= self._made:
                limit = following
            elif over or (not len(loud) and begins < self._sounds_until):
                limit = self._made
            else:
                break
            place = int(np.searchsorted(loud, limit))
            sounds = int(loud[place - 1]) + 1 if place else self._sounds_until
            until = sounds if sounds > begins else limit
            last = found[-1].until if found else 0
            found.append(Mark(word.start, word.end, max(until - begin, last, 0)))
            self._words.popleft()
        if len(loud):
            self._sounds_until = int(loud[-1]) + 1
        return tuple(found)
