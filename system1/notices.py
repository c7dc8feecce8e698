"""What System 1 wants on the record: no act, but worth knowing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from system1.acts import Act, Because


class FloorAction(StrEnum):
    """Raux and Eskenazi (2009), table 1."""

    GRAB = "GRAB"
    RELEASE = "RELEASE"
    WAIT = "WAIT"
    KEEP = "KEEP"


class FloorState(StrEnum):
    """Who has the floor. ``FREE_U``/``FREE_S``: free after the user's / the system's turn."""

    USER = "USER"
    SYSTEM = "SYSTEM"
    FREE_U = "FREE_U"
    FREE_S = "FREE_S"
    BOTH_U = "BOTH_U"
    BOTH_S = "BOTH_S"


@dataclass(frozen=True, slots=True)
class FloorMoved:
    """The floor changed hands by an action of ``by``."""

    at: float
    source: FloorState
    target: FloorState
    action: FloorAction
    by: Literal["caller", "agent"]


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The caller's turn, as System 1 understood it (s)."""

    at: float
    start: float
    end: float
    text: str
    because: Because


@dataclass(frozen=True, slots=True)
class TurnReopened:
    """The caller goes on with a turn that had been taken."""

    at: float
    because: Because


@dataclass(frozen=True, slots=True)
class SpeechDismissed:
    """Something the caller uttered wants no answer: a backchannel, a cough, a noise."""

    at: float
    because: Because


@dataclass(frozen=True, slots=True)
class AdviceHeeded:
    """The answer to ``consult`` decides: without it the floor would be taken now, or not yet."""

    at: float
    consult: int
    because: Because


@dataclass(frozen=True, slots=True)
class AnswerKept:
    """The answer that ``think`` gave to a turn answers it still, though the caller went on."""

    at: float
    think: int
    because: Because


Notice = FloorMoved | TurnEnded | TurnReopened | SpeechDismissed | AdviceHeeded | AnswerKept

Output = Act | Notice
"""What a step of System 1 gives."""
