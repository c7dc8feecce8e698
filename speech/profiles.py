"""Which ears and voices there are, by the name that a policy or the command line gives.

What a profile needs is imported when it is opened, so naming one costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from speech.errors import SpeechError
from speech.protocols import Ears, Voice
from speech.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of back ends: how to open its ears and its voice."""

    ears: Callable[[Vocabulary, str], Ears]
    """From a vocabulary and a language (BCP 47)."""
    voice: Callable[[str, str | None, int, int], Voice]
    """From a language, a voice's name (None: the language's own), words a minute, pitch 0 to 99."""


def _embedded_ears(vocabulary: Vocabulary, language: str) -> Ears:
    from speech.embedded import EmbeddedEars

    return EmbeddedEars(vocabulary, language)


def _embedded_ears_with_smart_turn(vocabulary: Vocabulary, language: str) -> Ears:
    from speech.completion import CompletionMeter
    from speech.embedded import EmbeddedEars
    from speech.smart_turn import SmartTurn

    return EmbeddedEars(vocabulary, language, CompletionMeter(SmartTurn(), "smart_turn"))


def _embedded_voice(language: str, name: str | None, rate: int, pitch: int) -> Voice:
    from speech.espeak import EspeakVoice, UnknownVoice

    if name is not None:
        return EspeakVoice(name, rate, pitch)
    for candidate in _espeak_names(language):
        try:
            return EspeakVoice(candidate, rate, pitch)
        except UnknownVoice:
            continue
    raise SpeechError(f"espeak-ng does not speak {language!r}: name a voice that it has")


def _espeak_names(language: str) -> tuple[str, ...]:
    """What espeak-ng may call a language: its own names first, then with and without a region."""
    lower = language.lower()
    own = {"en": "en-us", "en-gb": "en", "zh": "cmn", "zh-cn": "cmn", "zh-sg": "cmn"}
    return (own.get(lower, lower), lower.partition("-")[0])


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "embedded": Profile(_embedded_ears, _embedded_voice),
        "embedded+smart-turn": Profile(_embedded_ears_with_smart_turn, _embedded_voice),
    }
)


def open_ears(profile: str, vocabulary: Vocabulary, language: str) -> Ears:
    """The profile's ears for one call. Raises ``SpeechError``."""
    return _profile(profile).ears(vocabulary, language)


def open_voice(profile: str, language: str, name: str | None, rate: int, pitch: int) -> Voice:
    """The profile's voice. Raises ``SpeechError``."""
    return _profile(profile).voice(language, name, rate, pitch)


def _profile(name: str) -> Profile:
    profile = PROFILES.get(name)
    if profile is None:
        _unknown(name)
    return profile


def _unknown(name: str) -> NoReturn:
    raise SpeechError(f"no speech profile {name!r}; there are: {', '.join(sorted(PROFILES))}")
