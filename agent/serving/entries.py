"""One call as a server knows it, wherever it is held."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from agent.live.pacing import Pace
from agent.records import Outcome

Channel: TypeAlias = Literal["realtime", "telephony"]

Stop: TypeAlias = Literal["time_out", "error"]
"""How a server ends a call."""


class UnderWay(Protocol):
    """A call that is being held, here or in a process of its own."""

    @property
    def now(self) -> float:
        """How long it has lasted (s)."""
        ...

    def stop(self, outcome: Stop) -> None:
        """End it."""
        ...


@dataclass(slots=True)
class Flow:
    """How a call's sound came through. Samples at 24 kHz: ``silence`` stood in for sound that had
    not come, ``dropped`` came and was never heard; ``made_up``: heard beside a frame of its own,
    to catch up with what came ahead of time; ``shortened``: of the caller's silence, left out to
    be less behind the line."""

    pace: Pace = field(default_factory=lambda: Pace(0, 0, 0.0, 0.0))
    silence: int = 0
    dropped: int = 0
    made_up: int = 0
    shortened: int = 0


@dataclass(slots=True)
class ServedCall:
    """One call, from the moment that a client is let in. ``admitted``: seconds since 1970.

    ``under_way``: what ends it; None while a client of this process has begun no call. ``begun``:
    the client has begun one. ``flow``: filled where the call is held.
    """

    id: str
    policy: str
    channel: Channel
    folder: Path
    admitted: float
    task: asyncio.Task[object] | None = None
    under_way: UnderWay | None = None
    begun: bool = False
    stopped: bool = False
    outcome: Outcome | None = None
    duration_s: float = 0.0
    flow: Flow = field(default_factory=Flow)

    def stop(self, outcome: Stop) -> None:
        """End it; a client that has not begun a call is left."""
        self.stopped = True
        if self.under_way is not None:
            self.under_way.stop(outcome)
        elif self.task is not None:
            self.task.cancel()

    def listing(self) -> dict[str, object]:
        """What a list of calls says of it."""
        running = self.outcome is None
        now = self.under_way.now if running and self.under_way is not None else self.duration_s
        began = datetime.fromtimestamp(self.admitted, UTC).isoformat(timespec="seconds")
        return {
            "id": self.id,
            "policy": self.policy,
            "channel": self.channel,
            "began": began,
            "state": "running" if running else "ended",
            "outcome": self.outcome,
            "duration_s": round(now, 3),
        }
