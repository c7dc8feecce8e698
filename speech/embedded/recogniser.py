"""Stretches of speech: which audio is decoded, and what is reported of it when.

A stretch begins a little before an onset, because voice activity is known late and a first
consonant is quiet. It ends when the caller has been quiet for a while; a shorter gap is part of
it. Words are reported as they change, and once more when the stretch is final.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.embedded.likeness import LikenessMeter
from speech.embedded.sphinx import ASR_RATE, Sphinx, Token
from speech.meters.clarity import Clarity
from speech.meters.silero import VAD_CHUNK
from speech.protocols import Sound
from speech.vocabulary import Emphasis
from system1.percepts import Heard, Likeness, Word
from system1.questions import AnswerKind, Question

_OVER_S = 0.2
"""A last word that ended so long ago is over: the decoder itself is 0.1 s behind. Unit: s."""

_CHUNK_S = VAD_CHUNK / ASR_RATE

_EMPHASES = {AnswerKind.DIGITS: Emphasis.DIGITS, AnswerKind.SPELLING: Emphasis.SPELLING}

DITHER = 10 ** (-55 / 20)
"""Hiss that is added to what is decoded (amplitude; -55 dBFS, the same in every call).

A telephone line has nothing below 300 and above 3400 Hz, and the logarithm of nothing is what no
voice in the acoustic model's training ever had: with it 30 % of the words of twenty lines of a
narrow-band caller were wrong, with the hiss 13 %; on a wide line it changes nothing.
"""


@dataclass(frozen=True, slots=True)
class RecogniserTimes:
    """The times of recognition."""

    before_s: float = 0.256
    """Audio before an onset that is decoded with it. Unit: s."""
    quiet_s: float = 0.24
    """Silence after which a stretch is final. Unit: s."""
    stable_s: float = 0.125
    """A word that is over is stable once it has been the same for so long. Unit: s."""


class Recogniser:
    """``Transcriber`` over pocketsphinx: decodes the stretches of one call."""

    def __init__(
        self, sphinx: Sphinx, likeness: LikenessMeter, times: RecogniserTimes | None = None
    ) -> None:
        self._sphinx = sphinx
        self._likeness = likeness
        self._times = times or RecogniserTimes()
        count = max(round(self._times.before_s / _CHUNK_S), 1) + 1
        self._recent: deque[NDArray[np.int16]] = deque(maxlen=count)
        self._stretch = -1
        self._open = False
        self._begins = 0.0
        self._onset = 0.0
        self._clarity = Clarity()
        self._emphasis = Emphasis.ANY
        self._random = np.random.default_rng(0)
        self._since: list[tuple[str, float]] = []
        self._reported: tuple[tuple[str, bool], ...] = ()

    def expect(self, question: Question | None) -> None:
        """Digits and spelling are recognised as such from the next stretch of speech on."""
        kind = question.kind if question is not None else AnswerKind.FREE
        self._emphasis = _EMPHASES.get(kind, Emphasis.ANY)

    def step(self, sound: Sound) -> tuple[Heard | Likeness, ...]:
        """One chunk more; what is newly known of the words."""
        hiss = self._random.standard_normal(sound.narrow.size, dtype=np.float32) * DITHER
        scaled = np.rint((sound.narrow + hiss) * 32768.0)
        samples = np.minimum(np.maximum(scaled, -32768.0), 32767.0).astype(np.int16)
        self._recent.append(samples)
        self._clarity.step(sound.narrow, sound.onset is not None)
        speech_s = None if sound.onset is None else sound.ends - sound.onset
        mean = self._sphinx.mean
        likeness = self._likeness.step(samples, speech_s, sound.over, mean, sound.at)
        heard = self._hear(samples, sound.ends, sound.onset, sound.quiet_since, sound.at)
        return tuple(one for one in (likeness, heard) if one is not None)

    def close(self) -> None:
        """Nothing outlives the object."""

    def _hear(
        self,
        samples: NDArray[np.int16],
        ends: float,
        onset: float | None,
        quiet_since: float | None,
        at: float,
    ) -> Heard | None:
        if not self._open:
            if onset is None:
                return None
            self._begin(ends, onset)
        else:
            self._sphinx.feed(samples, quiet=onset is None)
        if onset is None and quiet_since is not None and ends - quiet_since >= self._times.quiet_s:
            return self._finish(quiet_since, at)
        return self._partial(ends, at)

    def _begin(self, ends: float, onset: float) -> None:
        self._stretch += 1
        self._open = True
        self._onset = onset
        self._clarity.start()
        self._since, self._reported = [], ()
        self._sphinx.expect(self._emphasis)
        self._sphinx.start()
        wanted = int((ends - onset + self._times.before_s) / _CHUNK_S) + 1
        chunks = list(self._recent)[-wanted:]
        self._begins = ends - len(chunks) * _CHUNK_S
        self._sphinx.feed(np.concatenate(chunks))

    def _partial(self, ends: float, at: float) -> Heard | None:
        tokens = self._sphinx.words()
        kept = 0
        while (
            kept < min(len(tokens), len(self._since)) and self._since[kept][0] == tokens[kept].text
        ):
            kept += 1
        self._since[kept:] = [(token.text, ends) for token in tokens[kept:]]
        stable = [
            ends - since >= self._times.stable_s
            and (index + 1 < len(tokens) or self._begins + token.end_s < ends - _OVER_S)
            for index, (token, (_, since)) in enumerate(zip(tokens, self._since, strict=True))
        ]
        state = tuple(zip((token.text for token in tokens), stable, strict=True))
        if state == self._reported:
            return None
        self._reported = state
        words = self._words(tokens, stable)
        return Heard(at, self._stretch, words, False, round(self._clarity.value(), 2))

    def _finish(self, quiet_since: float, at: float) -> Heard:
        self._open = False
        result = self._sphinx.end(quiet_since - self._onset)
        words = self._words(result.tokens, [True] * len(result.tokens))
        confidence = round(result.confidence * self._clarity.value(), 2)
        return Heard(at, self._stretch, words, final=True, confidence=confidence)

    def _words(self, tokens: tuple[Token, ...], stable: list[bool]) -> tuple[Word, ...]:
        return tuple(
            Word(
                token.text,
                round(max(self._begins + token.start_s, 0.0), 3),
                round(self._begins + token.end_s, 3),
                known,
            )
            for token, known in zip(tokens, stable, strict=True)
        )
