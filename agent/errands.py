"""Tools at the edge: uses them for the minds of one call, and brings long ones' outcomes back.

A mind waits for a tool as long as the tool's ``background_after``; then the errand goes on without
it, and its outcome comes as a percept. In virtual time the clock stands still while a tool works,
and it is charged what the scenario declares; live, it takes what it takes. What has side effects
is done once in a call for the same arguments, never before the caller has finished, never without
having been proposed where the policy wants leave, and it is not cut off.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from agent.callers_voice import CallersVoice
from agent.clock import Clock
from agent.records import ErrandDone, Mishap
from policies.policy import Policy
from policies.tools import Tool
from system1.acts import Think
from system1.errands import Errand, Outcome, Proposal
from system1.percepts import Returned
from system1.thoughts import Done, Failed, SetOut, ThoughtContent
from system2.desk import Json, ToolSpec
from system2.tools.answers import Answer, Toolbox, compact
from system2.tools.arguments import ArgumentsError, fitted
from system2.tools.declared import declared

DEFAULT_TOOL_S = 0.5
"""Charged to a tool in virtual time where a scenario declares nothing else."""

DECIMALS = 4

TOO_EARLY = "not before the caller has finished"
NO_LEAVE = "not before the caller was asked and has agreed"


@dataclass(slots=True)
class _Entry:
    """An errand. ``told``: System 1 knows that it is under way, or had its chance to; ``ahead``:
    by a think that it has not taken up."""

    errand: Errand
    tool: Tool
    think: int
    ahead: bool
    started: float
    answer: Answer | None = None
    done: float = 0.0
    late: bool = False
    work: asyncio.Task[None] | None = None
    background: bool = False
    told: bool = False
    dropped: bool = False
    journaled: bool = False
    reported: bool = False

    @property
    def outcome(self) -> Outcome:
        """What came of it."""
        assert self.answer is not None
        return Outcome(self.errand, self.answer.ok, self.answer.text)

    @property
    def settled(self) -> bool:
        """It was done, or may have been: not to be done again."""
        return self.answer is not None and (self.answer.ok or self.answer.unclear)

    @property
    def tells(self) -> bool:
        """There is something to take."""
        news = self.background and self.told and not self.reported and not self.dropped
        return self.answer is not None and (news or not self.journaled)


@dataclass(slots=True)
class ErrandDesk:
    """The ``Desk`` of one think. ``spent_s``: how long its tools have kept it in virtual time."""

    _errands: Errands
    act: Think
    at: float
    opened: float
    voice: CallersVoice | None = None
    spent_s: float = 0.0

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """See ``Desk``."""
        return self._errands.specs

    async def use(self, tool: str, arguments: Mapping[str, Json]) -> Outcome | Errand:
        """See ``Desk``."""
        return await self._errands.use(self, tool, arguments)

    async def caller_audio(self) -> bytes | None:
        """See ``Desk``."""
        return None if self.voice is None else self.voice.turn(self.act.brief)


@dataclass(slots=True)
class Errands:
    """The errands of one call. ``toolbox``: where tools are really used."""

    policy: Policy
    toolbox: Toolbox
    clock: Clock
    specs: tuple[ToolSpec, ...] = field(init=False)
    _call: str = field(init=False, default_factory=lambda: secrets.token_hex(16))
    _tools: dict[str, Tool] = field(init=False)
    _entries: list[_Entry] = field(init=False, default_factory=list)
    _refused: list[ErrandDone] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.specs = declared(self.policy)
        self._tools = {tool.id: tool for tool in self.policy.tools}

    def desk(self, act: Think, at: float, voice: CallersVoice | None = None) -> ErrandDesk:
        """The desk for a think whose first thought is due at ``at`` (s) if it uses no tool; live,
        that began then."""
        opened = asyncio.get_running_loop().time() if self.clock == "live" else 0.0
        return ErrandDesk(self, act, at, opened, voice)

    async def use(
        self, desk: ErrandDesk, name: str, arguments: Mapping[str, Json]
    ) -> Outcome | Errand:
        """See ``Desk.use``."""
        now = self._now(desk)
        tool = self._tools.get(name)
        if tool is None:
            return self._refuse(Errand(0, name, "{}"), f"there is no tool {name[:64]!r}", now)
        if tool.side_effects and desk.act.brief.speculative:
            return self._refuse(Errand(0, name, "{}"), TOO_EARLY, now)
        try:
            given = fitted(tool.parameters, arguments)
        except ArgumentsError as error:
            return self._refuse(Errand(0, name, "{}"), f"wrong arguments: {error}", now)
        text = compact(given)
        if tool.confirm is not None and not _was_asked(desk.act.brief.proposed, tool, text):
            return self._refuse(Errand(0, name, text), NO_LEAVE, now)
        entry = self._same(tool, text, now)
        if entry is None:
            number = max((one.errand.number for one in self._entries), default=0) + 1
            errand = Errand(number, name, text, tool.announce)
            entry = _Entry(errand, tool, desk.act.think, desk.act.speculative, now)
            self._entries.append(entry)
            await self._begin(entry, given)
        elif entry.reported or (entry.settled and not entry.background):
            return entry.outcome
        entry.think, entry.ahead = desk.act.think, desk.act.speculative
        if entry.told and entry.background:
            return entry.errand
        return await self._wait(entry, desk, now)

    def _same(self, tool: Tool, arguments: str, now: float) -> _Entry | None:
        """This errand as it was begun before, unless it is to be run once more."""
        for entry in reversed(self._entries):
            if (entry.tool, entry.errand.arguments) != (tool, arguments) or entry.dropped:
                continue
            under_way = entry.answer is None or (entry.background and not entry.reported)
            if under_way or (tool.side_effects and entry.settled):
                return entry
        return None

    async def _begin(self, entry: _Entry, arguments: Mapping[str, Json]) -> None:
        if self.clock == "live":
            loop = asyncio.get_running_loop()
            entry.work = loop.create_task(self._work(entry, arguments, loop.time()))
        else:
            await self._work(entry, arguments, 0.0)

    async def _work(self, entry: _Entry, arguments: Mapping[str, Json], began: float) -> None:
        """Use the tool, within its time."""
        tool = entry.tool
        named = f"{self._call} {tool.id} {entry.errand.arguments}"
        key = sha256(named.encode(errors="surrogatepass")).hexdigest()[:32]
        late = Answer(False, f"no answer in {tool.timeout:g} s", tool.timeout, unclear=True)
        try:
            async with asyncio.timeout(tool.timeout):
                answer = await self.toolbox.run(tool, arguments, key)
        except TimeoutError:
            answer, entry.late = late, True
        except Exception as error:
            # Whatever is wrong with a tool, the call goes on without what it had to say.
            answer = Answer(False, f"it failed: {type(error).__name__}", unclear=True)
        takes_s = answer.takes_s if answer.takes_s is not None else DEFAULT_TOOL_S
        if self.clock == "live":
            takes_s = asyncio.get_running_loop().time() - began
        elif takes_s > tool.timeout:
            answer, entry.late, takes_s = late, True, tool.timeout
        entry.done = round(entry.started + takes_s, DECIMALS)
        entry.answer = answer

    async def _wait(self, entry: _Entry, desk: ErrandDesk, now: float) -> Outcome | Errand:
        """Its outcome if it comes soon, else the errand, which goes on."""
        soon_s = entry.tool.background_after
        if entry.work is None:
            left_s = max(0.0, entry.done - now)
            desk.spent_s += min(left_s, soon_s)
            entry.background = left_s > soon_s
            return entry.errand if entry.background else entry.outcome
        try:
            await asyncio.wait({entry.work}, timeout=soon_s)
        except asyncio.CancelledError:
            self._leave(entry, self._now(desk))
            raise
        entry.background = not entry.work.done()
        return entry.errand if entry.background else entry.outcome

    def _now(self, desk: ErrandDesk) -> float:
        if self.clock == "live":
            return desk.at + asyncio.get_running_loop().time() - desk.opened
        return round(desk.at + desk.spent_s, DECIMALS)

    def _refuse(self, errand: Errand, reason: str, now: float) -> Outcome:
        tool = errand.tool if errand.tool in self._tools else "?"
        at = round(now, DECIMALS)
        self._refused.append(ErrandDone(at, 0, tool, at, at, False, 0.0, 0, False, "refused"))
        return Outcome(errand, False, reason)

    # What System 1 learns

    def thought(self, think: int, content: ThoughtContent) -> None:
        """System 1 was given this thought."""
        match content:
            case SetOut(errand=errand):
                for entry in self._entries:
                    entry.told |= entry.errand.number == errand.number
            case Done() | Failed():
                for entry in self._entries:
                    entry.told |= entry.think == think
            case _:
                pass

    def take_up(self, think: int) -> None:
        """What was thought of ahead is wanted."""
        for entry in self._entries:
            entry.ahead &= entry.think != think

    def abandon(self, think: int, at: float) -> None:
        """A think was dropped at ``at`` (s): what only it knew of is dropped with it, but for what
        has an effect outside, whose outcome is news then."""
        for entry in self._entries:
            if entry.think == think and (entry.ahead or not entry.told):
                self._leave(entry, at)

    def _leave(self, entry: _Entry, at: float) -> None:
        """The mind that wanted it is gone."""
        if entry.tool.side_effects:
            entry.background = entry.told = True
        elif not entry.journaled:
            self._cancel(entry, at)

    def _cancel(self, entry: _Entry, at: float) -> None:
        if entry.answer is not None and entry.done <= at:
            entry.dropped = True
            return
        if entry.work is not None:
            entry.work.cancel()
        entry.dropped = True
        entry.answer = Answer(False, "")
        entry.done = round(max(at, entry.started), DECIMALS)

    def next_due(self) -> float | None:
        """When there is something to take (s); in live time 0.0 if there is."""
        dues = [entry.done for entry in self._entries if entry.tells]
        dues += [record.at for record in self._refused]
        if self.clock == "live":
            return 0.0 if dues else None
        return min(dues, default=None)

    def take(self, at: float) -> tuple[Returned | None, ErrandDone | None] | None:
        """What is due by ``at``: the outcome of a long errand, the record of any."""
        for nth, record in enumerate(self._refused):
            if self.clock == "live" or record.at <= at:
                del self._refused[nth]
                return None, record
        for entry in self._entries:
            if entry.tells and (self.clock == "live" or entry.done <= at):
                return self._tell(entry, at)
        return None

    def _tell(self, entry: _Entry, at: float) -> tuple[Returned | None, ErrandDone | None]:
        record = None if entry.journaled else _record(entry, at)
        entry.journaled = True
        if not entry.background or not entry.told or entry.reported or entry.dropped:
            return None, record
        entry.reported = True
        return Returned(at, entry.outcome), record

    async def close(self, at: float) -> tuple[ErrandDone, ...]:
        """The call ended at ``at`` (s): end what only looks something up, wait for what has an
        effect, and give the records that are still open."""
        for entry in self._entries:
            if not entry.tool.side_effects and not entry.journaled:
                self._cancel(entry, at)
        works = [entry.work for entry in self._entries if entry.work is not None]
        await asyncio.gather(*works, return_exceptions=True)
        await self.toolbox.close()
        return tuple(self._left(at))

    def _left(self, at: float) -> Iterator[ErrandDone]:
        yield from self._refused
        self._refused.clear()
        for entry in self._entries:
            if not entry.journaled and entry.answer is not None:
                entry.journaled = True
                yield _record(entry, at)


def _was_asked(proposed: Proposal | None, tool: Tool, arguments: str) -> bool:
    """Whether the caller's words answer the question for leave to do just this."""
    if proposed is None or proposed.tool != tool.id:
        return False
    try:
        asked = json.loads(proposed.arguments)
        return isinstance(asked, dict) and compact(fitted(tool.parameters, asked)) == arguments
    except (ValueError, RecursionError, ArgumentsError):
        return False


def _record(entry: _Entry, at: float) -> ErrandDone:
    assert entry.answer is not None
    why: Mishap | None = None
    if entry.dropped and not entry.answer.text:
        why = "cancelled"
    elif not entry.answer.ok:
        why = "late" if entry.late else "failed"
    return ErrandDone(
        at=round(at, DECIMALS),
        id=entry.errand.number,
        tool=entry.tool.id,
        started=round(entry.started, DECIMALS),
        done=entry.done,
        ok=entry.answer.ok,
        took=round(entry.done - entry.started, DECIMALS),
        bytes=len(entry.answer.text.encode(errors="replace")) if entry.answer.ok else 0,
        background=entry.background,
        why=why,
    )
