"""A voice that blocks, for a live call: a thread of its own synthesizes a little ahead.

The thread belongs to the voice and does all that the voice does, utterance by utterance in the
order in which they were begun; nobody who plays one ever waits for it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from speech.errors import SpeechError
from speech.leaving import stopped_at_exit
from speech.protocols import Lack, Speech, StreamingVoice, Synthesis

LEAD_S = 1.0
"""Audio that is synthesized ahead of what is played, s: it rides out a second in which the machine
does something else, and is what a barge-in throws away at most."""


class Ahead:
    """A ``StreamingVoice`` over one whose ``next`` waits. ``lead_s``: seconds made ahead."""

    def __init__(self, voice: StreamingVoice, lead_s: float = LEAD_S) -> None:
        self.voice = voice
        self.lead = round(lead_s * voice.sample_rate)
        self._changed = threading.Condition()
        self._under_way: deque[AheadSynthesis] = deque()
        self._thread: threading.Thread | None = None
        self._gone: Callable[[], None] | None = None
        self._closed = False

    @property
    def sample_rate(self) -> int:
        """The voice's."""
        return self.voice.sample_rate

    def begin(self, rate: float = 1.0) -> AheadSynthesis:
        """See ``StreamingVoice``; nothing of it waits for the voice."""
        synthesis = AheadSynthesis(self.voice, rate, self.lead, self._changed)
        with self._changed:
            self._under_way.append(synthesis)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
                self._gone = stopped_at_exit(self._thread, self.close)
                self._thread.start()
            self._changed.notify_all()
        return synthesis

    def close(self) -> None:
        """Abort everything and close the voice, as soon as what it is at lets it."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            for synthesis in self._under_way:
                synthesis.closed = True
            self._changed.notify_all()
            if self._thread is not None:
                return  # it closes the voice when it has come to an end
        self.voice.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and not any(one.wants for one in self._under_way):
                    self._changed.wait()
                closed = self._closed
                chosen = [one for one in self._under_way if one.wants or closed]
            for synthesis in chosen if closed else chosen[:1]:
                synthesis.work()
            with self._changed:
                self._under_way = deque(one for one in self._under_way if not one.gone)
                self._changed.notify_all()
            if closed:
                self.voice.close()
                if self._gone is not None:
                    self._gone()
                return


class AheadSynthesis:
    """A ``Synthesis`` whose speech is made in the thread of an ``Ahead``."""

    def __init__(
        self, voice: StreamingVoice, rate: float, lead: int, changed: threading.Condition
    ) -> None:
        self.closed = False
        self.gone = False
        self._voice = voice
        self._rate = rate
        self._lead = lead
        self._changed = changed
        self._inner: Synthesis | None = None
        self._texts: deque[str] = deque()
        self._ended = False
        self._told = False  # the voice knows that the text has ended
        self._made: deque[Speech] = deque()
        self._ahead = 0
        self._lack: Lack | None = None
        self._failure: Exception | None = None

    @property
    def wants(self) -> bool:
        """Whether the thread has something to do for it; ask under the lock."""
        if self.gone or self.closed:
            return not self.gone
        if self._failure is not None:
            return False
        news = bool(self._texts) or self._ended != self._told
        return self._ahead < self._lead and (self._lack is None or news)

    def add(self, text: str) -> None:
        """See ``Synthesis``."""
        with self._changed:
            self._texts.append(text)
            self._changed.notify_all()

    def end(self) -> None:
        """See ``Synthesis``."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def next(self) -> Speech | Lack:
        """See ``Synthesis``; never waits. Raises ``SpeechError`` where the voice has failed."""
        with self._changed:
            if self._made:
                speech = self._made.popleft()
                self._ahead -= len(speech.audio)
                self._changed.notify_all()
                return speech
            if self._failure is not None:
                raise _as_speech_error(self._failure)
            if self.closed or self._lack is Lack.NOTHING:
                return Lack.NOTHING
            if self._texts or self._ended != self._told:
                return Lack.TIME
            return self._lack or Lack.TIME

    def close(self) -> None:
        """See ``Synthesis``; what the voice is at is thrown away when it is done."""
        with self._changed:
            self.closed = True
            self._made.clear()
            self._changed.notify_all()

    def work(self) -> None:
        """One piece of work for the voice, in its thread."""
        try:
            given = self._step()
        except Exception as error:  # the edge of a thread: it comes out where ``next`` is called
            with self._changed:
                self._failure = error
                self.gone = self.closed
            return
        with self._changed:
            match given:
                case Speech() if not self.closed:
                    self._made.append(given)
                    self._ahead += len(given.audio)
                    self._lack = None
                case Lack():
                    self._lack = given
                    self.gone = given is Lack.NOTHING
                case _:
                    pass

    def _step(self) -> Speech | Lack:
        with self._changed:
            closed, ends = self.closed, self._ended and not self._told
            texts = list(self._texts)
            self._texts.clear()
            self._told, self._lack = self._ended, None
        if closed:
            if self._inner is not None:
                self._inner.close()
            return Lack.NOTHING
        if self._inner is None:
            self._inner = self._voice.begin(self._rate)
        for text in texts:
            self._inner.add(text)
        if ends:
            self._inner.end()
        found = self._inner.next()
        if found is Lack.NOTHING:
            self._inner.close()
        return found


def _as_speech_error(failure: Exception) -> SpeechError:
    if isinstance(failure, SpeechError):
        return failure
    error = SpeechError(f"the voice has failed ({type(failure).__name__})")
    error.__cause__ = failure
    return error
