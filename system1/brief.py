"""What System 2 is told: the moment, bounded, as heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from system1.errands import Errand, Outcome, Proposal
from system1.moods import Mood
from system1.plan import Plan
from system1.questions import Question, TaskState


@dataclass(frozen=True, slots=True)
class Turn:
    """One side's words as they were heard, from ``start`` to ``end`` (s)."""

    who: Literal["caller", "agent"]
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything System 2 needs for one reply.

    ``said``: the caller's words to answer now (also the last of ``turns``). ``question``: what
    the agent had asked, if anything. ``task``: the task under way. ``slots``: values of tasks
    done before, name and value. ``turns``: the last turns, oldest first. ``mood``: the gravest of
    the moods that the caller is in, None for none. An agitated caller wants a short and calm
    answer, one sentence at most; a confused one the last answer again, in simpler words; a
    hesitant or hurried one what anyone gets.

    ``known``: what long-term memory knows of this caller, name and value, the most useful first.
    ``noted``: what was noted for it in this call. ``proposed``: the tool that the agent has asked
    leave to use; ``said`` is the caller's answer. ``errands``: those under way. ``news``: outcomes
    that came in since the agent last spoke of them; where ``said`` is empty, they are to be
    reported of the agent's own accord. ``plan``: what the mind said last that it is about.
    ``speculative``: the caller may not have finished; nothing
    that has an effect outside may be done yet.
    """

    said: str
    turns: tuple[Turn, ...] = ()
    question: Question | None = None
    task: TaskState | None = None
    slots: tuple[tuple[str, str], ...] = ()
    mood: Mood | None = None
    known: tuple[tuple[str, str], ...] = ()
    noted: tuple[tuple[str, str], ...] = ()
    proposed: Proposal | None = None
    errands: tuple[Errand, ...] = ()
    news: tuple[Outcome, ...] = ()
    plan: Plan | None = None
    speculative: bool = False
