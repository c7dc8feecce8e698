"""``Transcriber`` over a streaming transducer: which audio is decoded, and when it is final.

A stretch begins a little before an onset, because voice activity is known late, and ends when the
caller has been quiet for a while: System 1 owns the end of a turn, so the engine's own endpointing
is off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from speech.meters.clarity import Clarity
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio, Sound
from speech.sherpa.decoding import Begin, Decoder, Decoding, End, More, ThreadedDecoding
from speech.sherpa.model import opened
from system1.percepts import Heard
from system1.questions import Question

if TYPE_CHECKING:
    from speech.terms import EarTerms

_CHUNK_S = VAD_CHUNK / VAD_RATE


class SherpaRecogniser:
    """The words of one call. ``before_s`` and ``quiet_s``: see the settings of the ears."""

    def __init__(self, decoder: Decoder, before_s: float, quiet_s: float) -> None:
        self._decoder = decoder
        self._before_s = before_s
        self._quiet_s = quiet_s
        self._recent: deque[Audio] = deque(maxlen=max(round(before_s / _CHUNK_S), 1) + 1)
        self._stretch = -1
        self._open = False
        self._clarity = Clarity()

    def step(self, sound: Sound) -> list[Heard]:
        """One chunk more; what is newly known of the words."""
        self._recent.append(sound.narrow)
        self._clarity.step(sound.narrow, sound.onset is not None)
        for step in self._steps(sound):
            self._decoder.do(step)
        return [replace(heard, at=sound.at) for heard in self._decoder.heard()]

    def expect(self, question: Question | None) -> None:
        """Nothing: what the policy's questions may be answered with is a hotword all along."""

    def close(self) -> None:
        """Decode no more."""
        self._decoder.close()

    def _steps(self, sound: Sound) -> Iterator[Begin | More | End]:
        samples = sound.narrow
        if not self._open:
            if sound.onset is None:
                return
            self._open = True
            self._stretch += 1
            self._clarity.start()
            wanted = int((sound.ends - sound.onset + self._before_s) / _CHUNK_S) + 1
            chunks: Iterable[Audio] = list(self._recent)[-wanted:]
            samples = np.concatenate(list(chunks))
            yield Begin(self._stretch, sound.ends - len(samples) / VAD_RATE)
        yield More(samples, sound.ends, self._clarity.value())
        since = sound.quiet_since
        if sound.onset is None and since is not None and sound.ends - since >= self._quiet_s:
            self._open = False
            yield End(since, self._clarity.value())


def sherpa_recogniser(terms: EarTerms) -> SherpaRecogniser:
    """For one call. Raises ``SpeechError`` for a package or a model that is not there."""
    settings = terms.engines.sherpa
    model = opened(settings, terms.language)
    hotwords = model.boosted(terms.vocabulary.phrases)
    decoder: Decoder = Decoding(model, hotwords, settings)
    if terms.live:
        decoder = ThreadedDecoding(Decoding(model, hotwords, settings), settings)
    return SherpaRecogniser(decoder, settings.before, settings.quiet)
