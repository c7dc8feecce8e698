"""A reply as the embedded mind composes it, and its thoughts in the order they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from system1.questions import AnswerKind, Question, TaskState
from system1.thoughts import (
    Advice,
    Asked,
    Clarify,
    Done,
    NotUnderstood,
    Progress,
    Sentence,
    ThoughtContent,
)

ABBREVIATION = re.compile(r"(?:^|\s)(?:mr|mrs|ms|dr|st|no|vs|e\.g|i\.e|[A-Z])\.$", re.IGNORECASE)
"""A dot that ends no sentence, at the end of a text."""

_END = re.compile(r"[。！？!?…]+[\"'”’)）」]*\s*|\.[\"'”’)]*(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, what it asks, and what becomes of the task.

    ``progress`` None: the task is as it was. ``question``: what the reply ends with. ``sure``: the
    policy itself has this answer; else a language model, where there is one, had better give it.
    """

    said: tuple[Sentence | Clarify, ...]
    question: Question | None = None
    progress: Progress | None = None
    advice: Advice | None = None
    sure: bool = True

    def after(self, before: tuple[Sentence | Clarify, ...]) -> Reply:
        """The same reply with other sentences said first."""
        return replace(self, said=(*before, *self.said))

    def thoughts(self) -> Iterator[ThoughtContent]:
        """What the reply changes comes first, so that it is known when the first word sounds."""
        if self.progress is not None:
            yield self.progress
        yield Asked(self.question)
        if self.advice is not None:
            yield self.advice
        yield from self.said
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
