"""One utterance of a ``PocketVoice``: sentences as they are complete, their audio as it comes.

In virtual time a sentence is synthesized when its first audio is asked for. Live, a thread does
it: a sentence begins as soon as it is complete, and the next one when the one before has been
synthesized, so at most one sentence more than what was played is wasted by a stop.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from speech.errors import SpeechError
from speech.estimation import EstimatedStretch, Pace
from speech.protocols import Audio, Lack, Speech
from speech.sentences import sentences

Speak: TypeAlias = Callable[[str, threading.Event, Callable[[Audio], None]], None]
"""Synthesizes a text, hands its audio over piece by piece, and ends early at the event."""


class Sentence:
    """A sentence that is being synthesized, in whichever thread ``run`` is called.

    ``finished``: all of its audio has been given.
    """

    def __init__(self, text: str, stretch: EstimatedStretch, speak: Speak) -> None:
        self._text = text
        self.finished = False
        self._stretch = stretch
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
                speech = self._stretch.add(self._pieces.popleft())
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
            return self._stretch.end()
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
        self._text = ""
        self._taken = 0
        self._ended = False
        self._closed = False
        self._now: Sentence | None = None
        self._following: Sentence | None = None

    def add(self, text: str) -> None:
        """See ``Synthesis``."""
        self._text += text
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
        """The next sentence, if it is complete, begun."""
        span = next_sentence(self._text, self._taken, self._ended)
        if span is None:
            return None
        start, self._taken = span
        text = self._text[start : self._taken]
        stretch = EstimatedStretch(text, self._rate_hz, self._pace, start)
        sentence = Sentence(text, stretch, self._speak)
        self._start(sentence)
        return sentence


def next_sentence(text: str, taken: int, ended: bool) -> tuple[int, int] | None:
    """The span of the first complete sentence after ``taken``; None while there is none.

    Before the text has ended, a sentence is complete where another one follows, or where what
    would follow were another one; "3." may become "3.14".
    """
    rest = text[taken:]
    spans = sentences(rest)
    if not spans:
        return None
    start, end = spans[0]
    last = len(spans) == 1
    if last and not ended:
        whole = rest.rstrip()
        if rest[:1] and whole[-2:-1].isdigit() and whole.endswith(".") and rest == whole:
            return None
        if spans[0] not in sentences(whole + " Xx")[:-1]:
            return None
    return taken + start, taken + end
