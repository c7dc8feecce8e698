"""What an engine is told when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from speech.vocabulary import Vocabulary


class KyutaiStt(Protocol):
    """Kyutai's speech-to-text; what each setting means is said by the policy's own."""

    @property
    def model(self) -> str:
        """A repository of the Hugging Face hub, or a folder."""
        ...

    @property
    def device(self) -> str:
        """``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``."""
        ...

    @property
    def dtype(self) -> str:
        """``auto``, ``float32``, ``bfloat16`` or ``float16``."""
        ...

    @property
    def slots(self) -> int:
        """Calls that share the model."""
        ...

    @property
    def flush_after(self) -> float | None:
        """Quiet (s) after which the last words are brought out early; None: never."""
        ...

    @property
    def flush_pause(self) -> float | None:
        """A probability of the 2 s pause head above which they are, too; None: never."""
        ...

    @property
    def ignore_first_steps(self) -> int:
        """Steps of a call in which the pause heads are not believed."""
        ...


class KyutaiTts(Protocol):
    """Kyutai's text-to-speech, in process."""

    @property
    def model(self) -> str:
        """A repository of the Hugging Face hub, or a folder."""
        ...

    @property
    def voices(self) -> str:
        """Where its voices are: a repository or a folder."""
        ...

    @property
    def voice(self) -> str:
        """The voice where none is named."""
        ...

    @property
    def codebooks(self) -> int:
        """The most levels of the codec that are generated."""
        ...

    @property
    def cfg(self) -> float:
        """How strictly voice and text are followed."""
        ...

    @property
    def temperature(self) -> float:
        """Of sampling; 0: the likeliest."""
        ...

    @property
    def device(self) -> str:
        """What it runs on, or ``auto``."""
        ...

    @property
    def dtype(self) -> str:
        """The numbers it counts in, or ``auto``."""
        ...

    @property
    def slots(self) -> int:
        """Utterances at a time."""
        ...


class Realtime(Protocol):
    """A server of the OpenAI Realtime protocol."""

    @property
    def url(self) -> str:
        """Its base URL."""
        ...

    @property
    def key_env(self) -> str:
        """The environment variable that holds its key."""
        ...

    @property
    def voice(self) -> str | None:
        """A voice as it knows it."""
        ...

    @property
    def dialect(self) -> Literal["current", "beta"]:
        """Which of the protocol's two shapes it speaks."""
        ...


class Moshi(Protocol):
    """Moshi, in process."""

    @property
    def model(self) -> str:
        """A repository of the Hugging Face hub, or a folder."""
        ...

    @property
    def device(self) -> str:
        """What it runs on, or ``auto``."""
        ...

    @property
    def dtype(self) -> str:
        """The numbers it counts in, or ``auto``."""
        ...

    @property
    def slots(self) -> int:
        """Calls that share the model."""
        ...

    @property
    def temperature(self) -> float:
        """Of its sounds; 0: the likeliest."""
        ...

    @property
    def text_temperature(self) -> float:
        """Of its words; 0: the likeliest."""
        ...

    @property
    def pause(self) -> float:
        """Silence (s) after which its answer is over."""
        ...

    @property
    def patience(self) -> float:
        """How long (s) its first word may take."""
        ...

    @property
    def longest(self) -> float:
        """The longest answer (s)."""
        ...


class Engines(Protocol):
    """The settings of every engine, as a policy has them: what this package asks of them."""

    @property
    def kyutai_stt(self) -> KyutaiStt:
        """Kyutai's ears."""
        ...

    @property
    def kyutai_tts(self) -> KyutaiTts:
        """Kyutai's voice."""
        ...

    @property
    def realtime(self) -> Realtime:
        """A server that hears and speaks."""
        ...

    @property
    def moshi(self) -> Moshi:
        """A model in process that hears and speaks."""
        ...


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
