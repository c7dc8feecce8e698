"""The protocol that every back end of System 2 shares."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from system1.brief import Brief
from system1.thoughts import ThoughtContent
from system2.desk import BARE_DESK, Desk


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of about so many tokens is on its way to a model. For the edge alone, so that what
    is dropped in the middle is counted all the same."""

    tokens_in: int


class Mind(Protocol):
    """A slow mind. Holds no state of a call: the brief has it all."""

    def think(self, brief: Brief, desk: Desk = BARE_DESK) -> AsyncIterator[ThoughtContent | Sent]:
        """Thoughts on a brief, in the order in which they come to be known.

        Ends with ``Done`` or ``Failed``. Closing the iterator abandons the work and frees what
        it uses at once.
        """
        ...

    async def close(self) -> None:
        """Give back what was taken."""
        ...
