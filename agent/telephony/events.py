"""What a media stream tells the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.telephony.marks import Mark
from speech.protocols import Audio


@dataclass(frozen=True, slots=True)
class Started:
    """The stream has begun. ``stream``, ``call``: the provider's ids, empty where it tells none.

    ``parameters``: what whoever answered the call sent along.
    """

    stream: str
    call: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sound:
    """The caller's sound, float32 at ``SAMPLE_RATE``; ``lost``: so many of its samples are silence
    in place of what got lost on the way."""

    audio: Audio
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed a key: a digit, ``*``, ``#`` or A to D."""

    digit: str


@dataclass(frozen=True, slots=True)
class Played:
    """The provider has come to a mark. ``heard``: by playing it, not because it was cleared away.

    ``lag``: seconds between sending what the mark stands behind and hearing of it.
    """

    mark: Mark
    lag: float
    heard: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The stream is over. ``stopped``: the provider says so; ``closed``: its connection is;
    ``broken``: too much of what came could not be read; ``format``: its sound is none we know."""

    why: Literal["stopped", "closed", "broken", "format"]


StreamEvent: TypeAlias = Started | Sound | Key | Played | Gone
