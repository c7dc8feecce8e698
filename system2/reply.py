"""A reply as the embedded mind composes it, and its thoughts in the order they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from system1.errands import Errand, Proposal
from system1.questions import AnswerKind, Question, TaskState
from system1.thoughts import (
    Advice,
    Asked,
    Clarify,
    Done,
    NotUnderstood,
    Progress,
    Propose,
    Sentence,
    SetOut,
    ThoughtContent,
    Unready,
)
from system2.desk import Json

ABBREVIATION = re.compile(r"(?:^|\s)(?:mr|mrs|ms|dr|st|no|vs|e\.g|i\.e|[A-Z])\.$", re.IGNORECASE)
"""A dot that ends no sentence, at the end of a text."""

_END = re.compile(r"[。！？!?…]+[\"'”’)）」]*\s*|\.[\"'”’)]*(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tool that a reply wants used before it can be said. ``leave``: the caller has agreed."""

    task: str
    tool: str
    arguments: Mapping[str, Json]
    leave: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, what it asks, and what becomes of the task.

    ``progress`` None: the task is as it was. ``question``: what the reply ends with. ``use``: the
    tool whose answer is still to come into it. ``proposal``: the tool that it asks leave to use;
    ``set_out``: the long errand that it begins. ``sure``: the policy itself has this answer; else a
    language model, where there is one, had better give it.
    """

    said: tuple[Sentence | Clarify, ...]
    question: Question | None = None
    progress: Progress | None = None
    advice: Advice | None = None
    use: Wanted | None = None
    proposal: Proposal | None = None
    set_out: Errand | None = None
    sure: bool = True

    def after(self, before: tuple[Sentence | Clarify, ...]) -> Reply:
        """The same reply with other sentences said first."""
        return replace(self, said=(*before, *self.said))

    def thoughts(self) -> Iterator[ThoughtContent]:
        """What the reply changes comes first, so that it is known when the first word sounds."""
        if self.progress is not None:
            yield self.progress
        if self.set_out is not None:
            yield SetOut(self.set_out)
        if self.proposal is not None:
            yield Propose(self.proposal)
        yield Asked(self.question)
        if self.advice is not None:
            yield self.advice
        yield from self.said
        yield Done()


@dataclass(frozen=True, slots=True)
class NotYet:
    """The reply would have an effect outside, and the caller may not have finished."""

    def thoughts(self) -> Iterator[ThoughtContent]:
        """To be thought of again once the turn is over."""
        yield Unready()
        yield Done()


@dataclass(frozen=True, slots=True)
class Nothing:
    """No reply: nothing in the policy fits, and why."""

    reason: str

    def thoughts(self) -> Iterator[ThoughtContent]:
        """The nomatch ladder speaks."""
        yield NotUnderstood(self.reason)
        yield Done()


def sentences(text: str, cites: tuple[str, ...] = ()) -> tuple[Sentence, ...]:
    """``text`` cut into speakable sentences, so that the first can be spoken early."""
    cut: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        piece = text[start : match.end()].strip()
        if not ABBREVIATION.search(piece):
            cut.append(Sentence(piece, cites))
            start = match.end()
    rest = text[start:].strip()
    return (*cut, Sentence(rest, cites)) if rest else tuple(cut)


def open_question(text: str) -> Question | None:
    """What a policy's own words ask, if they end in a question."""
    return Question(AnswerKind.FREE) if text.rstrip().endswith(("?", "\uff1f")) else None


def under_way(task: TaskState | None) -> TaskState | None:
    """The task, unless it has all it needs: then only its values are of interest."""
    return task if task is not None and task.asking is not None else None
