"""Which ears and voices there are, by the name that a policy or the command line gives.

A profile is a name for a pair of them; ``EARS/VOICE`` is any other pair, such as
``embedded+smart-turn/embedded``. What an engine needs is imported when it is opened, so naming one
costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NoReturn, TypeVar

from speech.errors import SpeechError
from speech.protocols import Ears, StreamingVoice
from speech.terms import EarTerms, VoiceTerms

_T = TypeVar("_T")


def _embedded_ears(terms: EarTerms) -> Ears:
    from speech.embedded.ears import embedded_ears

    return embedded_ears(terms.vocabulary, terms.language, live=terms.live)


def _embedded_ears_with_smart_turn(terms: EarTerms) -> Ears:
    from speech.embedded.ears import embedded_ears
    from speech.meters.completion import CompletionMeter
    from speech.meters.smart_turn import SmartTurn

    completion = CompletionMeter(SmartTurn(), "smart_turn")
    return embedded_ears(terms.vocabulary, terms.language, completion, terms.live)


def _warm_embedded_ears(terms: EarTerms) -> None:
    from speech.embedded.ears import warm_embedded_ears

    warm_embedded_ears(terms.vocabulary, terms.language)


def _warm_embedded_ears_with_smart_turn(terms: EarTerms) -> None:
    from speech.meters.smart_turn import SmartTurn

    SmartTurn()
    _warm_embedded_ears(terms)


def _kyutai_ears(terms: EarTerms) -> Ears:
    from speech.kyutai.ears import kyutai_ears

    return kyutai_ears(terms)


def _sherpa_ears(terms: EarTerms) -> Ears:
    from speech.ears import MeteredEars
    from speech.sherpa.recogniser import sherpa_recogniser

    return MeteredEars(sherpa_recogniser(terms))


def _embedded_voice(terms: VoiceTerms) -> StreamingVoice:
    from speech.embedded.espeak import EspeakVoice, UnknownVoice
    from speech.playback.sentencewise import Sentencewise

    # A sentence takes it milliseconds, so a live call as well has it spoken when it is due.
    if terms.name is not None:
        return Sentencewise(EspeakVoice(terms.name, terms.rate, terms.pitch))
    for candidate in _espeak_names(terms.language):
        try:
            return Sentencewise(EspeakVoice(candidate, terms.rate, terms.pitch))
        except UnknownVoice:
            continue
    raise SpeechError(f"espeak-ng does not speak {terms.language!r}: name a voice that it has")


def _kyutai_voice(terms: VoiceTerms) -> StreamingVoice:
    from speech.kyutai.tts_model import kyutai_voice

    return kyutai_voice(terms)


def _moshi_server_ears(terms: EarTerms) -> Ears:
    from speech.moshi_server.opening import moshi_server_ears

    return moshi_server_ears(terms)


def _moshi_server_voice(terms: VoiceTerms) -> StreamingVoice:
    from speech.moshi_server.opening import moshi_server_voice

    return moshi_server_voice(terms)


def _openai_ears(terms: EarTerms) -> Ears:
    from speech.openai_audio.opening import openai_ears

    return openai_ears(terms)


def _realtime_ears(terms: EarTerms) -> Ears:
    from speech.openai_audio.opening import realtime_ears

    return realtime_ears(terms)


def _openai_voice(terms: VoiceTerms) -> StreamingVoice:
    from speech.openai_audio.opening import openai_voice

    return openai_voice(terms)


def _pocket_voice(terms: VoiceTerms) -> StreamingVoice:
    from speech.pocket.voice import pocket_voice

    return pocket_voice(terms)


def _espeak_names(language: str) -> tuple[str, ...]:
    """What espeak-ng may call a language: its own names first, then with and without a region."""
    lower = language.lower()
    own = {"en": "en-us", "en-gb": "en", "zh": "cmn", "zh-cn": "cmn", "zh-sg": "cmn"}
    return (own.get(lower, lower), lower.partition("-")[0])


EARS: Mapping[str, Callable[[EarTerms], Ears]] = MappingProxyType(
    {
        "embedded": _embedded_ears,
        "embedded+smart-turn": _embedded_ears_with_smart_turn,
        "kyutai": _kyutai_ears,
        "moshi-server": _moshi_server_ears,
        "openai": _openai_ears,
        "openai-realtime": _realtime_ears,
        "sherpa": _sherpa_ears,
    }
)

_WARMERS: Mapping[str, Callable[[EarTerms], None]] = MappingProxyType(
    {
        "embedded": _warm_embedded_ears,
        "embedded+smart-turn": _warm_embedded_ears_with_smart_turn,
    }
)
"""How ears are made ready before the call that they are for."""

VOICES: Mapping[str, Callable[[VoiceTerms], StreamingVoice]] = MappingProxyType(
    {
        "embedded": _embedded_voice,
        "kyutai": _kyutai_voice,
        "moshi-server": _moshi_server_voice,
        "openai": _openai_voice,
        "pocket": _pocket_voice,
    }
)

PROFILES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "embedded": ("embedded", "embedded"),
        "embedded+smart-turn": ("embedded+smart-turn", "embedded"),
        "kyutai-server": ("moshi-server", "moshi-server"),
        "openai": ("openai", "openai"),
        "kyutai": ("kyutai", "kyutai"),
        "local": ("sherpa", "pocket"),
    }
)


BATCHING: frozenset[str] = frozenset({"kyutai", "pocket", "sherpa"})
"""Ears and voices whose weights, or the device that they are on, all calls share in one process."""


def batches(profile: str) -> bool:
    """Whether calls must share one process with the profile's models. Raises ``SpeechError``."""
    return not BATCHING.isdisjoint(parts(profile))


def is_embedded(profile: str) -> bool:
    """Whether its ears and voice ask nobody and share nothing. Raises ``SpeechError``."""
    return all(one.partition("+")[0] == "embedded" for one in parts(profile))


def parts(profile: str) -> tuple[str, str]:
    """The names of a profile's ears and voice. Raises ``SpeechError``."""
    if profile in PROFILES:
        return PROFILES[profile]
    ears, slash, voice = profile.partition("/")
    if not slash:
        _unknown("speech profile", profile, PROFILES)
    _found(EARS, "ears", ears)
    _found(VOICES, "voice", voice)
    return ears, voice


def open_ears(profile: str, terms: EarTerms) -> Ears:
    """The profile's ears for one call. Raises ``SpeechError``."""
    return _found(EARS, "ears", parts(profile)[0])(terms)


def warm_ears(profile: str, terms: EarTerms) -> None:
    """Make the next ears with these terms ready ahead: ``open_ears`` then takes no time.

    For a process that forks another for each call, which calls this before. Once they have been
    taken, here or there, the next are made by another call; while they have not, it does nothing,
    and so for profiles whose ears have nothing that could be made ahead. Raises ``SpeechError``.
    """
    ears = parts(profile)[0]
    _found(EARS, "ears", ears)
    if (warm := _WARMERS.get(ears)) is not None:
        warm(terms)


def open_voice(profile: str, terms: VoiceTerms) -> StreamingVoice:
    """The profile's voice. Raises ``SpeechError``."""
    return _found(VOICES, "voice", parts(profile)[1])(terms)


def _found(there_are: Mapping[str, _T], what: str, name: str) -> _T:
    found = there_are.get(name)
    if found is None:
        _unknown(what, name, there_are)
    return found


def _unknown(what: str, name: str, there_are: Mapping[str, object]) -> NoReturn:
    raise SpeechError(f"no {what} {name!r}; there are: {', '.join(sorted(there_are))}")
