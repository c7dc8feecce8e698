"""The voice ``pocket`` of one call."""

from __future__ import annotations

import hashlib
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.clones import VoiceStore
from speech.errors import SpeechError
from speech.estimation import Pace
from speech.home import home
from speech.pocket.model import PocketModel, State, opened, own_voice
from speech.pocket.synthesis import PocketSynthesis, Sentence
from speech.protocols import SAMPLE_RATE, Audio
from speech.samples import Sample, read_sample
from speech.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from speech.terms import VoiceTerms


class PocketVoice:
    """``StreamingVoice`` over a model that other calls speak with too, one sentence at a time.

    It has one speaking rate. ``seed``: see the settings.
    """

    def __init__(
        self, model: PocketModel, state: State, tokens: int, seed: int | None, live: bool
    ) -> None:
        self._model = model
        self._state = state
        self._tokens = tokens
        self._seed = seed
        self._pace = Pace()
        self._closed = False
        self._worker = Worker("pocket") if live else None

    @property
    def sample_rate(self) -> int:
        """Rate of the audio, Hz."""
        return self._model.sample_rate

    def begin(self, rate: float = 1.0) -> PocketSynthesis:
        """A new utterance; sentences of several are synthesized in the order they were begun."""
        live = self._worker is not None
        return PocketSynthesis(self.sample_rate, self._pace, self._speak, self._start, live)

    def close(self) -> None:
        """Stop what is being said, and the thread; the model stays for other calls."""
        self._closed = True
        if self._worker is not None:
            self._worker.close()

    def _start(self, sentence: Sentence) -> None:
        if self._worker is None:
            sentence.run()
        else:
            self._worker.give(sentence.run)

    def _speak(self, text: str, stop: threading.Event, take: Callable[[Audio], None]) -> None:
        def taken(piece: Audio) -> None:
            if self._closed:
                stop.set()
            else:
                take(piece)

        self._model.speak(self._state, text, self._tokens, self._seed, stop, taken)


def pocket_voice(terms: VoiceTerms) -> PocketVoice:
    """For one call. Raises ``SpeechError``: a package, weights, a voice or a language is missing.

    A name is that of a cloned voice, else of one of pocket-tts's own. A sample is cloned, once:
    what came of it is kept by its content.
    """
    settings = terms.engines.pocket_tts
    model = opened(terms.language, settings)
    if terms.sample is not None:
        state = sample_state(model, terms.sample)
    elif terms.name is not None:
        state = named_state(model, terms.name, VoiceStore())
    elif model.ready:
        state = model.own(own_voice(terms.language))
    else:
        raise SpeechError(
            "a model of one's own has no voice: name a cloned one in the policy's voice, or a "
            "sample to clone"
        )
    seed = settings.seed if settings.seed is not None or terms.live else 0
    return PocketVoice(model, state, settings.tokens, seed, terms.live)


def named_state(model: PocketModel, name: str, store: VoiceStore) -> State:
    """A cloned voice for this model, made from its sample where it has none yet; else its own."""
    voice = store.find(name)
    if voice is None:
        return _own(model, name)
    file = voice.folder / f"{model.key}.safetensors"
    if not file.is_file():
        _save(model, model.state_of(at_rate(voice.sample(), model.sample_rate)), file)
    return model.load(file)


def sample_state(model: PocketModel, path: Path) -> State:
    """The voice in a recording; from the cache where this very recording was cloned before."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise SpeechError(f"{path}: {error.strerror or error}") from None
    file = home() / "cache" / "pocket" / f"{digest[:32]}-{model.key}.safetensors"
    if not file.is_file():
        sample = accepted(path)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _save(model, model.state_of(at_rate(sample.audio, model.sample_rate)), file)
    return model.load(file)


def accepted(path: Path) -> Sample:
    """A recording that will do. Raises ``SpeechError`` with the first thing that speaks against."""
    sample = read_sample(path)
    findings = sample.measures.findings()
    if findings:
        raise SpeechError(f"{path}: {findings[0]}")
    return sample


def at_rate(audio: Audio, rate_hz: int) -> Audio:
    """Audio at ``SAMPLE_RATE`` at another rate."""
    if rate_hz == SAMPLE_RATE:
        return audio
    out: Audio = soxr.resample(audio, SAMPLE_RATE, rate_hz, quality="HQ").astype(np.float32)
    return out


@lru_cache(maxsize=4)
def _own(model: PocketModel, name: str) -> State:
    return model.own(name)


def _save(model: PocketModel, state: State, file: Path) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        model.save(state, part)
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
