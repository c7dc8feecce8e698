"""A WebSocket around a session: reads, writes, and has a call driven. What is said is in
``agent.realtime.session``, when a frame is due in the driver that is handed in.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import Protocol, TypeAlias

from agent.conversation import Conversation
from agent.opening import real_tools
from agent.realtime.commands import (
    Begin,
    Command,
    DropAudio,
    FunctionResult,
    HangUp,
)
from agent.realtime.events import Event
from agent.realtime.functions import ClientFunctions
from agent.realtime.line import CallerLine
from agent.realtime.session import RealtimeSession
from agent.records import Record
from policies.policy import Policy
from speech.errors import SpeechError
from system2.desk import Json
from system2.tools.answers import Toolbox

MOST_UNSENT = 3000
"""Events that wait for a client that does not read: a minute of a call. Then it is given up."""

MOST_UNSENT_CHARS = 16 * 1024 * 1024
"""The same, by their length: a session can be long, and asked for often."""

LAST_WORDS_S = 5.0
"""How long the last events may take to go out (s)."""

NORMAL, TOO_SLOW, BROKEN = 1000, 1008, 1011
"""Why a WebSocket is closed (RFC 6455)."""


class Gone(Exception):
    """The client has closed the connection, or it broke."""


class Wire(Protocol):
    """A WebSocket, whoever made it."""

    async def receive(self) -> str | bytes:
        """The next message; raises ``Gone``."""
        ...

    async def send(self, text: str) -> None:
        """Send a message; raises ``Gone``."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it; nothing happens to one that is closed."""
        ...


Driver: TypeAlias = Callable[[Conversation, CallerLine], Awaitable[None]]
"""Steps a call until it has ended or its line is over."""

Opener: TypeAlias = Callable[[Policy, Toolbox], AbstractAsyncContextManager[Conversation]]
"""Opens a call with this policy and these tools."""


class Connection:
    """One client, from its first message to its last."""

    def __init__(
        self, wire: Wire, session: RealtimeSession, policy: Policy, opener: Opener, driver: Driver
    ) -> None:
        self._wire = wire
        self._session = session
        self._policy = policy
        self._opener = opener
        self._driver = driver
        self._unsent: asyncio.Queue[str] = asyncio.Queue(MOST_UNSENT)
        self._unsent_chars = 0
        self._slow = asyncio.Event()
        self._line = CallerLine(session, self._tell)
        self._functions = ClientFunctions(self._ask, real_tools())
        self._begun = asyncio.Event()

    async def serve(self) -> None:
        """Until the call is over or the client is gone. What breaks in the call is raised."""
        self._tell(self._session.created())
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(self._write())
        holding = asyncio.create_task(self._hold())
        slow = asyncio.create_task(self._slow.wait())
        code, reason = NORMAL, ""
        try:
            tasks = (reading, writing, holding, slow)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self._line.hang_up()
            if slow.done():
                code, reason = TOO_SLOW, "events are not read"
            elif not holding.done() and self._begun.is_set():
                await asyncio.wait({holding})
            if holding.done() and holding.exception() is not None:
                code, reason = BROKEN, "the call broke"
            await self._sent(writing, slow)
        finally:
            for task in (reading, writing, slow, holding):
                task.cancel()
            ended = await asyncio.gather(reading, writing, slow, holding, return_exceptions=True)
            await self._wire.close(code, reason)
        broke = ended[3]
        if isinstance(broke, Exception):
            raise broke

    async def _sent(self, writing: asyncio.Task[None], slow: asyncio.Task[bool]) -> None:
        """Let the last events go out, if the client takes them."""
        if writing.done() or slow.done():
            return
        left = asyncio.create_task(self._unsent.join())
        await asyncio.wait(
            {left, writing}, return_when=asyncio.FIRST_COMPLETED, timeout=LAST_WORDS_S
        )
        left.cancel()

    async def _read(self) -> None:
        with suppress(Gone):
            while True:
                taken = self._session.receive(await self._wire.receive())
                for command in taken.commands:
                    self._carry_out(command)
                self._tell(taken.events)

    async def _write(self) -> None:
        with suppress(Gone):
            while True:
                text = await self._unsent.get()
                self._unsent_chars -= len(text)
                await self._wire.send(text)
                self._unsent.task_done()

    async def _hold(self) -> None:
        await self._begun.wait()
        try:
            async with AsyncExitStack() as stack:
                call = await self._open(stack)
                self._tell(self._session.opened())
                call.subscribe(self._record)
                await self._driver(call, self._line)
            self._tell(self._session.finish())
        except Exception:
            self._tell(self._session.refused("the call broke off", "call_failed"))
            raise

    async def _open(self, stack: AsyncExitStack) -> Conversation:
        try:
            return await stack.enter_async_context(self._opened())
        except SpeechError as error:
            if self._session.settings.voice is None:
                raise
            self._tell(self._session.voiceless(str(error)))
            return await stack.enter_async_context(self._opened())

    def _opened(self) -> AbstractAsyncContextManager[Conversation]:
        return self._opener(self._session.settings.applied(self._policy), self._functions)

    def _record(self, record: Record) -> None:
        self._tell(self._session.record(record))

    def _ask(self, name: str, arguments: Mapping[str, Json]) -> str:
        call, events = self._session.calls(name, arguments)
        self._tell(events)
        return call

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            text = json.dumps(event, ensure_ascii=False)
            if self._unsent.full() or self._unsent_chars > MOST_UNSENT_CHARS:
                self._slow.set()
                return
            self._unsent.put_nowait(text)
            self._unsent_chars += len(text)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Begin():
                self._begun.set()
            case DropAudio():
                self._line.clear()
            case HangUp():
                self._line.hang_up()
            case FunctionResult(call_id=name, output=output):
                self._functions.answered(name, output)
            case _:
                self._line.add(command)
