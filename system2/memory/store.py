"""The contract of a long-term memory, and which store answers to which address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from system2.errors import StoreError
from system2.memory.embedding import Embedder
from system2.memory.profile import Episode, Erased, Memory, NewFact, Profile, Written

POSTGRES = ("postgresql://", "postgres://")


class LongTermMemory(Protocol):
    """What is remembered of customers. Synchronous: whoever must not wait asks in a thread.

    ``customer`` is any text; nothing of one customer is ever found under another. Times know their
    time zone. Each method raises ``StoreError``, one clear line without any value in it.
    """

    def recall(self, customer: str, now: datetime) -> Profile:
        """What holds at ``now``; an empty profile for a stranger."""
        ...

    def write(
        self, customer: str, episode: Episode, facts: Sequence[NewFact], now: datetime
    ) -> Written:
        """Remember a call that is over, in one transaction: all of it or nothing.

        A fact of the same name and another value ends the one before; of the same value, it
        confirms it. A call that is remembered already is not written again.
        """
        ...

    def search(self, customer: str, query: str, limit: int = 5) -> tuple[Memory, ...]:
        """What fits the words of ``query``, the best first; facts that ended are among it."""
        ...

    def customers(self) -> tuple[str, ...]:
        """All who are remembered, in order."""
        ...

    def forget(self, customer: str) -> Erased:
        """Erase all of a customer's, so that it is in no file of the store afterwards."""
        ...

    def expire(self, now: datetime, retention_days: int, of: str = "") -> Erased:
        """Erase what was last confirmed more than ``retention_days`` before ``now``.

        ``of``: of customers alone whose name begins so.
        """
        ...

    def close(self) -> None:
        """Let go of the store. Closing twice does no harm."""
        ...


def open_store(
    where: str, *, timeout_s: float = 5.0, embedder: Embedder | None = None
) -> LongTermMemory:
    """The store at ``where``: a file's path, ``:memory:`` or ``postgresql://...``.

    ``timeout_s``: how long to wait for another who writes, or for a server. ``embedder``: searches
    by meaning too. Raises ``StoreError`` where it cannot be opened.
    """
    if where.startswith(POSTGRES):
        from system2.memory.postgres import PostgresMemory

        return PostgresMemory(where, timeout_s=timeout_s, embedder=embedder)
    if "://" in where:
        raise StoreError("a memory is a file or a postgresql:// address")
    from system2.memory.sqlite import SqliteMemory

    return SqliteMemory(where, timeout_s=timeout_s, embedder=embedder)
