"""What a client's messages come to, for the call: the session says, whoever holds the call does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from agent.realtime.settings import Settings
from speech.protocols import Audio


@dataclass(frozen=True, slots=True)
class Begin:
    """Open the call, with these settings: they hold from its first sound to its last."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class CallerAudio:
    """The next of the caller's sound, float32 at 24 kHz."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class DropAudio:
    """Sound of the caller's that has not been heard yet is not to be."""


@dataclass(frozen=True, slots=True)
class TypedTurn:
    """The caller wrote this."""

    text: str


@dataclass(frozen=True, slots=True)
class GiveTurn:
    """The caller's turn is over."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The caller wants to hear no more of what is being said."""


@dataclass(frozen=True, slots=True)
class Truncate:
    """Of an utterance the caller heard so many characters."""

    utterance: int
    chars: int


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """What a function of the client's gave."""

    call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class PressKey:
    """The caller pressed a key of the telephone."""

    digit: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller leaves."""


Command: TypeAlias = (
    Begin
    | CallerAudio
    | DropAudio
    | TypedTurn
    | GiveTurn
    | Cancel
    | Truncate
    | FunctionResult
    | PressKey
    | HangUp
)
