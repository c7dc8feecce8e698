"""pocketsphinx as a streaming recogniser: words of a stretch of speech while it goes on.

The language model is a trigram over the vocabulary's sentences, the dictionary has its words
alone (which makes loading forty times faster and costs no accuracy), and one decoder serves one
call, because it learns the caller's channel (cepstral mean) as it goes. While the agent awaits
digits or spelling, a second model of the same words is used in which such answers weigh most;
a caller who says "wait" or "I don't have it" instead is still understood.
"""

from __future__ import annotations

import math
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speech.embedded.cepstrum import UtteranceMean
from speech.embedded.scratch import scratch_folder
from speech.embedded.spares import Spares
from speech.embedded.trigrams import write_arpa
from speech.pronunciation import model_path
from speech.vocabulary import Emphasis, Vocabulary

if TYPE_CHECKING:
    import pocketsphinx

ASR_RATE = 16_000
"""Rate in Hz that the acoustic model is made for."""

FRAME_S = 0.01
"""Step of the decoder, in which it tells where words are, s."""

_PADDING_S = 0.3  # silence around a stretch that is decoded with it, and costs little score
_KNOWN_FALL, _UNKNOWN_FALL = 0.53, 0.78  # fall of the log score, 1/s
_LOST_PACE, _CLEAR_PACE = 3.0, 7.0  # phones a second
_SURE = 0.6  # mean posterior of words that are right

COLD_S = 4.0
"""Speech after which the decoder knows the caller's cepstral mean, s."""

AGAIN_S = 0.8
"""Audio from which the mean of an utterance is taken first, to begin it again with, s."""

MOST_S = 6 * 0.032
"""Audio that is decoded in one step at most, s. It takes about 8 ms; without a bound an onset takes
10 ms, and an utterance that is begun again 30."""

_RENEWED_S = 4 * 0.032  # of audio, after which a cold decoder's mean is taken anew

ENOUGH_S = 0.8
"""Speech that a mean can be taken from: a "yes" has too few sounds, s."""

_FIRST_MEAN = "58.3,-1.4,-0.8,8.5,-13.9,3.2,-11.2,-8.7,-3.5,-2.1,3.0,-4.6,2.1"
"""Cepstral mean before the caller's own is learnt: that of five of espeak's voices. With the
decoder's own guess, which is for faint speech, the first sentence of a call has twice the errors
(klatt4 16 % against 8 %, f2 46 % against 15 %)."""

