"""Every voice that there is, for the suite that all of them pass.

A new one is a line in ``VOICES``: how it is opened with what the tests have at hand, and what it
can. What it is opened with must need no network.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policies.engines.kyutai_tts import KyutaiTts
from policies.engines.moshi_server import MoshiServer
from policies.engines.openai import OpenAIAudio
from policies.engines.pocket import PocketTts
from policies.engines.settings import Engines
from speech.audiofile import write_wav
from speech.profiles import open_voice
from speech.protocols import SAMPLE_RATE, StreamingVoice
from speech.terms import VoiceTerms
from tests.speech.moshi_server.double import Double as MoshiDouble
from tests.speech.moshi_server.double import double as moshi_double
from tests.speech.openai_audio.double import Double as OpenAIDouble
from tests.speech.openai_audio.double import double as openai_double


@dataclass(frozen=True, slots=True)
class VoiceCase:
    """A voice under test. ``open``: from a folder that is the session's own; ``live`` or not.

    ``incremental``: it begins to speak before its text is complete, and takes a text that is cut
    anywhere; others speak each piece of text by itself. ``slots``: utterances at a time, None: any.
    ``whole``: in virtual time it speaks only once its text has ended. ``needs``: a package without
    which it is not tested.
    """

    open: Callable[[Path, bool], StreamingVoice]
    incremental: bool
    slots: int | None = None
    whole: bool = False
    needs: str | None = None


def _terms(live: bool, engines: Engines | None = None) -> VoiceTerms:
    return VoiceTerms("en", None, None, 170, 50, live, engines or Engines())


def _embedded(folder: Path, live: bool) -> StreamingVoice:
    return open_voice("embedded/embedded", _terms(live))


def _kyutai(folder: Path, live: bool) -> StreamingVoice:
    import torch

    from tests.speech.kyutai.tiny_tts import build

    torch.set_num_threads(1)  # a tiny model gains nothing by more, and tests share the machine
    checkpoint = folder / "kyutai"
    if not checkpoint.exists():
        build(checkpoint)
    settings = KyutaiTts(
        model=str(checkpoint),
        voices=str(checkpoint / "voices"),
        voice="anna",
        device="cpu",
        slots=2,
    )
    return open_voice("embedded/kyutai", _terms(live, Engines(kyutai_tts=settings)))


def _pocket(folder: Path, live: bool) -> StreamingVoice:
    from tests.speech.pocket.tiny import reading, write_tiny

    place = folder / "pocket"
    if not place.exists():
        write_tiny(place)
        write_wav(place / "anna.wav", reading(), SAMPLE_RATE)
    settings = PocketTts(model=str(place / "tiny.yaml"), seed=0)
    engines = Engines(pocket_tts=settings)
    terms = VoiceTerms("en", None, place / "anna.wav", 170, 50, live, engines)
    return open_voice("embedded/pocket", terms)


@cache
def _served(double: Callable[[], AbstractContextManager[MoshiDouble | OpenAIDouble]]) -> str:
    """The address of a server that lives as long as the tests."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(double()).url


def _moshi_server(folder: Path, live: bool) -> StreamingVoice:
    settings = MoshiServer(tts=(_served(moshi_double),))
    return open_voice("embedded/moshi-server", _terms(live, Engines(moshi_server=settings)))


def _openai(folder: Path, live: bool) -> StreamingVoice:
    settings = OpenAIAudio(url=_served(openai_double))
    return open_voice("embedded/openai", _terms(live, Engines(openai=settings)))


VOICES = {
    "embedded": VoiceCase(_embedded, incremental=False),
    "kyutai": VoiceCase(_kyutai, incremental=True, slots=2, needs="moshi"),
    "moshi-server": VoiceCase(_moshi_server, incremental=False, whole=True),
    "openai": VoiceCase(_openai, incremental=False),
    "pocket": VoiceCase(_pocket, incremental=False, needs="pocket_tts"),
}
