"""The calls of a server: those that run, up to a number, and those that have ended.

It is the same list whether a call is held in this process (``agent.serving.holding``) or in one of
its own (``agent.serving.apart``).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol

from agent.records import Outcome
from agent.serving.entries import Channel, ServedCall, Stop, UnderWay
from agent.serving.log import told, warned
from agent.serving.tally import Tally
from agent.serving.terms import Terms

MOST_ENDED = 1000
"""Calls that are listed after their end; their files stay."""

LAST_S = 10.0
"""How long a call that was ended from outside may take to leave."""
WRITTEN_S = 120.0
"""How long the files of calls that are over may take."""


class Refused(Exception):
    """No call can be taken now. ``retry_s``: when to try again."""

    def __init__(self, why: str, retry_s: int) -> None:
        super().__init__(why)
        self.retry_s = retry_s


class Watcher(Protocol):
    """Who is told what becomes of calls."""

    def began(self, call: ServedCall) -> None:
        """The client has begun it."""
        ...

    def over(self, call: ServedCall) -> None:
        """It has ended; its files may not be written yet."""
        ...

    def measured(self, call: ServedCall, tally: Tally) -> None:
        """Its files are written."""
        ...


def new_name() -> str:
    """An id: callers' files must not be found by counting."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(6)}"


class Calls:
    """See the module. ``names``: the ids of the calls to come."""

    def __init__(self, terms: Terms, watcher: Watcher, names: Callable[[], str] = new_name) -> None:
        self.draining = False
        self.refused = 0
        self._terms = terms
        self._watcher = watcher
        self._names = names
        self._running: dict[str, ServedCall] = {}
        self._ended: deque[ServedCall] = deque(maxlen=MOST_ENDED)
        self._left: set[asyncio.Task[None]] = set()
        self._emptied = asyncio.Event()
        self._emptied.set()

    @property
    def active(self) -> int:
        """Clients that are let in."""
        return len(self._running)

    @property
    def listed(self) -> list[ServedCall]:
        """Calls that run, then those that have ended, the last one first."""
        running = [one for one in self._running.values() if one.begun and one.outcome is None]
        return [*running, *reversed(self._ended)]

    def find(self, name: str) -> ServedCall | None:
        """A call by its id."""
        return next((one for one in self.listed if one.id == name), None)

    def check(self) -> None:
        """Raises ``Refused`` where no call could be taken now."""
        if self.draining:
            self.refused += 1
            raise Refused("the server is about to stop", 30)
        if len(self._running) >= self._terms.max_calls:
            self.refused += 1
            raise Refused(f"all {self._terms.max_calls} lines are taken", 5)

    @contextmanager
    def admitted(self, policy: str, channel: Channel) -> Iterator[ServedCall]:
        """A place for a client while the context lasts. Raises ``Refused``."""
        self.check()
        name = self._names()
        folder = self._terms.out / name
        call = ServedCall(name, policy, channel, folder, time.time(), asyncio.current_task())
        self._running[name] = call
        self._emptied.clear()
        try:
            yield call
        finally:
            del self._running[name]
            if not self._running:
                self._emptied.set()

    @contextmanager
    def contained(self, call: ServedCall) -> Iterator[None]:
        """What breaks in a call breaks nothing else; its client has been told by then."""
        try:
            yield
        except asyncio.CancelledError:
            if not call.stopped:
                raise
        except Exception as error:
            warned("call.broke", call=call.id, error=type(error).__name__)
            if not call.begun:
                # It could not even be opened: whoever looks for it finds that.
                self.over(call, "error", 0.0)

    def began(self, call: ServedCall, under_way: UnderWay) -> None:
        """Its client has begun it."""
        call.under_way, call.begun = under_way, True
        self._watcher.began(call)

    def over(self, call: ServedCall, outcome: Outcome, duration_s: float) -> None:
        """It has ended."""
        call.outcome, call.duration_s = outcome, duration_s
        call.under_way = None
        self._ended.append(call)
        self._watcher.over(call)

    def add_ended(self, call: ServedCall) -> None:
        """List a call that another server held."""
        self._ended.append(call)

    def measured(self, call: ServedCall, tally: Tally) -> None:
        """Its files are written."""
        self._watcher.measured(call, tally)

    def see_to(self, work: Coroutine[object, object, None]) -> None:
        """What is to be done of a call that is over, before the server may end."""
        task = asyncio.create_task(work)
        self._left.add(task)
        task.add_done_callback(self._left.discard)

    async def written(self) -> None:
        """Until the files of all calls that are over are there."""
        while self._left:
            await asyncio.wait(self._left)

    async def drain(self, seconds: float) -> None:
        """Take no more calls, let those that run end within ``seconds``, then end them."""
        self.draining = True
        told("server.draining", calls=self.active, seconds=seconds)
        try:
            async with asyncio.timeout(seconds):
                await self._emptied.wait()
        except TimeoutError:
            self.stop()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_S):
                    await self._emptied.wait()
        try:
            async with asyncio.timeout(WRITTEN_S):
                await self.written()
        except TimeoutError:
            warned("server.not_written", calls=len(self._left))

    def stop(self, outcome: Stop = "error") -> None:
        """End all calls now."""
        for one in list(self._running.values()):
            one.stop(outcome)
