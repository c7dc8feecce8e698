"""The calls of a server: those that run, up to a number, and those that have ended."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from agent import files
from agent.conversation import Conversation
from agent.figures import Figures, measure
from agent.live.pacing import Pace
from agent.recording import read_recording
from agent.records import Outcome, Record
from agent.result import sum_up
from agent.serving.log import told, warned
from agent.serving.terms import Terms
from policies.policy import Policy
from system2.tools.answers import Toolbox

Channel: TypeAlias = Literal["realtime", "telephony"]

MOST_ENDED = 1000
"""Calls that are listed after their end; their files stay."""


LAST_S = 10.0
"""How long a call that was ended from outside may take to leave."""


class Refused(Exception):
    """No call can be taken now. ``retry_s``: when to try again."""

    def __init__(self, why: str, retry_s: int) -> None:
        super().__init__(why)
        self.retry_s = retry_s


@dataclass(slots=True)
class Flow:
    """How a call's sound came through. Samples at 24 kHz: ``silence`` stood in for sound that had
    not come, ``dropped`` came and was never heard; ``made_up``: heard beside a frame of its own,
    to catch up with what came ahead of time."""

    pace: Pace = field(default_factory=lambda: Pace(0, 0, 0.0, 0.0))
    silence: int = 0
    dropped: int = 0
    made_up: int = 0


@dataclass(slots=True)
class ServedCall:
    """One call, from the moment that a client is let in. ``began``: seconds since 1970."""

    id: str
    policy: str
    channel: Channel
    folder: Path
    began: float
    task: asyncio.Task[object] | None = None
    conversation: Conversation | None = None
    stopped: bool = False
    outcome: Outcome | None = None
    duration_s: float = 0.0
    flow: Flow = field(default_factory=Flow)

    def stop(self, outcome: Literal["time_out", "error"]) -> None:
        """End it; a client that has not begun a call is left."""
        self.stopped = True
        if self.conversation is not None:
            self.conversation.stop(outcome)
        elif self.task is not None:
            self.task.cancel()

    def listing(self) -> dict[str, object]:
        """What a list of calls says of it."""
        running = self.outcome is None
        now = self.conversation.now if running and self.conversation is not None else None
        began = datetime.fromtimestamp(self.began, UTC).isoformat(timespec="seconds")
        return {
            "id": self.id,
            "policy": self.policy,
            "channel": self.channel,
            "began": began,
            "state": "running" if running else "ended",
            "outcome": self.outcome,
            "duration_s": round(self.duration_s if now is None else now, 3),
        }


Ended: TypeAlias = Callable[[ServedCall, Sequence[Record], Figures], None]


class Calls:
    """See the module. ``ended``: told of each call's records and figures once it is over."""

    def __init__(self, terms: Terms, ended: Ended) -> None:
        self.draining = False
        self.refused = 0
        self._terms = terms
        self._told = ended
        self._running: dict[str, ServedCall] = {}
        self._ended: deque[ServedCall] = deque(maxlen=MOST_ENDED)
        self._writing: set[asyncio.Task[None]] = set()
        self._emptied = asyncio.Event()
        self._emptied.set()

    @property
    def active(self) -> int:
        """Clients that are let in."""
        return len(self._running)

    @property
    def listed(self) -> list[ServedCall]:
        """Calls that run, then those that have ended, the last one first."""
        running = [one for one in self._running.values() if one.conversation is not None]
        return [*running, *reversed(self._ended)]

    def find(self, name: str) -> ServedCall | None:
        """A call by its id."""
        return next((one for one in self.listed if one.id == name), None)

    def add_ended(self, call: ServedCall) -> None:
        """List a call that another process held."""
        self._ended.append(call)

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
        # Callers' files must not be found by counting.
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(6)}"
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

    @asynccontextmanager
    async def held(
        self,
        call: ServedCall,
        policy: Policy,
        tools: Toolbox | None = None,
        caller_id: str | None = None,
    ) -> AsyncIterator[Conversation]:
        """Its conversation, whose files are written when it is over. Raises as
        ``Conversation.open`` does."""
        terms = self._terms
        opened = Conversation.open(
            policy,
            speech=terms.speech,
            model=terms.model,
            caller_id=caller_id,
            out=call.folder,
            clock="live",
            tools=tools,
            report=False,
            channel=call.channel,
        )
        began = time.perf_counter()
        try:
            async with opened as conversation:
                call.conversation = conversation
                told("call.began", call=call.id, policy=call.policy, channel=call.channel)
                limit = asyncio.get_running_loop().call_later(
                    terms.session_s, call.stop, "time_out"
                )
                try:
                    yield conversation
                finally:
                    limit.cancel()
        finally:
            if call.conversation is not None:
                self._over(call, call.conversation, time.perf_counter() - began)

    def _over(self, call: ServedCall, conversation: Conversation, wall_s: float) -> None:
        call.outcome = conversation.ended or "error"
        call.duration_s = conversation.now
        # The records are kept in the file alone.
        call.conversation = None
        self._ended.append(call)
        told("call.ended", call=call.id, outcome=call.outcome, seconds=round(call.duration_s, 1))
        if not call.duration_s:
            return
        work = self._write(call, list(conversation.journal), conversation.policy, wall_s)
        writing = asyncio.create_task(work)
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _write(
        self, call: ServedCall, records: list[Record], policy: Policy, wall_s: float
    ) -> None:
        try:
            # It takes longer than a frame, and others talk.
            figures = await asyncio.to_thread(written, call.folder, records, policy, wall_s)
        except Exception as error:
            warned("call.not_written", call=call.id, error=type(error).__name__)
        else:
            self._told(call, records, figures)

    async def written(self) -> None:
        """Until the files of all calls that are over are there."""
        while self._writing:
            await asyncio.wait(self._writing)

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
        await self.written()

    def stop(self) -> None:
        """End all calls now."""
        for one in list(self._running.values()):
            one.stop("error")


def written(folder: Path, records: list[Record], policy: Policy, wall_s: float) -> Figures:
    """Write the last files of a call that is over, and measure it."""
    channels = read_recording(folder / files.RECORDING)
    figures = measure(records, *channels)
    result = sum_up(records, figures, fidelity="audio", wall_s=wall_s)
    files.write_outcome(folder, result, records, *channels, policy=policy)
    return figures
