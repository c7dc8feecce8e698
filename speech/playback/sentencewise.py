"""A voice that takes a text at a time, as one that takes text as it is written."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

from speech.playback.rendering import rendered
from speech.protocols import SAMPLE_RATE, Lack, Speech, Voice


class Sentencewise:
    """A ``StreamingVoice`` over a ``Voice``: each piece of text that is added is spoken by itself.

    A piece is a sentence or several; a word that is cut in two is spoken as two. Speech is made
    when it is asked for, a stretch of the voice's at a time, so a stop never wastes more than
    that.
    """

    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    @property
    def sample_rate(self) -> int:
        """``SAMPLE_RATE``: sentences are resampled here, each as a whole."""
        return SAMPLE_RATE

    def begin(self, rate: float = 1.0) -> Sentences:
        """See ``StreamingVoice``."""
        return Sentences(self.voice, rate)

    def close(self) -> None:
        """Close the voice."""
        self.voice.close()


class Sentences:
    """A ``Synthesis`` of ``Sentencewise``."""

    def __init__(self, voice: Voice, rate: float) -> None:
        self._voice = voice
        self._rate = rate
        self._texts: deque[tuple[str, int]] = deque()
        self._length = 0
        self._ended = False
        self._speech: Generator[Speech, None, None] | None = None

    def add(self, text: str) -> None:
        """See ``Synthesis``."""
        self._texts.append((text, self._length))
        self._length += len(text)

    def end(self) -> None:
        """See ``Synthesis``."""
        self._ended = True

    def next(self) -> Speech | Lack:
        """The next stretch in which something is audible."""
        while self._speech is not None or self._texts:
            if self._speech is None:
                self._speech = rendered(self._voice, *self._texts.popleft(), self._rate)
            stretch = next(self._speech, None)
            if stretch is not None:
                return stretch
            self._speech = None
        return Lack.NOTHING if self._ended else Lack.TEXT

    def close(self) -> None:
        """See ``Synthesis``."""
        if self._speech is not None:
            self._speech.close()
            self._speech = None
        self._texts.clear()
        self._ended = True
