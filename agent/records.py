"""The records of a call's journal: one line of ``events.jsonl`` each.

Every record carries ``at``, seconds on the audio clock. What a mind or a mouth was told is not
here, what was decided and what was really heard is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from system1.acts import Because, Kind, Summary
from system1.notices import FloorAction, FloorState
from system1.percepts import Percept

Outcome: TypeAlias = Literal["caller_hung_up", "agent_hung_up", "transferred", "time_out", "error"]


@dataclass(frozen=True, slots=True)
class CallOpened:
    """``call_started``: which policy, scenario and speech profile; ``model``: System 2's name.

    ``local``: the date and time of the call's start where the policy's hours are counted.
    """

    at: float
    policy: str
    scenario: str | None
    profile: str
    model: str
    language: str
    local: str | None = None


@dataclass(frozen=True, slots=True)
class PerceptSeen:
    """``percept``: something that System 1 was given."""

    at: float
    percept: Percept


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """``caller_turn``: the caller's turn as System 1 took it."""

    at: float
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class FloorChange:
    """``floor``: it changed hands."""

    at: float
    source: FloorState
    target: FloorState
    action: FloorAction
    by: Literal["caller", "agent"]


@dataclass(frozen=True, slots=True)
class Utterance:
    """``utterance``: written when it ends. ``start``/``end``: first and last audible sample.

    ``text`` was to be said, ``heard`` was played; ``cut``: stopped before its end.
    """

    at: float
    id: int
    kind: Kind
    text: str
    start: float
    end: float
    heard: str
    cut: bool
    because: Because


@dataclass(frozen=True, slots=True)
class ThinkDone:
    """``think``: written when it ends. Times in s on the audio clock.

    ``outcome``: ``answered``, ``not_understood``, ``abandoned`` or ``failed``. ``brief_tokens``:
    about how many tokens the turns in its brief have; ``history_tokens``: those that the whole
    call so far would have had, counted the same way. ``calls``: requests made of a model.
    ``speculative``: begun before the turn was over; such a think that is ``abandoned`` was for
    nothing.
    """

    at: float
    id: int
    speculative: bool
    brief_tokens: int
    started: float
    first_text: float | None
    done: float | None
    tokens_in: int
    tokens_out: int
    outcome: str
    cites: tuple[str, ...] = ()
    history_tokens: int = 0
    calls: int = 0


Mishap: TypeAlias = Literal["refused", "failed", "late", "cancelled"]


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """``tool``: a tool was used, or was to be. ``id`` counts the errands; 0: it was never begun.

    ``started``, ``done``, ``took``: s. ``bytes``: length of its answer; what it was given and what
    it said is not here. ``background``: the call went on without it. ``why``, where it is not
    ``ok``: refused before it was begun, failed, late, or cancelled because nobody wanted it any
    more.
    """

    at: float
    id: int
    tool: str
    started: float
    done: float
    ok: bool
    took: float
    bytes: int
    background: bool
    why: Mishap | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """``decision``: an act of System 1. ``do``: say, stop, duck, resume, think, abandon, ...

    ``to``: the utterance's or the think's id, a transfer target, or None. ``text`` and ``kind``
    are those of something said, and so is ``rate``: its speaking rate where it is not the usual
    one, as a share of that. ``summary``: what a human who takes the call over is told.
    """

    at: float
    do: str
    to: int | str | None
    because: Because
    text: str | None = None
    kind: Kind | None = None
    rate: float | None = None
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """``memory``: long-term memory was read or written."""

    at: float
    op: str
    detail: str


@dataclass(frozen=True, slots=True)
class EchoMeasured:
    """``echo``: by how many dB the agent's echo was taken down, where a policy has it taken out."""

    at: float
    loss_db: float


@dataclass(frozen=True, slots=True)
class ListenerUsed:
    """``listener``: how often it was asked in a call, and what came of it: ``asked`` = ``told`` +
    ``late`` + ``failed``, but for a question that the call's end left open."""

    at: float
    asked: int
    told: int
    late: int
    failed: int


@dataclass(frozen=True, slots=True)
class CallEnded:
    """``call_ended``: how, by whom (``caller``, ``agent`` or ``system``), after how many s."""

    at: float
    outcome: Outcome
    by: str
    duration: float
    to: str | None = None


Record: TypeAlias = (
    CallOpened
    | PerceptSeen
    | CallerTurn
    | FloorChange
    | Utterance
    | ThinkDone
    | ErrandDone
    | Decision
    | Remembered
    | EchoMeasured
    | ListenerUsed
    | CallEnded
)
