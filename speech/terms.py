"""What an engine is told when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from speech.vocabulary import Vocabulary


class Engines(Protocol):
    """The settings of every engine, as a policy has them: what this package asks of them."""


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
