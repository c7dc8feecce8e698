"""The order of the caller's sound: what is missing, and what comes late."""

from __future__ import annotations

from dataclasses import dataclass

MOST_MISSING = 250
"""A wider gap is no loss but a number gone wrong, or a stream that was paused: it is not filled."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A message's sound; ``missing``: so many chunks before it never came."""

    data: bytes
    missing: int = 0


class Chunks:
    """Puts chunks into order. ``hold``: how many to keep back for one that is missing.

    ``missing``, ``late`` and ``jumps`` count: chunks that never came, that came after their place
    had been filled, and numbers that did not fit at all.
    """

    def __init__(self, hold: int) -> None:
        self.missing = self.late = self.jumps = 0
        self._hold = hold
        self._next: int | None = None
        self._held: dict[int, bytes] = {}

    def take(self, number: int | None, data: bytes) -> list[Chunk]:
        """What can be heard now that this has come; None: chunks have no numbers."""
        if number is None:
            return [Chunk(data)]
        due = number if self._next is None else self._next
        if number < due and due - number <= 4 * self._hold:
            self.late += 1
            return []
        if number < due or number - due > MOST_MISSING:
            self.jumps += 1
            return [*self._given_up(), *self._from(number, data)]
        if number == due:
            return self._from(number, data)
        self._held[number] = data
        out: list[Chunk] = []
        while len(self._held) > self._hold:
            out += self._after_a_gap(due)
            due = self._next or due
        return out

    def _from(self, number: int, data: bytes) -> list[Chunk]:
        """This one, and all kept ones that follow on it."""
        out = [Chunk(data)]
        number += 1
        while (kept := self._held.pop(number, None)) is not None:
            out.append(Chunk(kept))
            number += 1
        self._next = number
        return out

    def _after_a_gap(self, due: int) -> list[Chunk]:
        first = min(self._held)
        gap = first - due
        self.missing += gap
        head, *rest = self._from(first, self._held.pop(first))
        return [Chunk(head.data, gap), *rest]

    def _given_up(self) -> list[Chunk]:
        """What was kept back, as it is, before a new count."""
        kept = [Chunk(self._held[number]) for number in sorted(self._held)]
        self._held.clear()
        return kept
