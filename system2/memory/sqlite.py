"""Long-term memory in a file: SQLite with FTS5, for one machine.

A write-ahead log, flushed at each commit: a process that is killed, or a machine that loses power,
leaves every call whole or not there at all. Callers' data: only its owner may read the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from system2.errors import StoreError
from system2.memory.embedding import Embedder
from system2.memory.tables import VERSION, Cell, Row, Tables

_TABLES = """
create table customer (id integer primary key, name text not null unique);
create table fact (
    id integer primary key,
    customer integer not null references customer (id),
    name text not null, value text not null, text text not null,
    call text not null, turn integer,
    valid_from text not null, valid_to text, recorded text not null);
create unique index fact_now on fact (customer, name) where valid_to is null;
create index fact_recorded on fact (customer, recorded);
create index fact_old on fact (case when valid_to is null then recorded else valid_to end);
create table episode (
    id integer primary key,
    customer integer not null references customer (id),
    call text not null, at text not null, outcome text not null,
    summary text not null, turns integer not null,
    unique (customer, call));
create index episode_at on episode (customer, at);
create index episode_old on episode (at);
create table vector (
    document integer primary key,
    customer integer not null references customer (id),
    model text not null, vector blob not null);
create index vector_of on vector (customer, model);
create virtual table words using fts5 (who, grams, tokenize = 'unicode61', detail = 'column');
"""

IN_MEMORY = ":memory:"


class SqliteMemory(Tables):
    """See ``LongTermMemory``. ``where``: a file's path, made if need be, or ``:memory:``."""

    def __init__(
        self, where: str | Path, *, timeout_s: float = 5.0, embedder: Embedder | None = None
    ) -> None:
        super().__init__(embedder)
        self._where = str(where)
        self._closed = False
        with self._faults():
            if self._where != IN_MEMORY:
                _only_for_me(Path(self._where))
            self._db = sqlite3.connect(
                self._where, timeout_s, isolation_level=None, check_same_thread=False
            )
        try:
            with self._faults():
                self._set_up()
        except StoreError:
            self._db.close()
            raise

    def _set_up(self) -> None:
        for pragma in (
            "journal_mode = wal",
            "synchronous = full",
            "foreign_keys = on",
            # What is deleted is overwritten, and nothing is put into temporary files.
            "secure_delete = on",
            "temp_store = memory",
        ):
            self._db.execute(f"pragma {pragma}")
        if self._version() == 0:
            with self._transaction():
                # Another process may have been quicker.
                if self._version() == 0:
                    for statement in _TABLES.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"pragma user_version = {VERSION}")
        self._check_version(self._version())

    def _version(self) -> int:
        (found,) = self._db.execute("pragma user_version").fetchone()
        return int(found)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            what = error.strerror if isinstance(error, OSError) else str(error)
            raise StoreError(f"{self._where}: {what}") from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def _run(self, sql: str, values: Sequence[Cell] = ()) -> list[Row]:
        return self._db.execute(sql, [_cell(one) for one in values]).fetchall()

    def _index(self, document: int, customer: int, words: Sequence[str]) -> None:
        row = (document, f"c{customer}", " ".join(words))
        self._db.execute("insert into words (rowid, who, grams) values (?, ?, ?)", row)

    def _drop(self, documents: Sequence[int]) -> None:
        self._db.executemany("delete from words where rowid = ?", [(one,) for one in documents])

    def _found(self, customer: int, words: Sequence[str], limit: int) -> list[int]:
        # Grams hold letters and digits alone, so that quotes are all the quoting they need.
        wanted = " OR ".join(f'"{one}"' for one in words)
        rows = self._db.execute(
            "select rowid from words where words match ? "
            "order by bm25(words, 0.0, 1.0), rowid desc limit ?",
            (f"who : c{customer} AND grams : ({wanted})", limit),
        )
        return [int(row[0]) for row in rows]

    def _erase(self) -> None:
        """The index keeps deleted words until its parts are merged, pages keep what was moved off
        them until they are written anew, and the log keeps all until it is cut."""
        self._db.execute("insert into words (words) values ('optimize')")
        self._db.execute("vacuum")
        if self._where != IN_MEMORY:
            busy, *_ = self._db.execute("pragma wal_checkpoint(truncate)").fetchone()
            if busy:
                raise StoreError(
                    f"{self._where}: deleted, but somebody reads it still, so that the log could "
                    "not be cut: forget once more"
                )

    def close(self) -> None:
        """See ``LongTermMemory``."""
        with self._lock:
            self._db.close()


def _only_for_me(path: Path) -> None:
    """Make the file, and the folders above it, for nobody else to read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _cell(value: Cell) -> str | int | float | bytes | None:
    """Times as text that sorts as they do: in UTC, always as long."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    assert not isinstance(value, list)
    return value
