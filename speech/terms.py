"""What an engine is told when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from speech.vocabulary import Vocabulary


class InProcess(Protocol):
    """A model of this process, which several calls share."""

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


class KyutaiStt(InProcess, Protocol):
    """Kyutai's speech-to-text; what each setting means is said by the policy's own."""

    @property
    def model(self) -> str:
        """A repository of the Hugging Face hub, or a folder."""
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


class KyutaiTts(InProcess, Protocol):
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


class Moshi(InProcess, Protocol):
    """Moshi, in process."""

    @property
    def model(self) -> str:
        """A repository of the Hugging Face hub, or a folder."""
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


class SherpaTimes(Protocol):
    """The times that the ears ``sherpa`` decode with."""

    @property
    def stable(self) -> float:
        """How long a word that another follows must have been the same, s."""
        ...

    @property
    def flush(self) -> float:
        """Silence given to the model at the end of a stretch, s."""
        ...

    @property
    def behind(self) -> float:
        """How far a live call's decoding may fall behind, s."""
        ...


class Sherpa(SherpaTimes, Protocol):
    """Of the ears ``sherpa``: see ``policies.engines.sherpa``, which has their bounds."""

    @property
    def model(self) -> str:
        """A name of the catalogue's, or a folder."""
        ...

    @property
    def threads(self) -> int:
        """Threads of one decoding step."""
        ...

    @property
    def paths(self) -> int:
        """Hypotheses that are kept."""
        ...

    @property
    def boost(self) -> float:
        """How much more likely the policy's own phrases are made."""
        ...

    @property
    def before(self) -> float:
        """Audio before an onset that is decoded with it, s."""
        ...

    @property
    def quiet(self) -> float:
        """Silence after which a stretch is final, s."""
        ...


class PocketTts(Protocol):
    """Of the voice ``pocket``: see ``policies.engines.pocket``, which has their bounds."""

    @property
    def model(self) -> str | None:
        """A name of pocket-tts's, or a YAML file; None: by the language."""
        ...

    @property
    def quantize(self) -> bool:
        """Weights of eight bits."""
        ...

    @property
    def temperature(self) -> float | None:
        """None: what the model recommends."""
        ...

    @property
    def tokens(self) -> int:
        """The most that is synthesized in one go."""
        ...

    @property
    def seed(self) -> int | None:
        """Of each sentence; None: 0 in virtual time, anywhere live."""
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

    @property
    def moshi_server(self) -> MoshiServer: ...

    @property
    def openai(self) -> OpenAIAudio: ...

    @property
    def pocket_tts(self) -> PocketTts:
        """Of the voice ``pocket``."""
        ...

    @property
    def sherpa(self) -> Sherpa:
        """Of the ears ``sherpa``."""
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