_VARIANT = re.compile(r"\(\d+\)$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as decoded. Times in s from the start of the utterance."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was decoded of an utterance, and how sure it is: 0 to 1."""

    tokens: tuple[Token, ...]
    confidence: float


class _Model:
    """A vocabulary's dictionary and language models as files, for as long as it lives."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.folder = scratch_folder(self, "sphinx")
        self.phones: dict[str, int] = {}
        with (self.folder / "words.dict").open("w", encoding="utf-8") as file:
            for word, sounds in vocabulary.pronunciations():
                self.phones[word] = len(sounds[0].split())
                for index, sound in enumerate(sounds):
                    variant = f"({index + 1})" if index else ""
                    file.write(f"{word}{variant} {sound}\n")

    def language_model(self, emphasis: Emphasis) -> str:
        """Path of the language model with this emphasis, written when first asked for."""
        path = self.folder / f"{emphasis.value}.arpa"
        if not path.exists():
            sentences = self._vocabulary.sentences(emphasis)
            # Other threads, and processes forked from this one, see it whole or not at all.
            draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            write_arpa(sentences, frozenset(self.phones), draft)
            draft.replace(path)
        return str(path)


@lru_cache(maxsize=16)
def _model(vocabulary: Vocabulary) -> _Model:
    return _Model(vocabulary)


class Sphinx:
    """A decoder for one call. Utterances of speech go in one after the other.

    ``ahead``: load every emphasis's language model now; else the call waits for it when it is first
    expected (0.2 s). What is understood is the same. A decoder that was made by ``warm`` has them.
    """

    def __init__(self, vocabulary: Vocabulary, ahead: bool = False) -> None:
        self._model = _model(vocabulary)
        spare = _SPARES.take(vocabulary)
        if spare is None:
            spare = _whole_decoder(vocabulary) if ahead else _decoder(self._model)
        self._decoder = spare
        self._emphasis = Emphasis.ANY
        self._cold_s = COLD_S
        self._mean = UtteranceMean(spare)
        self._mean_before = self.mean
        self._waiting = bytearray()  # audio that is not decoded yet
        self._fed = bytearray()  # all audio, until the utterance is begun again
        self._again = False
        self._kept: tuple[Token, ...] | None = None
        self._renew_in = 0

    def expect(self, emphasis: Emphasis) -> None:
        """What the next utterance is likely to be; not to be called within one."""
        if emphasis is self._emphasis:
            return
        self._emphasis = emphasis
        _load(self._decoder, self._model, emphasis)
        self._decoder.activate_search(None if emphasis is Emphasis.ANY else emphasis.value)

    @property
    def mean(self) -> str:
        """The caller's cepstral mean, as far as it is known."""
        mean: str = self._decoder.get_cmn(False)
        return mean

    def start(self) -> None:
        """A new utterance."""
        self._waiting.clear()
        self._fed.clear()
        self._again, self._kept = self._cold_s <= 0.0, None
        if not self._again:
            self._mean_before = self.mean
            self._mean.begin()
        self._decoder.start_utt()

    def feed(self, samples: NDArray[np.int16], quiet: bool = False) -> None:
        """More of the utterance, 16 bit at ``ASR_RATE``; ``quiet``: the speech may be over.

        No more than ``MOST_S`` of it is decoded now; the rest in the steps to come.
        """
        audio = samples.tobytes()
        self._waiting += audio
        if not self._again:
            self._fed += audio
            if quiet or len(self._fed) >= _bytes(AGAIN_S):
                self._begin_again()
        self._decode(_bytes(MOST_S))

    def words(self) -> tuple[Token, ...]:
        """The words so far, as the search sees them now."""
        return tuple(self._tokens()) if self._kept is None else self._kept

    def end(self, speech_s: float) -> Result:
        """The utterance, of which ``speech_s`` was speech, is over: its best words."""
        self._decode(len(self._waiting))
        mean = self._mean.take() if self._cold_s > 0.0 else None
        self._decoder.end_utt()
        if mean is not None:
            self._decoder.set_cmn(mean if speech_s >= ENOUGH_S else self._mean_before)
            self._cold_s -= speech_s
        tokens = tuple(self._tokens())
        return Result(tokens, self._confidence(tokens, speech_s) if tokens else 0.0)

    def _begin_again(self) -> None:
        """Begin the utterance again, with a cepstral mean that is nearer its own.

        A decoder starts with a mean that is not this caller's; until it has heard the caller for
        a while its words are poor (tests/benchmarks/recognition.py tells cold from warm). The words
        of the first attempt are told until the second has caught up.
        """
        self._again, self._kept = True, tuple(self._tokens())
        mean = self._mean.take()
        self._decoder.end_utt()
        self._mean.begin(mean)
        self._decoder.start_utt()
        self._waiting, self._fed = self._fed, bytearray()
        self._renew_in = 0

    def _decode(self, most: int) -> None:
        """Decode what waits, but no more than so many bytes of it."""
        part = bytes(self._waiting[:most])
        del self._waiting[:most]
        if part:
            self._decoder.process_raw(part, full_utt=False)
        if self._cold_s <= 0.0:
            return
        self._mean.fed(len(part) // 2)
        self._renew_in -= len(part)
        if self._again and not self._waiting:
            self._kept = None
            if self._renew_in <= 0:
                self._mean.take()
                self._renew_in = _bytes(_RENEWED_S)

    def _tokens(self) -> Iterator[Token]:
        if self._decoder.hyp() is None:
            return
        for segment in self._decoder.seg():
            if segment.word[0] in "<[":
                continue
            yield Token(
                _VARIANT.sub("", segment.word),
                segment.start_frame * FRAME_S,
                (segment.end_frame + 1) * FRAME_S,
            )

    def _confidence(self, tokens: tuple[Token, ...], speech_s: float) -> float:
        """How well the words explain the sound, 0 to 1. A product of three:

        how far the score has fallen in the time (0.53 a second or less for words of the
        vocabulary, 0.78 for others); how many phones there are a second (7 or more in speech, 3
        where most of it was not understood); the words' posterior in the lattice.
        """
        score = self._decoder.hyp().score
        fall = -math.log(max(score, 1e-9)) / (speech_s + _PADDING_S)
        phones = sum(self._model.phones[token.text] for token in tokens)
        pace = phones / max(speech_s - 0.12, 0.1)  # words said alone are drawn out by so much
        posteriors = [s.prob for s in self._decoder.seg() if s.word[0] not in "<["]
        posterior = sum(posteriors) / len(posteriors)
        return (
            _share(_UNKNOWN_FALL - fall, _UNKNOWN_FALL - _KNOWN_FALL)
            * _share(pace - _LOST_PACE, _CLEAR_PACE - _LOST_PACE)
            * (0.25 + 0.75 * _share(posterior, _SURE))
        )


def _bytes(seconds: float) -> int:
    return 2 * round(seconds * ASR_RATE)


def _share(part: float, whole: float) -> float:
    return min(max(part / whole, 0.0), 1.0)


def _decoder(model: _Model) -> pocketsphinx.Decoder:
    path = model_path("en-us/en-us")
    import pocketsphinx

    return pocketsphinx.Decoder(
        hmm=path,
        lm=model.language_model(Emphasis.ANY),
        dict=str(model.folder / "words.dict"),
        samprate=float(ASR_RATE),
        # the second pass over the tree costs a third of the time and mends nothing here:
        # 11.2 % of words wrong with it, 11.1 % without (70 sentences, klatt4)
        fwdflat=False,
        # no look-ahead of 50 ms: every word is known that much earlier, at the same accuracy
        pl_window=0,
        cmninit=_FIRST_MEAN,
        loglevel="FATAL",
    )


def _load(decoder: pocketsphinx.Decoder, model: _Model, emphasis: Emphasis) -> None:
    """Load an emphasis's language model, where the decoder does not have it yet."""
    if emphasis is not Emphasis.ANY and decoder.get_lm(emphasis.value) is None:
        decoder.add_lm_file(emphasis.value, model.language_model(emphasis))


def _whole_decoder(vocabulary: Vocabulary) -> pocketsphinx.Decoder:
    model = _model(vocabulary)
    decoder = _decoder(model)
    for emphasis in Emphasis:
        _load(decoder, model, emphasis)
    return decoder


_SPARES = Spares(_whole_decoder)


def warm(vocabulary: Vocabulary) -> None:
    """Make a decoder ahead, with all its language models, for the next ``Sphinx`` of this."""
    _SPARES.warm(vocabulary)
