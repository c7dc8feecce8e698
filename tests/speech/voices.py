"""Every voice that there is, for the suite that all of them pass.

A new one is a line in ``VOICES``: how it is opened with what the tests have at hand, and what it
can. What it is opened with must need no network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from policies.engines import Engines
from policies.engines_kyutai_tts import KyutaiTts
from speech.profiles import open_voice
from speech.protocols import StreamingVoice
from speech.terms import VoiceTerms


@dataclass(frozen=True, slots=True)
class VoiceCase:
    """A voice under test. ``open``: from a folder that is the session's own; ``live`` or not.

    ``incremental``: it begins to speak before its text is complete, and takes a text that is cut
    anywhere; others speak each piece of text by itself. ``slots``: utterances at a time, None: any.
    ``needs``: a package without which it is not tested.
    """

    open: Callable[[Path, bool], StreamingVoice]
    incremental: bool
    slots: int | None = None
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


VOICES = {
    "embedded": VoiceCase(_embedded, incremental=False),
    "kyutai": VoiceCase(_kyutai, incremental=True, slots=2, needs="moshi"),
}
