"""A call's conversation with a Realtime server: ``Engine`` over a link.

The caller's speech goes out while it is spoken. What was heard of an answer, and what the agent has
said in its ordinary voice, is told the server before the next answer, so that its memory is the
call as it was. When the link breaks the answer under way is lost; the next one begins on a new
link, which is told the call so far in words.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import numpy as np

from speech.duplex.engine import Request, Turn
from speech.duplex.events import EngineError, Event, Sound, Spent, Text
from speech.duplex.spoken import Answer
from speech.duplex.stretch import Stretches
from speech.protocols import SAMPLE_RATE, Audio
from speech.realtime import wire
from speech.realtime.link import Link, address
from speech.terms import Realtime

_LEAST = SAMPLE_RATE // 10
"""Samples that a turn has at least: servers refuse shorter ones."""

_HELD = 3000
"""Events that wait for a first link, the last ones: five minutes of speech."""

_UNWANTED_S = 2.0
"""How long a cancelled response may take to be over (s), before the link is given up."""

_HARMLESS = frozenset({"response_cancel_not_active", "input_audio_buffer_commit_empty"})
"""Codes of errors that come of two sides acting at the same time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a connection, a first sound, the next, and a whole answer may take (s)."""

    connect_s: float
    first_s: float
    next_s: float
    total_s: float


@dataclass(slots=True)
class _Asked:
    """A response. ``item``: what the server calls its sound; ``over``: it makes no more of it."""

    answer: Answer
    event: str
    response: str | None = None
    item: str | None = None
    over: bool = False


class Session:
    """See ``Engine``. ``instructions``: who the agent is, until a request says more."""

    own_pace = False

    def __init__(
        self, terms: Realtime, model: str, key: str | None, instructions: str, limits: Limits
    ) -> None:
        self.name = f"realtime:{model}"
        self._terms = terms
        self._url = address(terms.url, model)
        self._headers = {} if not key else {"Authorization": f"Bearer {key}"}
        if terms.dialect == "beta":
            self._headers["OpenAI-Beta"] = "realtime=v1"
        self._instructions = instructions
        self._limits = limits
        self._link: Link | None = None
        self._linking = asyncio.Lock()
        self._early: asyncio.Task[None] | None = None
        self._outbox: deque[Mapping[str, object]] = deque(maxlen=_HELD)
        self._stretches = Stretches()
        self._uncommitted = 0
        self._events = 0
        self._asked: list[_Asked] = []

    async def caught_up(self) -> None:
        """It keeps the call's pace."""

    def begin(self) -> None:
        """Connect while the greeting is said."""
        self._early = asyncio.get_running_loop().create_task(self._linked_early())

    def hear(self, block: Audio) -> None:
        """See ``Engine``."""
        self._stretches.hear(block)
        for piece in self._stretches.pieces():
            self._append(piece)

    def speaks(self) -> None:
        """See ``Engine``."""
        self._stretches.speaks()

    def stops(self) -> None:
        """See ``Engine``."""
        self._stretches.stops()

    def says(self, text: str) -> None:
        """See ``Engine``; what the caller said before is a turn of its own."""
        self._commit()
        self._send(wire.said("agent", text, self._terms.dialect))

    async def respond(self, request: Request, answer: Answer) -> AsyncGenerator[Event, None]:
        """See ``Engine``."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._limits.total_s
        link = await self._linked(request.turns)
        await self._over(link)
        self._settle()
        self._commit()
        asked = _Asked(answer, self._event_id())
        self._asked.append(asked)
        link.send(wire.respond(self._terms.dialect, request.instructions, asked.event))
        begun = False
        due = min(deadline, clock() + self._limits.first_s)
        try:
            while not asked.over:
                try:
                    async with asyncio.timeout_at(due):
                        found = await link.next()
                except TimeoutError:
                    late = "fell silent in mid-answer" if begun else "gave no word in time"
                    raise EngineError(late) from None
                event = self._taken(found, asked)
                if event is None:
                    continue
                begun = begun or isinstance(event, Sound)
                yield event
                due = min(deadline, clock() + self._limits.next_s)
            if not begun:
                raise EngineError("answers without sound")
        finally:
            if not asked.over:
                self._send(wire.cancel(asked.response, self._event_id()))

    async def close(self) -> None:
        """See ``Engine``."""
        if self._early is not None:
            self._early.cancel()
            await asyncio.gather(self._early, return_exceptions=True)
        if self._link is not None:
            await self._link.close()

    def _taken(self, found: wire.Incoming, asked: _Asked) -> Event | None:
        """What an event says of the response; None: nothing, or it is of another."""
        match found:
            case wire.Begun(response=response) if asked.response is None:
                asked.response = response
            case wire.Heard(response=response, item=item, audio=audio) if self._of(response, asked):
                asked.item = asked.item or item
                return Sound(audio)
            case wire.Written(response=response, text=text, sounds=True) if self._of(
                response, asked
            ):
                return Text(text)
            case wire.Over(response=response, status=status) if self._of(response, asked):
                asked.over = True
                if status != "completed":
                    raise EngineError(f"ends its answer as {_word(status)}")
                return Spent(found.tokens_in, found.tokens_out)
            case wire.Refused(code=code, event=event) if event in (None, asked.event):
                if code not in _HARMLESS:
                    asked.over = True
                    raise EngineError(f"reports an error ({code or 'unnamed'})")
            case _:
                pass
        return None

    def _of(self, response: str, asked: _Asked) -> bool:
        """Whether an event is of this response; some servers do not name theirs."""
        if asked.response is None and all(one.response != response for one in self._asked):
            asked.response = response
        return response in (asked.response, "")

    async def _over(self, link: Link) -> None:
        """Let what was cancelled come to its end: servers make one response at a time."""
        cancelled = [one for one in self._asked if not one.over]
        try:
            async with asyncio.timeout(_UNWANTED_S):
                while any(not one.over for one in cancelled):
                    match await link.next():
                        case wire.Over(response=response):
                            for one in cancelled:
                                one.over = one.over or one.response in (None, response)
                        case wire.Begun(response=response):
                            for one in cancelled:
                                one.response = one.response or response
                        case wire.Refused():
                            # There was nothing left to cancel.
                            for one in cancelled:
                                one.over = True
                        case _:
                            pass
        except TimeoutError:
            await link.close()
            raise EngineError("does not stop answering") from None

    def _settle(self) -> None:
        """Tell the server how much was heard of what it has said."""
        for one in self._asked:
            if one.item is None or one.answer.heard_out:
                continue
            if one.answer.heard:
                heard_ms = one.answer.heard * 1000 // SAMPLE_RATE
                self._send(wire.truncate(one.item, heard_ms, self._event_id()))
            else:
                self._send(wire.delete(one.item, self._event_id()))
        self._asked.clear()

    def _commit(self) -> None:
        """What the caller has said since the last time is a turn."""
        for piece in self._stretches.rest():
            self._append(piece)
        if not self._uncommitted:
            return
        if self._uncommitted < _LEAST:
            self._append(np.zeros(_LEAST - self._uncommitted, np.float32))
        self._uncommitted = 0
        self._send(wire.commit())

    def _append(self, piece: Audio) -> None:
        self._uncommitted += len(piece)
        self._send(wire.append(piece))

    def _send(self, event: Mapping[str, object]) -> None:
        if self._link is None:
            self._outbox.append(event)
        else:
            self._link.send(event)

    def _event_id(self) -> str:
        self._events += 1
        return f"kairos_{self._events}"

    async def _linked_early(self) -> None:
        try:
            await self._linked(())
        except EngineError:
            return  # the first answer tries again, and tells

    async def _linked(self, turns: tuple[Turn, ...]) -> Link:
        """A link that works; on one that follows a broken one the call so far is told in words."""
        async with self._linking:
            if self._link is not None and not self._link.broken:
                return self._link
            lost = self._link is not None
            if self._link is not None:
                await self._link.close()
            link = await self._new_link()
            if lost:
                self._asked.clear()
                self._stretches.rest()
                self._uncommitted = 0
                for who, text in turns:
                    link.send(wire.said(who, text, self._terms.dialect))
            for event in self._outbox:
                link.send(event)
            self._outbox.clear()
            self._link = link
            return link

    async def _new_link(self) -> Link:
        """A link whose session is as it has to be."""
        link = await Link.opened(self._url, self._headers, self._limits.connect_s)
        voice = self._terms.voice
        link.send(wire.session(self._terms.dialect, self._instructions, voice))
        try:
            async with asyncio.timeout(self._limits.connect_s):
                while True:
                    match await link.next():
                        case wire.Updated():
                            return link
                        case wire.Refused(code=code):
                            raise EngineError(f"refuses the session ({code or 'unnamed'})")
                        case _:
                            pass
        except TimeoutError:
            await link.close()
            raise EngineError("does not open a session in time") from None
        except BaseException:
            await link.close()
            raise


def _word(status: str) -> str:
    known = ("cancelled", "incomplete", "failed")
    return status if status in known else "something else"
