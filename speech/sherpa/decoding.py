"""Decoding the stretches of one call: where the call is, or in a thread of its own.

The steps are the same in both. In virtual time they are done at once. A live call hands them to a
thread, because a step of a real model takes tens of milliseconds (320 ms of audio at a real-time
factor of 0.1 on one core), and picks up later what came of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol, TypeAlias, assert_never

from speech.errors import SpeechError
from speech.meters.silero import VAD_RATE
from speech.protocols import Audio
from speech.sherpa.model import SherpaModel, Stream
from speech.sherpa.tokens import Timed, words_of
from speech.terms import SherpaTimes
from speech.worker import Worker
from system1.percepts import Heard, Word


@dataclass(frozen=True, slots=True)
class Begin:
    """A new stretch, whose audio begins at ``begins`` (s on the audio clock)."""

    stretch: int
    begins: float


@dataclass(frozen=True, slots=True)
class More:
    """More of the stretch's audio, which ends at ``ends``; ``clarity``: of the stretch so far."""

    samples: Audio
    ends: float
    clarity: float


@dataclass(frozen=True, slots=True)
class End:
    """The stretch is over: the caller fell silent at ``offset``."""

    offset: float
    clarity: float


Step: TypeAlias = Begin | More | End


class Decoder(Protocol):
    """Does steps, and tells what came of them."""

    def do(self, step: Step) -> None:
        """One step more. Raises ``SpeechError`` when it cannot be done in time."""
        ...

    def heard(self) -> Iterator[Heard]:
        """What is newly known, in order; ``at`` is left for the caller to set."""
        ...

    def close(self) -> None:
        """No more will be asked."""
        ...


class Decoding:
    """``Decoder`` that does each step at once."""

    def __init__(self, model: SherpaModel, hotwords: str, times: SherpaTimes) -> None:
        self._model = model
        self._hotwords = hotwords
        self._times = times
        self._stream: Stream | None = None
        self._stretch = 0
        self._begins = 0.0
        self._since: list[tuple[str, float]] = []
        self._reported: tuple[tuple[str, bool], ...] = ()
        self._heard: list[Heard] = []

    def do(self, step: Step) -> None:
        """One step more."""
        match step:
            case Begin():
                self._stream = self._model.begin(self._hotwords)
                self._stretch, self._begins = step.stretch, step.begins
                self._since, self._reported = [], ()
            case More():
                assert self._stream is not None
                self._stream.feed(step.samples)
                self._partial(self._stream, step)
            case End():
                assert self._stream is not None
                self._stream.flush(self._times.flush)
                emitted = self._stream.emitted()
                self._stream = None
                timed = words_of(emitted.tokens, emitted.times, step.offset - self._begins)
                words = self._placed(timed, [True] * len(timed))
                sure = round(emitted.confidence * step.clarity, 2)
                self._heard.append(Heard(0.0, self._stretch, words, True, sure))
            case _:
                assert_never(step)

    def heard(self) -> Iterator[Heard]:
        """What is newly known."""
        heard, self._heard = self._heard, []
        yield from heard

    def close(self) -> None:
        """The stream goes with the object."""
        self._stream = None

    def _partial(self, stream: Stream, step: More) -> None:
        emitted = stream.emitted()
        timed = words_of(emitted.tokens, emitted.times, step.ends - self._begins)
        kept = 0
        while kept < min(len(timed), len(self._since)) and self._since[kept][0] == timed[kept].text:
            kept += 1
        self._since[kept:] = [(word.text, step.ends) for word in timed[kept:]]
        # the last word may go on: it is stable when the stretch is final
        stable = [
            step.ends - since >= self._times.stable and index + 1 < len(timed)
            for index, (_, since) in enumerate(self._since)
        ]
        state = tuple(zip((word.text for word in timed), stable, strict=True))
        if state == self._reported:
            return
        self._reported = state
        sure = round(emitted.confidence * step.clarity, 2)
        words = self._placed(timed, stable)
        self._heard.append(Heard(0.0, self._stretch, words, False, sure))

    def _placed(self, timed: tuple[Timed, ...], stable: list[bool]) -> tuple[Word, ...]:
        return tuple(
            Word(
                word.text,
                round(max(self._begins + word.start_s, 0.0), 3),
                round(max(self._begins + word.end_s, 0.0), 3),
                known,
            )
            for word, known in zip(timed, stable, strict=True)
        )


class ThreadedDecoding:
    """``Decoder`` whose steps are done by a thread of its own, one after the other.

    ``worker``: that thread.
    """

    def __init__(self, decoding: Decoding, times: SherpaTimes) -> None:
        self.worker = Worker("sherpa")
        self._decoding = decoding
        self._times = times
        self._results: SimpleQueue[Heard | Exception] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0  # samples given and not yet decoded

    def do(self, step: Step) -> None:
        """Hand it over. Raises ``SpeechError`` when decoding has fallen too far behind."""
        if isinstance(step, More):
            with self._lock:
                self._waiting += len(step.samples)
                behind = self._waiting / VAD_RATE
            if behind > self._times.behind:
                raise SpeechError(
                    f"the recogniser is {behind:.1f} s behind the caller: this machine is too slow "
                    "for it; take a smaller model, fewer paths, or fewer calls at once"
                )
        self.worker.give(partial(self._done, step))

    def heard(self) -> Iterator[Heard]:
        """What came of the steps done by now. Raises what went wrong with one."""
        while True:
            try:
                result = self._results.get_nowait()
            except Empty:
                return
            if isinstance(result, Exception):
                raise result
            yield result

    def close(self) -> None:
        """The thread ends after the step it is at; what is left is not decoded."""
        self.worker.close()

    def _done(self, step: Step) -> None:
        try:
            self._decoding.do(step)
        except Exception as error:  # handed to the call, which is where it belongs
            self._results.put(error)
            self.worker.close()
            return
        if isinstance(step, More):
            with self._lock:
                self._waiting -= len(step.samples)
        for heard in self._decoding.heard():
            self._results.put(heard)
