"""System 2 at the edge: runs it, and brings its thoughts back as percepts with their time.

In virtual time the clock stands still while a mind works, and each thought is charged the
latency that the scenario declares. Live, thoughts come when they come. What is thought of ahead
has its record written when its fate is known: it was taken up, or it was for nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from agent.callers_voice import CallersVoice, VoiceDesk
from agent.clock import Clock
from agent.records import ThinkDone
from agent.think_time import ThinkTime, tokens_of
from agent.trouble import log_failure
from system1.acts import Think
from system1.percepts import Thought
from system1.thoughts import Clarify, Done, Failed, NotUnderstood, Sentence, ThoughtContent
from system2.desk import BARE_DESK, Desk
from system2.mind import Mind, Sent
from system2.tokens import estimate_tokens

if TYPE_CHECKING:
    from agent.errands import Errands


class OwnPace(Protocol):
    """What a mind goes by that thinks while time passes, in virtual time too."""

    async def caught_up(self) -> None:
        """Wait until all that it has to say by now was taken."""
        ...


@dataclass(slots=True)
class _Work:
    """``decided``: the think was wanted from the beginning, or has been taken up. ``sent``: tokens
    of the requests to a model so far, ``calls`` of them."""

    act: Think
    started: float
    history: tuple[str, ...] = ()
    decided: bool = True
    thoughts: deque[tuple[float | None, ThoughtContent]] = field(default_factory=deque)
    begun: bool = False
    collected: bool = False
    first_text: float | None = None
    tokens_out: int = 0
    sent: int = 0
    calls: int = 0
    cites: tuple[str, ...] = ()
    understood: bool = True
    task: asyncio.Task[None] | None = None
    record: ThinkDone | None = None


class Thinking:
    """The thinks under way. ``time``: charged to every thought in virtual time, and what the tools
    take that it uses. ``errands``: those tools; None for none. ``voice``: the caller's, for
    minds that hear; None for no sound. ``pace``: the mind's own, which nothing is charged for."""

    def __init__(
        self,
        mind: Mind,
        clock: Clock,
        time: ThinkTime,
        errands: Errands | None = None,
        voice: CallersVoice | None = None,
        pace: OwnPace | None = None,
    ) -> None:
        self._pace = pace
        self._mind = mind
        self._clock = clock
        self._time = time
        self._errands = errands
        self._voice = voice
        self._works: dict[int, _Work] = {}
        self._background: set[asyncio.Task[None]] = set()

    def start(self, act: Think, at: float, history: Sequence[str] = ()) -> None:
        """Begin to think at ``at`` (s); ``history``: every turn so far, as heard."""
        work = _Work(act, at, tuple(history), decided=not act.speculative)
        self._works[act.think] = work
        if self._clock == "live" or self._pace is not None:
            work.task = asyncio.get_running_loop().create_task(self._collect_live(work))
            self._background.add(work.task)
            work.task.add_done_callback(self._background.discard)

    def take_up(self, think: int, at: float) -> ThinkDone | None:
        """What was thought of ahead is wanted; its record, if it has ended."""
        work = self._works.get(think)
        if work is None:
            return None
        work.decided = True
        if work.record is None:
            return None
        del self._works[think]
        return replace(work.record, at=at)

    def abandon(self, think: int, at: float) -> ThinkDone | None:
        """Drop a think; its record, or None if it had ended."""
        work = self._works.pop(think, None)
        if work is None:
            return None
        if work.task is not None:
            work.task.cancel()
        if work.record is not None:
            return replace(work.record, at=at, outcome="abandoned")
        return _record(work, at, None, "abandoned")

    def leave(self, at: float) -> list[ThinkDone]:
        """The call is over: drop every think; their records."""
        records = (self.abandon(think, at) for think in list(self._works))
        return [record for record in records if record is not None]

    async def settle(self) -> None:
        """In virtual time: let every mind finish while the clock stands still."""
        if self._clock == "live":
            return
        if self._pace is not None:
            # Its thoughts of now are taken now; for those to come nobody can wait.
            if any(not work.begun for work in self._works.values()):
                await asyncio.sleep(0)
            await self._pace.caught_up()
            return
        for work in list(self._works.values()):
            if not work.collected:
                await self._collect(work)

    async def _collect(self, work: _Work) -> None:
        work.begun = True
        tokens = 0
        at = work.started + (self._time.first_s if self._clock == "virtual" else 0.0)
        laid = self._errands.desk(work.act, at, self._voice) if self._errands is not None else None
        bare = BARE_DESK if self._voice is None else VoiceDesk(self._voice, work.act.brief)
        desk: Desk = bare if laid is None else laid
        async with aclosing(self._mind.think(work.act.brief, desk)) as thoughts:  # type: ignore[type-var]
            async for content in thoughts:
                if isinstance(content, Sent):
                    work.sent, work.calls = work.sent + content.tokens_in, work.calls + 1
                    continue
                tokens += tokens_of(content)
                spent_s = 0.0 if laid is None else laid.spent_s
                work.thoughts.append((self._due(work, tokens, spent_s), content))
        work.collected = True

    async def _collect_live(self, work: _Work) -> None:
        """A mind that breaks has failed: nobody waits for it, and the call goes on."""
        try:
            await self._collect(work)
        except Exception as error:
            log_failure(error)
            work.thoughts.append((None, Failed(type(error).__name__)))

    def _due(self, work: _Work, tokens: int, spent_s: float) -> float | None:
        if self._clock == "live" or self._pace is not None:
            return None
        return work.started + self._time.first_s + self._time.text_s(tokens) + spent_s

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

    def follow(self, thought: Thought) -> ThinkDone | None:
        """A thought as a journal has it, of a think that is only told of; its record, if it ends
        it."""
        think = thought.think
        work = self._works.get(think)
        return None if work is None else self._note(think, work, thought.at, thought.content)

    def _note(
        self, think: int, work: _Work, at: float, content: ThoughtContent
    ) -> ThinkDone | None:
        match content:
            case Sentence() | Clarify():
                work.first_text = at if work.first_text is None else work.first_text
                work.tokens_out += tokens_of(content)
                work.cites = tuple(dict.fromkeys((*work.cites, *content.cites)))
            case NotUnderstood():
                work.understood = False
            case Done():
                outcome = "answered" if work.understood else "not_understood"
                return self._ended(think, work, _record(work, at, content, outcome))
            case Failed():
                return self._ended(think, work, _record(work, at, content, "failed"))
            case _:
                pass
        return None

    def _ended(self, think: int, work: _Work, record: ThinkDone) -> ThinkDone | None:
        if not work.decided:
            work.record = record
            return None
        del self._works[think]
        return record

    async def close(self) -> None:
        """Drop what is under way and close the mind."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._mind.close()


def _record(work: _Work, at: float, end: Done | Failed | None, outcome: str) -> ThinkDone:
    brief = work.act.brief
    tokens_in, tokens_out, calls = _spent(work, end)
    return ThinkDone(
        at=at,
        id=work.act.think,
        speculative=work.act.speculative,
        brief_tokens=estimate_tokens(" ".join((brief.said, *(turn.text for turn in brief.turns)))),
        started=work.started,
        first_text=work.first_text,
        done=at if isinstance(end, Done) else None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        outcome=outcome,
        cites=work.cites,
        history_tokens=estimate_tokens(" ".join((brief.said, *work.history))),
        calls=calls,
    )


def _spent(work: _Work, end: Done | Failed | None) -> tuple[int, int, int]:
    """Tokens in and out, and requests: what was used until now of what was still to come."""
    if end is not None:
        return end.tokens_in, end.tokens_out, end.calls
    for _, content in work.thoughts:
        if isinstance(content, Done | Failed) and content.calls:
            return content.tokens_in, min(content.tokens_out, work.tokens_out), content.calls
    return work.sent, work.tokens_out if work.calls else 0, work.calls
