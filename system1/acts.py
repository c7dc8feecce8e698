"""What System 1 may do. Every act carries the rule that proposed it and its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from system1.brief import Brief
from system1.consultation import Matter, Moment
from system1.questions import Question


@dataclass(frozen=True, slots=True)
class Because:
    """The rule behind an act, and the evidence in numbers or names."""

    rule: str
    evidence: tuple[tuple[str, float | int | str], ...] = ()


class Kind(StrEnum):
    """What an utterance is for."""

    GREETING = "greeting"
    DISCLOSURE = "disclosure"
    REPLY = "reply"
    FILLER = "filler"
    CHECK_IN = "check_in"
    SOOTHE = "soothe"
    BACKCHANNEL = "backchannel"
    REPAIR = "repair"
    CLARIFY = "clarify"
    FAREWELL = "farewell"


@dataclass(frozen=True, slots=True)
class Say:
    """Speak. ``more``: further text of this utterance follows by ``SayMore``.

    ``gain_db``: level relative to the agent's usual one. ``rate``: speaking rate as a share of the
    agent's usual one, less than 1 for a slower voice.
    """

    utterance: int
    kind: Kind
    text: str
    because: Because
    more: bool = False
    gain_db: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class SayMore:
    """Append to an utterance under way; ``more`` as in ``Say``. ``text`` may be empty."""

    utterance: int
    text: str
    more: bool
    because: Because


@dataclass(frozen=True, slots=True)
class Stop:
    """End an utterance within ``fade_s``; the unsaid rest is dropped."""

    utterance: int
    fade_s: float
    because: Because


@dataclass(frozen=True, slots=True)
class Duck:
    """Lower an utterance to ``gain_db`` while it is undecided whether to stop."""

    utterance: int
    gain_db: float
    because: Because


@dataclass(frozen=True, slots=True)
class Resume:
    """Back to full level: it was no interruption."""

    utterance: int
    because: Because


@dataclass(frozen=True, slots=True)
class Think:
    """Ask System 2."""

    think: int
    brief: Brief
    speculative: bool
    because: Because


@dataclass(frozen=True, slots=True)
class Abandon:
    """System 2's work on ``think`` is no longer wanted."""

    think: int
    because: Because


@dataclass(frozen=True, slots=True)
class Consult:
    """Ask the adviser; whether it answers, and when, nothing waits for.

    It replaces an earlier question about the same matter that is still open.
    """

    consult: int
    about: Matter
    moment: Moment
    because: Because


@dataclass(frozen=True, slots=True)
class Listen:
    """Tell the ears what kind of answer comes next; None for anything."""

    question: Question | None
    because: Because


@dataclass(frozen=True, slots=True)
class Summary:
    """A call for whoever takes it over. What the policy masks is masked.

    ``who``: the caller's name where it is known. ``asked``: in the caller's words. ``slots``: name
    and value. ``last``: who said what, oldest first. ``text``: all of it to read, in the policy's
    language.
    """

    who: str | None
    asked: str
    slots: tuple[tuple[str, str], ...]
    mood: str
    why: str
    last: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the call to the policy's transfer target ``to``; ends the agent's part.

    ``summary``: what whoever takes it over is told.
    """

    to: str
    because: Because
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. ``time_out``: because a limit of the policy was reached."""

    because: Because
    time_out: bool = False


@dataclass(frozen=True, slots=True)
class SendDtmf:
    """Send key tones."""

    digits: str
    because: Because


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send a ``Tick`` at ``at`` (s), replacing the timer set before; None clears it."""

    at: float | None


Act = (
    Say
    | SayMore
    | Stop
    | Duck
    | Resume
    | Think
    | Abandon
    | Consult
    | Listen
    | Transfer
    | HangUp
    | SendDtmf
    | SetTimer
)
