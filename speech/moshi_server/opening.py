"""Ears and voice of moshi-server, opened for one call."""

from __future__ import annotations

import random

from speech.ears import MeteredEars
from speech.moshi_server.hearing import MoshiServerTranscriber
from speech.moshi_server.link import Link
from speech.moshi_server.servers import Servers
from speech.moshi_server.speaking import MoshiServerVoice, read_embedding
from speech.moshi_server.wire import STT_PATH
from speech.terms import EarTerms, VoiceTerms


def moshi_server_ears(terms: EarTerms, lots: random.Random | None = None) -> MeteredEars:
    """Ears for one call. Raises ``SpeechError``. ``lots``: whom to ask first."""
    settings = terms.engines.moshi_server
    servers = Servers("speech recognition", settings.stt, STT_PATH, settings, lots or _lots())
    link = Link(servers, settings, terms.live)
    try:
        return MeteredEars(MoshiServerTranscriber(link, settings))
    except BaseException:
        link.close()
        raise


def moshi_server_voice(terms: VoiceTerms, lots: random.Random | None = None) -> MoshiServerVoice:
    """A voice: the engine's setting, else the policy's name, else the servers' own.

    Raises ``SpeechError``.
    """
    settings = terms.engines.moshi_server
    embedding = None if settings.embedding is None else read_embedding(settings.embedding)
    name = settings.voice or terms.name
    return MoshiServerVoice(settings, name, embedding, terms.live, lots or _lots())


def _lots() -> random.Random:
    """Calls spread over the servers; what a call does in virtual time hangs on none of it."""
    return random.Random()
