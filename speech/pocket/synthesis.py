"""One utterance of a ``PocketVoice``: a sentence at a time, and its audio as it comes.

What is added at a time is taken for whole sentences, as a mind gives them. In virtual time a
sentence is synthesized when its first audio is asked for. Live, a thread does it: the first one as
soon as it is there, and the next one when the one before has been synthesized, so that a stop
wastes at most one sentence beside the one that was played.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from speech.errors import SpeechError
from speech.estimation import EstimatedStretch, Pace, estimated_marks
from speech.protocols import Audio, Lack, Mark, Speech
from speech.sentences import sentences

Speak: TypeAlias = Callable[[str, threading.Event, Callable[[Audio], None]], None]
"""Synthesizes a text, hands its audio over piece by piece, and ends early at the event."""


class Timed(Protocol):
    """Gives a sentence's audio on, with its words."""

    def add(self, audio: Audio) -> Speech | None:
        """What can be played of it now; None: nothing yet."""
        ...

    def end(self) -> Speech | None:
        """The rest; None: there is none."""
        ...


class Whole:
    """``Timed`` that keeps a sentence until it is complete. ``begins``: number of its first
    character in its utterance."""

    def __init__(self, text: str, rate_hz: int, begins: int) -> None:
        self._text = text
        self._rate_hz = rate_hz
        self._begins = begins
        self._pieces: list[Audio] = []

    def add(self, audio: Audio) -> None:
        """Keep it."""
        self._pieces.append(audio)

    def end(self) -> Speech | None:
        """All of it."""
        if not self._pieces:
            return None
        audio = np.concatenate(self._pieces)
        marks = estimated_marks(self._text, audio, self._rate_hz)
        begins = self._begins
        return Speech(audio, tuple(Mark(begins + m.start, begins + m.end, m.until) for m in marks))


class Sentence:
    """A sentence that is being synthesized, in whichever thread ``run`` is called.

    ``timed``: times its words while its audio comes. ``finished``: all of it has been given.
    """

    def __init__(self, text: str, timed: Timed, speak: Speak) -> None:
        self.finished = False
        self._text = text
        self._timed = timed
        self._speak = speak
        self._stop = threading.Event()
        self._pieces: deque[Audio] = deque()
        self._done = threading.Event()
        self._failed: Exception | None = None

    def run(self) -> None:
        """Synthesize it; nothing is raised here, but where its audio is asked for."""
        try:
            if not self._stop.is_set():
                self._speak(self._text, self._stop, self._pieces.append)
        except Exception as error:
            self._failed = error
        finally:
            self._done.set()

    def next(self) -> Speech | None:
        """The next of its audio; None while there is none, and where ``finished``.

        Raises ``SpeechError`` when the engine failed.
        """
        while not self.finished:
            done = self._done.is_set()  # asked first: the last piece comes before it
            if self._pieces:
                speech = self._timed.add(self._pieces.popleft())
                if speech is not None:
                    return speech
                continue
            if not done:
                return None
            if self._failed is not None:
                # its own message may hold the text, which is nobody's business
                kind = type(self._failed).__name__
                raise SpeechError(f"pocket-tts could not speak a sentence: {kind}")
            self.finished = True
            return self._timed.end()
        return None

    @property
    def made(self) -> bool:
        """All of it is synthesized."""
        return self._done.is_set()

    def stop(self) -> None:
        """Synthesize no more of it."""
        self._stop.set()


class PocketSynthesis:
    """``Synthesis``. ``start``: has a sentence run; live in a thread, else at once."""

    def __init__(
        self, rate_hz: int, pace: Pace, speak: Speak, start: Callable[[Sentence], None], live: bool
    ) -> None:
        self._rate_hz = rate_hz
        self._pace = pace
        self._speak = speak
        self._start = start
        self._live = live
        self._length = 0
        self._waiting: deque[tuple[str, int]] = deque()
        self._ended = False
        self._closed = False
        self._now: Sentence | None = None
        self._following: Sentence | None = None

    def add(self, text: str) -> None:
        """See ``Synthesis``."""
        for start, end in sentences(text):
            self._waiting.append((text[start:end], self._length + start))
        self._length += len(text)
        self._go_on()

    def end(self) -> None:
        """See ``Synthesis``."""
        self._ended = True
        self._go_on()

    def next(self) -> Speech | Lack:
        """See ``Synthesis``."""
        while not self._closed:
            if self._now is None:
                self._now, self._following = self._following, None
            if self._now is None:
                self._now = self._begun()
            if self._now is None:
                return Lack.NOTHING if self._ended else Lack.TEXT
            speech = self._now.next()
            finished = self._now.finished
            if finished:
                self._now = None
            self._go_on()
            if speech is not None:
                return speech
            if not finished:
                return Lack.TIME
        return Lack.NOTHING

    def close(self) -> None:
        """See ``Synthesis``."""
        self._closed = True
        self._waiting.clear()
        for sentence in (self._now, self._following):
            if sentence is not None:
                sentence.stop()
        self._now = self._following = None

    def _go_on(self) -> None:
        """Live, begin what can be begun: the first sentence, and one behind one that is made."""
        if not self._live or self._closed:
            return
        if self._now is None:
            self._now, self._following = self._following, None
        if self._now is None:
            self._now = self._begun()
        elif self._following is None and self._now.made:
            self._following = self._begun()

    def _begun(self) -> Sentence | None:
        """The next sentence, if there is one, begun."""
        if not self._waiting:
            return None
        text, start = self._waiting.popleft()
        # what is there as a whole is timed as a whole, which is the better estimate
        timed: Timed = (
            EstimatedStretch(text, self._rate_hz, self._pace, start)
            if self._live
            else Whole(text, self._rate_hz, start)
        )
        sentence = Sentence(text, timed, self._speak)
        self._start(sentence)
        return sentence
