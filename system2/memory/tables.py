"""Customers, facts and episodes as rows: what both stores do alike, in SQL that both understand.

A store adds its connection, its transactions, how it searches words, and how it makes sure that
what was deleted is gone.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import TypeAlias

from system2.errors import EmbeddingError, StoreError
from system2.memory.embedding import Embedder, fused, nearest, vectors
from system2.memory.grams import grams
from system2.memory.profile import Episode, Erased, Fact, Memory, NewFact, Profile, Written

EPISODES = 3
"""The last calls that a profile lists."""

CANDIDATES = 4
"""So many times as many as wanted are ranked by either way of searching before they are fused."""

Cell: TypeAlias = str | int | float | bytes | datetime | list[str] | None
Row: TypeAlias = tuple[object, ...]

VERSION = 1
"""Of the tables. A store of another version is refused rather than misread."""

_FACT = "id, name, value, text, call, turn, valid_from, valid_to, recorded"
_EPISODE = "call, at, outcome, summary, turns"


def document_of(row: int, *, episode: bool) -> int:
    """The number under which a fact's or an episode's words are searched for."""
    return 2 * row + episode


class Tables(ABC):
    """A ``LongTermMemory`` over SQL. ``?`` stands for a value in every statement."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder
        # The edge asks from threads; one statement at a time is all that a connection takes.
        self._lock = threading.RLock()

    @abstractmethod
    def _run(self, sql: str, values: Sequence[Cell] = ()) -> list[Row]:
        """Run a statement; its rows."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[None]:
        """All of what is run inside, or none of it. Nobody else writes meanwhile."""

    @abstractmethod
    def _faults(self) -> AbstractContextManager[None]:
        """Turns what goes wrong inside into ``StoreError``."""

    @abstractmethod
    def _index(self, document: int, customer: int, words: Sequence[str]) -> None:
        """Make a document findable by its words."""

    @abstractmethod
    def _drop(self, documents: Sequence[int]) -> None:
        """Make documents unfindable."""

    @abstractmethod
    def _found(self, customer: int, words: Sequence[str], limit: int) -> list[int]:
        """The documents that have some of these words, the best first."""

    @abstractmethod
    def _erase(self) -> None:
        """See to it that what was deleted is in no file any more."""

    def _ready(self) -> None:
        """Called before anything is done."""
        return

    @contextmanager
    def _using(self) -> Iterator[None]:
        with self._lock, self._faults():
            self._ready()
            yield

    def recall(self, customer: str, now: datetime) -> Profile:
        """See ``LongTermMemory``."""
        _known_zone(now)
        with self._using():
            row = self._customer(customer)
            if row is None:
                return Profile()
            facts = self._run(
                f"select {_FACT} from fact where customer = ? and valid_from <= ? "
                "and (valid_to is null or valid_to > ?) order by recorded desc, id desc",
                (row, now, now),
            )
            episodes = self._run(
                f"select {_EPISODE} from episode where customer = ? order by at desc, id desc "
                f"limit {EPISODES}",
                (row,),
            )
            counted = self._run("select count(*) from episode where customer = ?", (row,))
        return Profile(tuple(map(_fact, facts)), tuple(map(_episode, episodes)), _int(counted[0]))

    def write(
        self, customer: str, episode: Episode, facts: Sequence[NewFact], now: datetime
    ) -> Written:
        """See ``LongTermMemory``."""
        _known_zone(now, episode.at)
        latest = {fact.name: fact for fact in facts}
        texts = [_words_of(fact) for fact in latest.values()]
        # Before the transaction: nobody waits for a server while he keeps others from writing.
        blobs = self._blobs([*texts, episode.summary])
        with self._using(), self._transaction():
            self._run("insert into customer (name) values (?) on conflict do nothing", (customer,))
            row = self._customer(customer)
            assert row is not None
            added = self._run(
                "insert into episode (customer, call, at, outcome, summary, turns) "
                "values (?, ?, ?, ?, ?, ?) on conflict do nothing returning id",
                (row, episode.call, episode.at, episode.outcome, episode.summary, episode.turns),
            )
            if not added:
                return Written()
            document = document_of(_int(added[0]), episode=True)
            self._remember(document, row, episode.summary, blobs, len(texts))
            new = changed = confirmed = 0
            for at, fact in enumerate(latest.values()):
                before = self._run(
                    "select id, value from fact where customer = ? and name = ? "
                    "and valid_to is null",
                    (row, fact.name),
                )
                if before and before[0][1] == fact.value:
                    self._run("update fact set recorded = ? where id = ?", (now, _int(before[0])))
                    confirmed += 1
                    continue
                if before:
                    self._run("update fact set valid_to = ? where id = ?", (now, _int(before[0])))
                made = self._run(
                    "insert into fact (customer, name, value, text, call, turn, valid_from, "
                    "recorded) values (?, ?, ?, ?, ?, ?, ?, ?) returning id",
                    (row, fact.name, fact.value, fact.text, episode.call, fact.turn, now, now),
                )
                document = document_of(_int(made[0]), episode=False)
                self._remember(document, row, texts[at], blobs, at)
                new, changed = new + (not before), changed + bool(before)
        wanted = self._embedder is not None
        return Written(new, changed, confirmed, embedded=not wanted or blobs is not None)

    def _remember(
        self, document: int, customer: int, text: str, blobs: Sequence[bytes] | None, at: int
    ) -> None:
        self._index(document, customer, grams(text))
        if blobs is not None and self._embedder is not None:
            self._run(
                "insert into vector (document, customer, model, vector) values (?, ?, ?, ?)",
                (document, customer, self._embedder.name, blobs[at]),
            )

    def _blobs(self, texts: Sequence[str]) -> list[bytes] | None:
        """A vector for each text; None where there is no embedder, or none that answers."""
        if self._embedder is None:
            return None
        try:
            return [row.tobytes() for row in vectors(self._embedder, texts)]
        except EmbeddingError:
            return None

    def search(self, customer: str, query: str, limit: int = 5) -> tuple[Memory, ...]:
        """See ``LongTermMemory``."""
        words = tuple(dict.fromkeys(grams(query)))
        blobs = self._blobs([query]) if words else None
        with self._using():
            row = self._customer(customer)
            if row is None or not words or limit < 1:
                return ()
            rankings = [self._found(row, words, limit * CANDIDATES)]
            if blobs is not None and self._embedder is not None:
                import numpy as np

                stored = self._run(
                    "select document, vector from vector where customer = ? and model = ?",
                    (row, self._embedder.name),
                )
                pairs = [(_int(one), bytes(one[1])) for one in stored]  # type: ignore[call-overload]
                wanted = np.frombuffer(blobs[0], np.float32)
                floor = self._embedder.floor
                rankings.append(nearest(wanted, pairs, floor, limit * CANDIDATES))
            return tuple(self._document(one) for one in fused(rankings, limit))

    def _document(self, document: int) -> Memory:
        row, episode = divmod(document, 2)
        if episode:
            return _episode(self._run(f"select {_EPISODE} from episode where id = ?", (row,))[0])
        return _fact(self._run(f"select {_FACT} from fact where id = ?", (row,))[0])

    def customers(self) -> tuple[str, ...]:
        """See ``LongTermMemory``."""
        with self._using():
            return tuple(sorted(str(row[0]) for row in self._run("select name from customer")))

    def forget(self, customer: str) -> Erased:
        """See ``LongTermMemory``."""
        with self._using():
            with self._transaction():
                row = self._customer(customer)
                facts = self._ids("fact", row) if row is not None else []
                episodes = self._ids("episode", row) if row is not None else []
                self._delete(facts, episodes)
                self._run("delete from customer where name = ?", (customer,))
            # Of a stranger's too: the last time it may not have come to its end.
            self._erase()
        return Erased(int(row is not None), len(facts), len(episodes))

    def expire(self, now: datetime, retention_days: int, of: str = "") -> Erased:
        """See ``LongTermMemory``."""
        _known_zone(now)
        before = now - timedelta(days=retention_days)
        theirs = "customer in (select id from customer where substr(name, 1, ?) = ?)"
        whose: tuple[Cell, ...] = (len(of), of)
        with self._using():
            with self._transaction():
                old = self._run(
                    f"select id from fact where {theirs} and "
                    "case when valid_to is null then recorded else valid_to end < ?",
                    (*whose, before),
                )
                past = self._run(
                    f"select id from episode where {theirs} and at < ?", (*whose, before)
                )
                facts, episodes = [_int(one) for one in old], [_int(one) for one in past]
                self._delete(facts, episodes)
                gone = self._run(
                    "delete from customer where substr(name, 1, ?) = ? "
                    "and not exists (select 1 from fact where fact.customer = customer.id) "
                    "and not exists (select 1 from episode where episode.customer = customer.id) "
                    "returning id",
                    whose,
                )
            erased = Erased(len(gone), len(facts), len(episodes))
            if erased:
                self._erase()
        return erased

    def _ids(self, table: str, customer: int) -> list[int]:
        return [
            _int(one)
            for one in self._run(f"select id from {table} where customer = ?", (customer,))
        ]

    def _delete(self, facts: Sequence[int], episodes: Sequence[int]) -> None:
        documents = [document_of(one, episode=False) for one in facts]
        documents += [document_of(one, episode=True) for one in episodes]
        self._drop(documents)
        for one in documents:
            self._run("delete from vector where document = ?", (one,))
        for one in facts:
            self._run("delete from fact where id = ?", (one,))
        for one in episodes:
            self._run("delete from episode where id = ?", (one,))

    def _customer(self, name: str) -> int | None:
        found = self._run("select id from customer where name = ?", (name,))
        return _int(found[0]) if found else None

    def _check_version(self, found: int) -> None:
        if found != VERSION:
            raise StoreError(
                f"the memory's tables are of version {found}; this Kairos reads {VERSION}"
            )


def _words_of(fact: NewFact) -> str:
    name = fact.name.replace("_", " ").replace("-", " ")
    return " ".join(one for one in (name, fact.value, fact.text) if one)


def _int(row: Row) -> int:
    return int(str(row[0]))


def _known_zone(*times: datetime) -> None:
    for one in times:
        if one.utcoffset() is None:
            raise ValueError("a time of the memory's must know its time zone")


def _time(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _fact(row: Row) -> Fact:
    number, name, value, text, call, turn, start, end, recorded = row
    return Fact(
        int(str(number)),
        str(name),
        str(value),
        str(text),
        str(call),
        None if turn is None else int(str(turn)),
        _time(start),
        None if end is None else _time(end),
        _time(recorded),
    )


def _episode(row: Row) -> Episode:
    call, at, outcome, summary, turns = row
    return Episode(str(call), _time(at), str(outcome), str(summary), int(str(turns)))
