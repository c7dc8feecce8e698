"""A speech-to-speech engine in a call: what it hears, what it is told, and what plays its sound."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date

from agent.records import PerceptSeen, Record, Utterance
from agent.speaking_mind import SpeakingMind
from agent.thinking import OwnPace
from policies.policy import Policy
from speech.duplex.engine import Engine
from speech.duplex.spoken import Spoken
from speech.duplex.voice import SpokenVoice
from speech.protocols import Audio, StreamingVoice
from system1.acts import Kind
from system1.language import language_of
from system1.percepts import SpeechStarted, SpeechStopped
from system2.errors import ModelError
from system2.models import open_second
from system2.prompt import Prompt

_OWN = "https://api.openai.com/"


class Duplex:
    """One call's engine, and the mind over it."""

    def __init__(self, engine: Engine, spoken: Spoken, mind: SpeakingMind, live: bool) -> None:
        self.mind = mind
        self._engine = engine
        self._spoken = spoken
        self._live = live

    @property
    def pace(self) -> OwnPace | None:
        """The engine's own, if it has one."""
        return self.mind if self._engine.own_pace else None

    def voice(self, ordinary: StreamingVoice) -> StreamingVoice:
        """The call's voice: the engine's where it has spoken, else the ordinary one."""
        return SpokenVoice(self._spoken, ordinary)

    def begin(self) -> None:
        """The call has begun."""
        if self._live:
            self._engine.begin()

    def hear(self, block: Audio) -> None:
        """The next of the caller's sound."""
        self._engine.hear(block)

    def note(self, record: Record) -> None:
        """What the engine has to know of the call beside its sound."""
        match record:
            case PerceptSeen(percept=SpeechStarted()):
                self._engine.speaks()
            case PerceptSeen(percept=SpeechStopped()):
                self._engine.stops()
            case Utterance(kind=kind, text=text, heard=heard):
                own = kind is Kind.BACKCHANNEL or self._spoken.find(text) is not None
                if not own and heard.strip():
                    self._engine.says(heard.strip())
            case _:
                pass


def open_duplex(
    name: str,
    policy: Policy,
    *,
    today: date,
    live: bool,
    environ: Mapping[str, str] = os.environ,
) -> Duplex:
    """The engine called ``name``. ``ModelError`` or ``SpeechError`` in one line."""
    kind, _, which = name.partition(":")
    spoken = Spoken()
    if kind == "realtime" and which:
        engine = _realtime(which, policy, today, environ)
    elif kind == "moshi":
        from speech.kyutai.moshi_engine import moshi_engine

        engine = moshi_engine(policy.engines.moshi, which or None, policy.language, live)
    else:
        raise ModelError(f"model {name!r}: name the server's model, as in realtime:gpt-realtime")
    second = open_second(policy, today=today, environ=environ)
    mind = SpeakingMind(policy, engine, spoken, second, today=today)
    return Duplex(engine, spoken, mind, live)


def _realtime(model: str, policy: Policy, today: date, environ: Mapping[str, str]) -> Engine:
    from speech.realtime.link import need_websockets
    from speech.realtime.session import Limits, Session

    name, terms, bounds = f"realtime:{model}", policy.engines.realtime, policy.model
    if policy.privacy.mask:
        raise ModelError(f"model {name!r} sends sound, which privacy.mask cannot mask")
    key = environ.get(terms.key_env)
    if not key and terms.url.startswith(_OWN):
        raise ModelError(
            f"model {name!r} needs a key in {terms.key_env}, or engines.realtime.url of its own"
        )
    need_websockets()
    limits = Limits(bounds.connect, bounds.first_token, bounds.next_token, bounds.total)
    prompt = Prompt(policy, language_of(policy.language), today, speaks=True)
    return Session(terms, model, key, prompt.prefix, limits)
