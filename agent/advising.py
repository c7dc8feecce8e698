"""The adviser at the edge: asks it, and brings what it says back as percepts with their time.

Nothing waits for an answer. In virtual time the clock stands still while the adviser works and
every answer is charged the same latency; live, answers come when they come. Either way one that
is later than the deadline, or goes wrong, comes back as ``Unadvised``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.clock import Clock
from agent.trouble import log_unadvised
from system1.acts import Consult
from system1.consultation import ADVISER, OPTIONS, Matter, Shortfall
from system1.percepts import Completion, Judged, Percept, Unadvised

DEFAULT_ADVICE_S = 0.1
"""Charged to an answer in virtual time where a scenario declares nothing else."""

WALL_S = 10.0
"""In virtual time an adviser may take so long by the wall clock; after that it counts as late."""

DECIMALS = 4


class AdviserError(Exception):
    """The adviser gave no answer of use; the text says why in a few words, none of the caller's."""


class Adviser(Protocol):
    """A light model that judges a moment."""

    async def ask(self, consult: Consult) -> Mapping[str, float]:
        """A probability for each of ``OPTIONS[consult.about]``; ``AdviserError`` if there is none.

        Cancelled when the answer is no longer wanted.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


@dataclass(slots=True)
class _Asking:
    act: Consult
    started: float
    outcome: Mapping[str, float] | Shortfall | None = None
    task: asyncio.Task[None] | None = None


class Advising:
    """The questions under way, one a matter at most: a newer one replaces the older.

    ``deadline_s``: an answer later than this is dropped. ``takes_s``: what an answer is charged
    in virtual time; the adviser itself may take ``wall_s`` by the wall clock there.
    """

    def __init__(
        self,
        adviser: Adviser,
        clock: Clock,
        deadline_s: float,
        takes_s: float = DEFAULT_ADVICE_S,
        wall_s: float = WALL_S,
    ) -> None:
        self._adviser = adviser
        self._clock = clock
        self._deadline_s = deadline_s
        self._takes_s = takes_s
        self._wall_s = wall_s
        self._open: dict[Matter, _Asking] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._logged = False

    def start(self, act: Consult, at: float) -> None:
        """Ask at ``at`` (s)."""
        before = self._open.get(act.about)
        if before is not None and before.task is not None:
            before.task.cancel()
        asking = self._open[act.about] = _Asking(act, at)
        if self._clock == "live":
            asking.task = asyncio.get_running_loop().create_task(
                self._collect(asking, self._deadline_s)
            )
            self._background.add(asking.task)
            asking.task.add_done_callback(self._background.discard)

    async def settle(self) -> None:
        """In virtual time: have every question answered while the clock stands still."""
        if self._clock == "live":
            return
        for asking in list(self._open.values()):
            if asking.outcome is None:
                await self._collect(asking, self._wall_s)

    async def _collect(self, asking: _Asking, limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                said = await self._adviser.ask(asking.act)
            _check(asking.act.about, said)
            asking.outcome = said
        except TimeoutError:
            asking.outcome = "late"
            self._log("no answer in time")
        except AdviserError as error:
            asking.outcome = "failed"
            self._log(str(error))
        except Exception as error:
            # Advice is one more evidence: whatever is wrong with it, the call goes on without.
            asking.outcome = "failed"
            self._log(type(error).__name__)

    def next_due(self) -> float | None:
        """When the next answer is due (s); in live time 0.0 if one waits."""
        dues = [self._due(one) for one in self._open.values() if one.outcome is not None]
        return min(dues, default=None)

    def _due(self, asking: _Asking) -> float:
        if self._clock == "live":
            return 0.0
        return round(asking.started + min(self._takes_s, self._deadline_s), DECIMALS)

    def take(self, at: float) -> Percept | None:
        """The next answer due by ``at``."""
        for about, asking in self._open.items():
            if asking.outcome is not None and self._due(asking) <= at:
                del self._open[about]
                return self._percept(asking, at)
        return None

    def _percept(self, asking: _Asking, at: float) -> Percept:
        act, outcome = asking.act, asking.outcome
        takes_s = self._takes_s if self._clock == "virtual" else at - asking.started
        if isinstance(outcome, Mapping) and takes_s > self._deadline_s + 10**-DECIMALS:
            outcome = "late"
            self._log("no answer in time")
        if not isinstance(outcome, Mapping):
            return Unadvised(at, act.consult, "failed" if outcome == "failed" else "late")
        said = tuple((option, round(outcome[option], DECIMALS)) for option in OPTIONS[act.about])
        if act.about is Matter.DONE:
            return Completion(at, ADVISER, said[0][1], act.moment.since)
        return Judged(at, act.consult, act.about, said)

    def _log(self, reason: str) -> None:
        if not self._logged:
            self._logged = True
            log_unadvised(reason)

    async def close(self) -> None:
        """Drop what is under way and close the adviser."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._adviser.close()


def _check(about: Matter, probabilities: Mapping[str, object]) -> None:
    for option in OPTIONS[about]:
        said = probabilities.get(option)
        if isinstance(said, bool) or not isinstance(said, int | float) or not 0.0 <= said <= 1.0:
            raise AdviserError(f"no probability of {option!r} between 0 and 1")
