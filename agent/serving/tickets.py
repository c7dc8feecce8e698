"""Tickets: a media stream is that of a call that was answered, once and within a minute."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from agent.live.pacing import LiveClock

TICKET_S = 60.0
MOST_TICKETS = 1000


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that was answered: until when its stream may come, and who calls."""

    policy: str
    until: float
    caller: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket that was good. ``caller``: who calls, if that is known."""

    caller: str | None


class Inspector(Protocol):
    """Where a stream's ticket is looked at."""

    def may_be(self, name: str, policy: str) -> bool:
        """Whether there may be such a ticket; nothing becomes of it."""
        ...

    async def redeem(self, name: str, policy: str) -> Shown | None:
        """Take a ticket, which is good for nothing after that; None: it never was, or is over."""
        ...


class Tickets:
    """Those of a server."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._tickets: dict[str, Ticket] = {}

    def issue(self, policy: str, caller: str | None) -> str:
        """A new one's name."""
        now = self._clock.now()
        self._tickets = {name: one for name, one in self._tickets.items() if one.until >= now}
        while len(self._tickets) >= MOST_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        name = secrets.token_urlsafe(16)
        self._tickets[name] = Ticket(policy, now + TICKET_S, caller)
        return name

    def may_be(self, name: str, policy: str) -> bool:
        """See ``Inspector``."""
        return self._good(self._tickets.get(name), policy) is not None

    async def redeem(self, name: str, policy: str) -> Shown | None:
        """See ``Inspector``."""
        ticket = self._good(self._tickets.pop(name, None), policy)
        return None if ticket is None else Shown(ticket.caller)

    def _good(self, ticket: Ticket | None, policy: str) -> Ticket | None:
        if ticket is None or ticket.policy != policy or ticket.until < self._clock.now():
            return None
        return ticket
