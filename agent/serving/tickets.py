"""Tickets: what a call's media stream must bring, handed out when the call was answered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from agent.live.pacing import LiveClock

TICKET_S = 60.0
MOST_TICKETS = 1000


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that was answered: until when its stream may come, and who calls."""

    policy: str
    until: float
    caller: str | None


class Tickets:
    """Those that are out. Each lets one stream in, within ``TICKET_S``."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._out: dict[str, Ticket] = {}

    def issue(self, policy: str, caller: str | None) -> str:
        """A new one's name, which nobody can guess."""
        now = self._clock.now()
        self._out = {name: one for name, one in self._out.items() if one.until >= now}
        while len(self._out) >= MOST_TICKETS:
            del self._out[next(iter(self._out))]
        name = secrets.token_urlsafe(16)
        self._out[name] = Ticket(policy, now + TICKET_S, caller)
        return name

    def take(self, name: str, policy: str) -> Ticket | None:
        """The ticket of that name, which is used up by it; None where it is none for the policy."""
        ticket = self._out.pop(name, None)
        if ticket is None or ticket.policy != policy or ticket.until < self._clock.now():
            return None
        return ticket
