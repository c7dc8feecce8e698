"""What an engine is told when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from speech.vocabulary import Vocabulary


class Retrying(Protocol):
    """How a server that fails is tried again: ``backoff`` (s) doubles from try to try."""

    @property
    def retries(self) -> int: ...
    @property
    def backoff(self) -> float: ...


class MoshiServer(Retrying, Protocol):
    """Servers of Kyutai's speech models; all times in s."""

    @property
    def stt(self) -> tuple[str, ...]: ...
    @property
    def tts(self) -> tuple[str, ...]: ...
    @property
    def key_env(self) -> str: ...
    @property
    def voice(self) -> str | None: ...
    @property
    def embedding(self) -> str | None: ...
    @property
    def connect(self) -> float: ...
    @property
    def answer(self) -> float: ...
    @property
    def keep(self) -> float: ...
    @property
    def prefix(self) -> float: ...
    @property
    def delay(self) -> float: ...
    @property
    def heads(self) -> bool: ...
    @property
    def quiet(self) -> float: ...


class OpenAIAudio(Retrying, Protocol):
    """An OpenAI-compatible server; all times in s."""

    @property
    def url(self) -> str: ...
    @property
    def key_env(self) -> str: ...
    @property
    def speech_model(self) -> str: ...
    @property
    def transcription_model(self) -> str: ...
    @property
    def realtime_model(self) -> str: ...
    @property
    def voice(self) -> str | None: ...
    @property
    def instructions(self) -> str | None: ...
    @property
    def stream(self) -> str: ...
    @property
    def word_times(self) -> bool: ...
    @property
    def prompt(self) -> bool: ...
    @property
    def connect(self) -> float: ...
    @property
    def answer(self) -> float: ...
    @property
    def quiet(self) -> float: ...
    @property
    def longest(self) -> float: ...


class Engines(Protocol):
    """The settings of every engine, as a policy has them: what this package asks of them."""

    @property
    def moshi_server(self) -> MoshiServer: ...
    @property
    def openai(self) -> OpenAIAudio: ...


@dataclass(frozen=True, slots=True)
class EarTerms:
    """For ears. ``language``: BCP 47. ``live``: frames come in real time, so nothing may wait."""

    vocabulary: Vocabulary
    language: str
    live: bool
    engines: Engines


@dataclass(frozen=True, slots=True)
class VoiceTerms:
    """For a voice.

    ``name``: a voice of the engine's, None for the language's own. ``sample``: a recording to clone
    it from, where the engine can. ``rate``: words a minute; ``pitch``: 0 to 99. ``live``: see
    ``EarTerms``.
    """

    language: str
    name: str | None
    sample: Path | None
    rate: int
    pitch: int
    live: bool
    engines: Engines
