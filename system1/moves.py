"""What a reflex may propose: an act, or a judgement that changes the scene without one.

A reflex looks at the scene and returns moves to make now, or the time at which it wants to look
again, or nothing. It changes nothing itself: ``system1.commit`` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.timing import Ending
from system1.acts import Because, Kind
from system1.consultation import Matter
from system1.questions import Question


@dataclass(frozen=True, slots=True)
class Speak:
    """Begin an utterance. ``think``: it begins the reply of this think.

    ``ladder``: it is a rung of the ``noinput``, ``nomatch`` or ``hold`` ladder, which climbs.
    ``once``: the rule behind it, which is not to hold again. ``asks``: the question in it.
    """

    kind: Kind
    text: str
    because: Because
    more: bool = False
    interruptible: bool = True
    then: Ending | None = None
    to: str | None = None
    think: int | None = None
    ladder: str | None = None
    once: str | None = None
    asks: Question | None = None


@dataclass(frozen=True, slots=True)
class Backchannel:
    """Say a word into the caller's turn without taking the floor, at ``gain_db``."""

    text: str
    gain_db: float
    because: Because


@dataclass(frozen=True, slots=True)
class Hush:
    """Take back a backchannel that has not become audible."""

    because: Because


@dataclass(frozen=True, slots=True)
class Extend:
    """Add to the reply under way."""

    text: str
    more: bool
    because: Because


@dataclass(frozen=True, slots=True)
class Lower:
    """Duck while undecided."""

    because: Because


@dataclass(frozen=True, slots=True)
class Lift:
    """Back to full level: what the agent ducked for was nothing."""

    because: Because


@dataclass(frozen=True, slots=True)
class Yield:
    """RELEASE: the caller interrupts; stop, and keep the unsaid rest for a false alarm, unless it
    is ``for_good``."""

    because: Because
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back an utterance that was begun too soon, audible or not; the answer is kept."""

    because: Because


@dataclass(frozen=True, slots=True)
class Disregard:
    """KEEP: this speech wants no answer (a backchannel, a cough); its words are dropped."""

    because: Because


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """The caller's turn is over."""

    because: Because


@dataclass(frozen=True, slots=True)
class Reopen:
    """The caller goes on with the turn that was taken; an answer that may still fit is kept."""

    because: Because


@dataclass(frozen=True, slots=True)
class AskMind:
    """Give the turn taken to System 2."""

    because: Because


@dataclass(frozen=True, slots=True)
class ThinkAhead:
    """Give the turn under way to System 2, although the caller may go on with it."""

    because: Because


@dataclass(frozen=True, slots=True)
class DropAhead:
    """What was thought of ahead does not fit the turn any more."""

    because: Because


@dataclass(frozen=True, slots=True)
class Report:
    """Give what has come in to System 2, to be told of the agent's own accord."""

    because: Because


@dataclass(frozen=True, slots=True)
class Answered:
    """The turn taken needs nothing more, or System 2 had no answer to it.

    ``said``: since a line, begun next, answers it.
    """

    because: Because
    said: bool = False


@dataclass(frozen=True, slots=True)
class TakeUp:
    """The kept answer fits the turn as it has become: no need to think again."""

    because: Because


@dataclass(frozen=True, slots=True)
class Attend:
    """Tell the ears what kind of answer comes next."""

    question: Question | None
    because: Because


@dataclass(frozen=True, slots=True)
class Challenged:
    """Ask whether a person is speaking, instead of answering the turn taken, which is held."""

    text: str
    because: Because


@dataclass(frozen=True, slots=True)
class Reassured:
    """A person is speaking; ``instead``: the held turn is to be answered now, not this one."""

    instead: str | None
    because: Because


@dataclass(frozen=True, slots=True)
class AskAdviser:
    """Ask the adviser. ``since`` as in ``Moment``; ``words``: asked about, unmasked."""

    about: Matter
    since: float
    words: str
    because: Because


@dataclass(frozen=True, slots=True)
class Heed:
    """Put on record that the answer to ``consult`` changes when the floor is taken."""

    consult: int
    because: Because


@dataclass(frozen=True, slots=True)
class Leave:
    """End the call, or hand it over."""

    do: Ending
    to: str | None
    because: Because
    time_out: bool = False


Move = (
    Speak
    | Backchannel
    | Hush
    | Extend
    | Lower
    | Lift
    | Yield
    | Withdraw
    | Disregard
    | TakeTurn
    | Reopen
    | AskMind
    | ThinkAhead
    | DropAhead
    | Report
    | Answered
    | TakeUp
    | Attend
    | Challenged
    | Reassured
    | AskAdviser
    | Heed
    | Leave
)


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing now; look again at ``at`` (s) if nothing else happens before."""

    at: float


Proposal = tuple[Move, ...] | Later | None
