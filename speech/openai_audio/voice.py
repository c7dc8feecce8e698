"""A ``StreamingVoice`` behind ``/v1/audio/speech``: a request for each sentence.

A sentence is asked for as soon as it is complete, and live the next one as soon as the one before
has come in, so that they follow each other without a gap. Audio is passed on as it comes; its
words are timed by estimation. When a server breaks off in mid-sentence, the rest of the sentence
is asked for anew.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speech.errors import SpeechError
from speech.estimation import EstimatedStretch, Pace
from speech.openai_audio.server import Failure, openai_client, speech_bytes
from speech.protocols import SAMPLE_RATE, Audio, Lack, Speech
from speech.sentences import sentences
from speech.terms import OpenAIAudio
from speech.trouble import log_trouble

if TYPE_CHECKING:
    from openai import OpenAI

DEFAULT_VOICE = "alloy"

_BLOCK = 1920
"""Samples that are passed on together, whatever pieces the network brings."""

_LONGEST_S = 120.0
"""No sentence sounds longer; what sends more is broken. Unit: s."""


_CLOSING_S = 1.0


class OpenAIVoice:
    """One voice of a server. Raises ``SpeechError`` for a missing key or package."""

    sample_rate = SAMPLE_RATE

    def __init__(self, terms: OpenAIAudio, name: str | None, live: bool) -> None:
        self._client = openai_client(terms)
        self._terms = terms
        self._name = terms.voice or name or DEFAULT_VOICE
        self._live = live
        self._pace = Pace()

    def begin(self, rate: float = 1.0) -> OpenAISynthesis:
        """A new utterance; ``rate`` from 0.25 to 4 where the model can."""
        return OpenAISynthesis(self._client, self._terms, self._name, rate, self._pace, self._live)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


@dataclass(frozen=True, slots=True)
class _Ended:
    """A sentence is complete, or came no further; ``failure``: why. ``begun``: some of it came."""

    failure: Failure | None
    begun: bool


class _Fetch:
    """A text on its way, read by a thread of its own. ``begins``: its place in the utterance."""

    def __init__(
        self, client: OpenAI, terms: OpenAIAudio, voice: str, rate: float, text: str, begins: int
    ) -> None:
        self.text = text
        self.begins = begins
        self.received = False
        self._request = (client, terms, voice, text, rate)
        self._terms = terms
        self._parts: queue.SimpleQueue[Audio | _Ended] = queue.SimpleQueue()
        self._dropped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="openai-speech", daemon=True)
        self._thread.start()

    def next(self, wait: bool) -> Audio | _Ended | None:
        """What came next; None: nothing yet."""
        try:
            # The thread's own limits end every wait.
            return self._parts.get() if wait else self._parts.get_nowait()
        except queue.Empty:
            return None

    def drop(self, wait: bool) -> None:
        """Nobody wants it any more."""
        self._dropped.set()
        if wait:
            self._thread.join(_CLOSING_S)

    def _run(self) -> None:
        for attempt in range(self._terms.retries + 1):
            begun = False
            failure: Failure | None = None
            try:
                for audio in _samples(speech_bytes(*self._request)):
                    begun = True
                    if self._dropped.is_set():
                        return
                    self._parts.put(audio)
            except Failure as one:
                failure = one
            last = attempt == self._terms.retries or begun
            if failure is None or not failure.again or last:
                break
            self._dropped.wait(self._terms.backoff * 2**attempt)
            if self._dropped.is_set():
                return
        self.received = True
        self._parts.put(_Ended(failure, begun))


class OpenAISynthesis:
    """A ``Synthesis`` of sentences, one after the other."""

    def __init__(
        self,
        client: OpenAI,
        terms: OpenAIAudio,
        voice: str,
        rate: float,
        pace: Pace,
        live: bool,
    ) -> None:
        self._client = client
        self._terms = terms
        self._voice = voice
        self._rate = rate
        self._pace = pace
        self._live = live
        self._text = ""
        self._asked = 0  # characters that were asked for
        self._ended = False
        self._over = False
        self._cuts = 0
        self._fetch: _Fetch | None = None
        self._following: _Fetch | None = None
        self._pending = np.zeros(0, np.float32)

    def add(self, text: str) -> None:
        """See ``Synthesis``."""
        self._text += text

    def end(self) -> None:
        """See ``Synthesis``."""
        self._ended = True

    def next(self) -> Speech | Lack:
        """See ``Synthesis``. Raises ``SpeechError`` when the server has failed for good."""
        while not self._over:
            if self._fetch is None:
                self._take(self._following or self._asked_for())
                self._following = None
            if self._fetch is None:
                return Lack.NOTHING if self._ended else Lack.TEXT
            if self._live and self._fetch.received and self._following is None:
                self._following = self._asked_for()
            match self._fetch.next(wait=not self._live):
                case None:
                    return Lack.TIME
                case _Ended(failure, begun):
                    rest = self._finished(failure, begun)
                    if rest is not None:
                        return rest
                case audio:
                    self._pending = np.concatenate((self._pending, audio))
                    count = len(self._pending) // _BLOCK * _BLOCK
                    block, self._pending = self._pending[:count], self._pending[count:]
                    if count and (speech := self._stretch.add(block)) is not None:
                        return speech
        return Lack.NOTHING

    def close(self) -> None:
        """What is still on its way is read no further."""
        self._over = True
        for fetch in (self._fetch, self._following):
            if fetch is not None:
                fetch.drop(wait=not self._live)
        self._fetch = self._following = None

    def _take(self, fetch: _Fetch | None) -> None:
        self._fetch = fetch
        if fetch is not None:
            self._stretch = EstimatedStretch(fetch.text, SAMPLE_RATE, self._pace, fetch.begins)

    def _asked_for(self) -> _Fetch | None:
        """The next sentence that is complete, on its way."""
        rest = self._text[self._asked :]
        # one more word tells whether the sentence before it is over
        spans = sentences(rest) if self._ended else sentences(rest + " x")[:-1]
        if not spans:
            return None
        start, end = spans[0]
        if not self._ended and end == len(rest) and rest[-2:-1].isdigit():
            return None  # a full stop here may be a decimal point
        begins = self._asked + start
        self._asked += end
        return self._fetched(rest[start:end], begins)

    def _fetched(self, text: str, begins: int) -> _Fetch:
        return _Fetch(self._client, self._terms, self._voice, self._rate, text, begins)

    def _finished(self, failure: Failure | None, begun: bool) -> Speech | None:
        assert self._fetch is not None
        fetch, self._fetch = self._fetch, None
        last, self._pending = self._stretch.add(self._pending), np.zeros(0, np.float32)
        if failure is None:
            return _joined(last, self._stretch.end())
        self._cuts += 1
        if not begun or not failure.again or self._cuts > self._terms.retries:
            self.close()
            raise SpeechError(f"speech synthesis: {self._terms.url} {failure}")
        log_trouble("voice.broke_off", reason=str(failure))
        place = self._stretch.unsaid - fetch.begins
        self._take(self._fetched(fetch.text[place:], self._stretch.unsaid))
        return last


def _joined(first: Speech | None, second: Speech | None) -> Speech | None:
    if first is None or second is None:
        return second or first
    moved = [
        type(mark)(mark.start, mark.end, mark.until + len(first.audio)) for mark in second.marks
    ]
    return Speech(np.concatenate((first.audio, second.audio)), (*first.marks, *moved))


def _samples(parts: Iterator[bytes]) -> Iterator[Audio]:
    """Samples of bytes that may be cut in mid-sample."""
    odd = b""
    count = 0
    for part in parts:
        data = odd + part
        whole = len(data) // 2 * 2
        odd = data[whole:]
        count += whole // 2
        if count > _LONGEST_S * SAMPLE_RATE:
            raise Failure(f"sends more than {_LONGEST_S:g} s for one sentence")
        if whole:
            yield np.frombuffer(data[:whole], "<i2").astype(np.float32) / 32768.0
