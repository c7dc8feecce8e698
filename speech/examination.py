"""Are a profile's parts there, and how fast are they on this machine?

Each part is opened as a call opens it, and given speech to hear or a sentence to say. Nothing is
downloaded for it, and no server is asked unless that is wanted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, TypeAlias, assert_never

import numpy as np

from speech.errors import SpeechError
from speech.hub import offline
from speech.needs import EARS_NEED, VOICES_NEED, Needs
from speech.profiles import EARS, VOICES
from speech.protocols import SAMPLE_RATE, Audio, Lack, Speech
from speech.terms import EarTerms, VoiceTerms

Kind: TypeAlias = Literal["ears", "voice"]

SENTENCE = "Most faults are fixed within four hours, and we send you a message when it is done."
SENTENCE_ZH = "大多数故障会在四个小时之内修好，修好以后我们会给您发一条短信。"

_HEARD_S = 6.0
_BLOCK = SAMPLE_RATE // 50


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a part needs, and its version here; None: it is not installed."""

    name: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of one part.

    ``trouble``: why it cannot be used here, in one line; None if it can, or was not tried because
    it runs on a server. ``open_s``: how long it took to open, models included; ``factor``: seconds
    of work for a second of sound, at most 1 keeps up with a call; ``first_s``: from the text to a
    voice's first sound. None where nothing was measured.
    """

    kind: Kind
    name: str
    packages: tuple[Package, ...]
    cost: str
    trouble: str | None = None
    open_s: float | None = None
    factor: float | None = None
    first_s: float | None = None

    @property
    def measured(self) -> bool:
        """It was opened and tried."""
        return self.factor is not None


def examined(kind: Kind, name: str, ears: EarTerms, voice: VoiceTerms, servers: bool) -> Examined:
    """Look at one part. ``servers``: ask those of parts that run elsewhere as well."""
    needs = _needs(kind, name)
    packages = tuple(Package(one, _version(one)) for one in needs.packages)
    found = Examined(kind, name, packages, needs.cost)
    missing = [one.name for one in packages if one.version is None]
    if missing:
        extra = f"pip install 'kairos-voice[{needs.extra}]'"
        return replace(found, trouble=f"{', '.join(missing)} not installed: {extra}")
    if needs.elsewhere and not servers:
        return found
    try:
        with offline():  # gigabytes of weights are no check
            match kind:
                case "ears":
                    return _heard(found, ears)
                case "voice":
                    return _said(found, voice)
                case _:
                    assert_never(kind)
    except SpeechError as error:
        return replace(found, trouble=str(error))


def _needs(kind: Kind, name: str) -> Needs:
    return EARS_NEED[name] if kind == "ears" else VOICES_NEED[name]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _heard(found: Examined, terms: EarTerms) -> Examined:
    began = time.perf_counter()
    ears = EARS[found.name](terms)
    try:
        opened = time.perf_counter()
        audio = _babble()
        for end in range(_BLOCK, audio.size + 1, _BLOCK):
            ears.hear(audio[end - _BLOCK : end], end / SAMPLE_RATE)
        done = time.perf_counter()
    finally:
        ears.close()
    return replace(found, open_s=opened - began, factor=(done - opened) / _HEARD_S)


def _said(found: Examined, terms: VoiceTerms) -> Examined:
    began = time.perf_counter()
    voice = VOICES[found.name](terms)
    try:
        opened = time.perf_counter()
        synthesis = voice.begin()
        synthesis.add(SENTENCE_ZH if terms.language.startswith("zh") else SENTENCE)
        synthesis.end()
        samples, first_s = 0, None
        while isinstance(given := synthesis.next(), Speech):
            samples += given.audio.size
            if first_s is None:
                first_s = time.perf_counter() - opened
        done = time.perf_counter()
        rate = voice.sample_rate
    finally:
        voice.close()
    assert given is Lack.NOTHING, "in virtual time a voice waits for nothing but text"
    if not samples:
        return replace(found, trouble="it gave no sound for a sentence")
    factor = (done - opened) / (samples / rate)
    return replace(found, open_s=opened - began, factor=factor, first_s=first_s)


def _babble() -> Audio:
    """Something like speech: three syllables a second of a buzzing voice, with pauses."""
    time_s = np.arange(round(_HEARD_S * SAMPLE_RATE)) / SAMPLE_RATE
    pitch_hz = 120 + 15 * np.sin(2 * np.pi * 0.7 * time_s)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE
    buzz = sum(np.sin(k * phase) / k for k in range(1, 24))
    syllables = np.clip(np.sin(2 * np.pi * 3 * time_s), 0, None)
    talking = (time_s % 2.0) < 1.4
    return (0.1 * buzz * syllables * talking).astype(np.float32)
