"""What System 2 may say while it thinks. Each arrives in a ``Thought`` percept with its time."""

from __future__ import annotations

from dataclasses import dataclass

from policies.timing import Ending
from system1.errands import Errand, Proposal
from system1.plan import Plan
from system1.questions import Question, TaskState


@dataclass(frozen=True, slots=True)
class Sentence:
    """A speakable piece of the reply. ``cites``: ids of knowledge or tools it rests on."""

    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clarify:
    """A question back, because System 2 is not sure what was meant."""

    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that the reply ends with; None when it ends with none."""

    question: Question | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The task as it stands once this reply is said; None when no task is under way."""

    task: TaskState | None


@dataclass(frozen=True, slots=True)
class Advice:
    """Ends the call or hands it over once the reply is said; System 1 may refuse by rule."""

    do: Ending
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the caller that is worth knowing in the next call."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Propose:
    """The reply asks leave to use a tool that has side effects."""

    proposal: Proposal


@dataclass(frozen=True, slots=True)
class SetOut:
    """A long errand has been begun; its outcome will come as a percept."""

    errand: Errand


@dataclass(frozen=True, slots=True)
class Planned:
    """What the mind is about once this reply is said; None: nothing any more."""

    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Unready:
    """The answer would have an effect outside, and the caller may not have finished: think again
    once the turn is over."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Nothing in the policy fits these words: System 1's nomatch ladder speaks."""

    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The reply is complete. ``calls``: requests made of a model; 0 where none was needed.

    ``counted``: the tokens are its server's own count, else they are estimated.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The mind is down; what it said so far stands. The tokens are those spent all the same."""

    error: str
    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0


ThoughtContent = (
    Sentence
    | Clarify
    | Asked
    | Progress
    | Advice
    | Note
    | Propose
    | SetOut
    | Planned
    | Unready
    | NotUnderstood
    | Done
    | Failed
)
