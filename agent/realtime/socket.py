"""A WebSocket around a session: reads, writes, and has a call driven. What is said is in
``agent.realtime.session``, when a frame is due in the driver that is handed in.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import Protocol, TypeAlias, assert_never

import numpy as np

from agent.conversation import Conversation
from agent.opening import real_tools
from agent.realtime.commands import (
    Begin,
    CallerAudio,
    Cancel,
    Command,
    DropAudio,
    FunctionResult,
    GiveTurn,
    HangUp,
    PressKey,
    Truncate,
    TypedTurn,
)
from agent.realtime.events import Event
from agent.realtime.functions import ClientFunctions
from agent.realtime.session import RealtimeSession
from agent.records import Record
from policies.policy import Policy
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio
from system2.desk import Json
from system2.tools.answers import Toolbox

FRAME = SAMPLE_RATE // 50
"""Samples of a frame, where a driver has no length of its own."""

MOST_UNSENT = 3000
"""Events that wait for a client that does not read: a minute of a call. Then it is given up."""

MOST_UNHEARD_S = 30.0
"""Sound of the caller's that waits to be heard (s); the oldest beyond it is dropped."""

GOING_AWAY, TOO_SLOW, BROKEN, NORMAL = 1001, 1008, 1011, 1000
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


class CallerLine:
    """The caller's sound on its way into a call, with what the caller does by hand in its place in
    between; and the agent's sound out. ``dropped``: samples of the caller's that nobody heard."""

    def __init__(self, session: RealtimeSession, tell: Callable[[Iterable[Event]], None]) -> None:
        self.dropped = 0
        self._session = session
        self._tell = tell
        self._coming: deque[Audio | Command] = deque()
        self._samples = 0
        self._news = asyncio.Event()
        self._over = False

    def add(self, what: Audio | Command) -> None:
        """Sound of the caller's came in, or what the caller does after it."""
        self._coming.append(what)
        if isinstance(what, np.ndarray):
            self._samples += len(what)
        while self._samples > MOST_UNHEARD_S * SAMPLE_RATE:
            oldest = next(one for one in self._coming if isinstance(one, np.ndarray))
            self._drop(oldest)
            self.dropped += len(oldest)
        self._news.set()

    def clear(self) -> None:
        """What came in and was not heard is not to be."""
        for one in list(self._coming):
            if isinstance(one, np.ndarray):
                self._drop(one)

    def hang_up(self) -> None:
        """No more will come."""
        self._over = True
        self._news.set()

    @property
    def over(self) -> bool:
        """The caller has left, and all was heard that came before."""
        return self._over and not self._coming

    def waiting(self, call: Conversation) -> Audio:
        """The sound that came before the next thing done by hand; it may be nothing. What was done
        before it is done to the call."""
        while self._coming and not isinstance(self._coming[0], np.ndarray):
            _perform(call, self._coming.popleft())
        found = [np.zeros(0, np.float32)]
        while self._coming and isinstance(self._coming[0], np.ndarray):
            found.append(self._coming.popleft())
        audio = np.concatenate(found)
        self._samples -= len(audio)
        return audio

    async def arrived(self, call: Conversation) -> Audio:
        """The same, once there is something; nothing means that there will be no more."""
        while not self.over:
            audio = self.waiting(call)
            if len(audio):
                return audio
            if not self._over:
                self._news.clear()
                await self._news.wait()
        return np.zeros(0, np.float32)

    def play(self, audio: Audio) -> None:
        """The agent's sound, as a step of the call gave it."""
        self._tell(self._session.sound(audio))

    def _drop(self, audio: Audio) -> None:
        self._samples -= len(audio)
        nth = next(n for n, one in enumerate(self._coming) if one is audio)
        del self._coming[nth]


def _perform(call: Conversation, command: Command) -> None:
    """What is done by hand, done to a call."""
    match command:
        case TypedTurn(text=text):
            call.caller_types(text)
        case GiveTurn():
            call.caller_gives_turn()
        case Cancel():
            call.caller_silences()
        case Truncate(utterance=utterance, chars=chars):
            call.caller_heard(utterance, chars)
        case PressKey(digit=digit):
            call.caller_dtmf(digit)
        case Begin() | CallerAudio() | DropAudio() | FunctionResult() | HangUp():
            raise ValueError(f"{type(command).__name__} is not for the call")
        case _:
            assert_never(command)


Driver: TypeAlias = Callable[[Conversation, CallerLine], Awaitable[None]]
"""Steps a call until it has ended or its line is over."""

Opener: TypeAlias = Callable[[Policy, Toolbox], AbstractAsyncContextManager[Conversation]]
"""Opens a call with this policy and these tools."""


async def as_it_arrives(call: Conversation, line: CallerLine) -> None:
    """A driver for a client that keeps time itself: a frame out for each that came in."""
    rest = np.zeros(0, np.float32)
    while call.ended is None:
        came = await line.arrived(call)
        if not len(came):
            return
        rest = np.concatenate((rest, came))
        while len(rest) >= FRAME and call.ended is None:
            frame, rest = rest[:FRAME], rest[FRAME:]
            line.play(await call.step(frame))


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
        await asyncio.wait({left, writing}, return_when=asyncio.FIRST_COMPLETED, timeout=5.0)
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
                await self._wire.send(await self._unsent.get())
                self._unsent.task_done()

    async def _hold(self) -> None:
        await self._begun.wait()
        try:
            async with AsyncExitStack() as stack:
                call = await self._open(stack)
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
            try:
                self._unsent.put_nowait(json.dumps(event, ensure_ascii=False))
            except asyncio.QueueFull:
                self._slow.set()
                return

    def _carry_out(self, command: Command) -> None:
        match command:
            case Begin():
                self._begun.set()
            case CallerAudio(audio=audio):
                self._line.add(audio)
            case DropAudio():
                self._line.clear()
            case HangUp():
                self._line.hang_up()
            case FunctionResult(call_id=name, output=output):
                self._functions.answered(name, output)
            case _:
                self._line.add(command)
