"""System 2 at the edge: runs it, and brings its thoughts back as percepts with their time.

In virtual time the clock stands still while a mind works, and each thought is charged the
latency that the scenario declares. Live, thoughts come when they come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from agent.records import ThinkDone
from system1.acts import Think
from system1.percepts import Thought
from system1.thoughts import Clarify, Done, Failed, NotUnderstood, Sentence, ThoughtContent
from system2.desk import BARE_DESK
from system2.mind import Mind

if TYPE_CHECKING:
    from agent.errands import Errands

Clock = Literal["virtual", "live"]


@dataclass(slots=True)
class _Work:
    act: Think
    started: float
    history: tuple[str, ...] = ()
    thoughts: deque[tuple[float | None, ThoughtContent]] = field(default_factory=deque)
    collected: bool = False
    first_text: float | None = None
    cites: tuple[str, ...] = ()
    understood: bool = True
    task: asyncio.Task[None] | None = None


class Thinking:
    """The thinks under way. ``latency_s``: charged to every thought in virtual time, and what the
    tools take that it uses. ``errands``: those tools; None for none."""

    def __init__(
        self, mind: Mind, clock: Clock, latency_s: float, errands: Errands | None = None
    ) -> None:
        self._mind = mind
        self._clock = clock
        self._latency_s = latency_s
        self._errands = errands
        self._works: dict[int, _Work] = {}
        self._background: set[asyncio.Task[None]] = set()

    def start(self, act: Think, at: float, history: Sequence[str] = ()) -> None:
        """Begin to think at ``at`` (s); ``history``: every turn so far, as heard."""
        work = _Work(act, at, tuple(history))
        self._works[act.think] = work
        if self._clock == "live":
            work.task = asyncio.get_running_loop().create_task(self._collect(work))
            self._background.add(work.task)
            work.task.add_done_callback(self._background.discard)

    def abandon(self, think: int, at: float) -> ThinkDone | None:
        """Drop a think; its record, or None if it had ended."""
        work = self._works.pop(think, None)
        if work is None:
            return None
        if work.task is not None:
            work.task.cancel()
        return _record(work, at, None, "abandoned")

    async def settle(self) -> None:
        """In virtual time: let every mind finish while the clock stands still."""
        if self._clock == "live":
            return
        for work in list(self._works.values()):
            if not work.collected:
                await self._collect(work)

    async def _collect(self, work: _Work) -> None:
        due = work.started + self._latency_s if self._clock == "virtual" else None
        at = work.started if due is None else due
        laid = self._errands.desk(work.act, at) if self._errands is not None else None
        desk = BARE_DESK if laid is None else laid
        async with aclosing(self._mind.think(work.act.brief, desk)) as thoughts:  # type: ignore[type-var]
            async for content in thoughts:
                spent_s = laid.spent_s if laid is not None else 0.0
                work.thoughts.append((None if due is None else due + spent_s, content))
        work.collected = True

    def next_due(self) -> float | None:
        """When the next thought is due (s); in live time 0.0 if one waits."""
        dues = [work.thoughts[0][0] or 0.0 for work in self._works.values() if work.thoughts]
        return min(dues, default=None)

    def take(self, at: float) -> tuple[Thought, ThinkDone | None] | None:
        """The next thought due by ``at``, and the think's record if it ends it."""
        for think, work in self._works.items():
            if not work.thoughts:
                continue
            due, content = work.thoughts[0]
            if due is not None and due > at:
                continue
            work.thoughts.popleft()
            when = at if due is None else round(due, 4)
            return Thought(when, think, content), self._note(think, work, when, content)
        return None

    def _note(
        self, think: int, work: _Work, at: float, content: ThoughtContent
    ) -> ThinkDone | None:
        match content:
            case Sentence() | Clarify():
                work.first_text = at if work.first_text is None else work.first_text
                work.cites = tuple(dict.fromkeys((*work.cites, *content.cites)))
            case NotUnderstood():
                work.understood = False
            case Done():
                del self._works[think]
                outcome = "answered" if work.understood else "not_understood"
                return _record(work, at, content, outcome)
            case Failed():
                del self._works[think]
                return _record(work, at, None, "failed")
            case _:
                pass
        return None

    async def close(self) -> None:
        """Drop what is under way and close the mind."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._mind.close()


def _record(work: _Work, at: float, done: Done | None, outcome: str) -> ThinkDone:
    brief = work.act.brief
    return ThinkDone(
        at=at,
        id=work.act.think,
        speculative=work.act.speculative,
        brief_tokens=estimate_tokens(" ".join((brief.said, *(turn.text for turn in brief.turns)))),
        started=work.started,
        first_text=work.first_text,
        done=at if done is not None else None,
        tokens_in=done.tokens_in if done is not None else 0,
        tokens_out=done.tokens_out if done is not None else 0,
        outcome=outcome,
        cites=work.cites,
        history_tokens=estimate_tokens(" ".join((brief.said, *work.history))),
    )


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: four characters each, or one a Chinese character."""
    wide = sum(1 for character in text if ord(character) >= 0x2E80)
    return wide + (len(text) - wide + 3) // 4
