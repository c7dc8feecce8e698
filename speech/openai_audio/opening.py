"""Ears and voice of an OpenAI-compatible server, opened for one call."""

from __future__ import annotations

from speech.ears import MeteredEars
from speech.openai_audio.realtime import RealtimeTranscriber
from speech.openai_audio.transcribing import OpenAITranscriber
from speech.openai_audio.voice import OpenAIVoice
from speech.protocols import Transcriber
from speech.terms import EarTerms, VoiceTerms


def openai_ears(terms: EarTerms) -> MeteredEars:
    """Ears that send each stretch when it is over. Raises ``SpeechError``."""
    settings = terms.engines.openai
    return _metered(OpenAITranscriber(settings, terms.language, terms.vocabulary, terms.live))


def realtime_ears(terms: EarTerms) -> MeteredEars:
    """Ears over a realtime session. Raises ``SpeechError``."""
    settings = terms.engines.openai
    return _metered(RealtimeTranscriber(settings, terms.language, terms.vocabulary, terms.live))


def openai_voice(terms: VoiceTerms) -> OpenAIVoice:
    """A voice: the engine's setting, else the policy's name. Raises ``SpeechError``."""
    return OpenAIVoice(terms.engines.openai, terms.name, terms.live)


def _metered(transcriber: Transcriber) -> MeteredEars:
    try:
        return MeteredEars(transcriber)
    except BaseException:
        transcriber.close()
        raise
