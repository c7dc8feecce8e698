"""Long-term memory on a server: PostgreSQL, for many machines. Needs the extra ``postgres``.

One connection, made anew when it was lost. Words are looked up as lexemes made here and not by the
server's parser, which depends on the database's locale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from system2.errors import StoreError
from system2.memory.embedding import Embedder
from system2.memory.tables import VERSION, Cell, Row, Tables

if TYPE_CHECKING:
    import psycopg

_SCHEMA = """
create table if not exists kairos_memory (version integer not null);
create table if not exists customer (
    id bigint generated always as identity primary key, name text not null unique);
create table if not exists fact (
    id bigint generated always as identity primary key,
    customer bigint not null references customer (id),
    name text not null, value text not null, text text not null,
    call text not null, turn integer,
    valid_from timestamptz not null, valid_to timestamptz, recorded timestamptz not null);
create unique index if not exists fact_now on fact (customer, name) where valid_to is null;
create index if not exists fact_recorded on fact (customer, recorded);
create index if not exists fact_old
    on fact ((case when valid_to is null then recorded else valid_to end));
create table if not exists episode (
    id bigint generated always as identity primary key,
    customer bigint not null references customer (id),
    call text not null, at timestamptz not null, outcome text not null,
    summary text not null, turns integer not null,
    unique (customer, call));
create index if not exists episode_at on episode (customer, at);
create index if not exists episode_old on episode (at);
create table if not exists vector (
    document bigint primary key,
    customer bigint not null references customer (id),
    model text not null, vector bytea not null);
create index if not exists vector_of on vector (customer, model);
create table if not exists words (
    document bigint primary key,
    customer bigint not null references customer (id),
    grams tsvector not null);
create index if not exists words_of on words (customer);
insert into kairos_memory select {version} where not exists (select 1 from kairos_memory)
"""

_SCHEMA_LOCK = 0x6B616972
"""Two that make the tables at once would stand in each other's way."""

ERASE_TIMES = 12
"""Erasing rewrites tables: it may take so many times as long as anything else."""

LEAST_CONNECT_S = 2
"""libpq waits no shorter than this."""


class PostgresMemory(Tables):
    """See ``LongTermMemory``. ``url``: ``postgresql://...``; its user makes the tables if they are
    not there, in the first schema of its search path.

    ``forget`` rewrites the tables, so that no file of theirs holds what was deleted; the server's
    own log, replicas and backups are its administrator's.
    """

    def __init__(
        self, url: str, *, timeout_s: float = 5.0, embedder: Embedder | None = None
    ) -> None:
        super().__init__(embedder)
        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise StoreError(
                "PostgreSQL needs psycopg: pip install 'kairos-voice[postgres]'"
            ) from None
        self._url = url
        self._timeout_s = timeout_s
        self._db: psycopg.Connection[Row] | None = None
        self._closed = False
        with self._using():
            self._set_up()

    def _set_up(self) -> None:
        if self._run("select to_regclass('kairos_memory') is not null") == [(False,)]:
            with self._transaction():
                self._run(f"select pg_advisory_xact_lock({_SCHEMA_LOCK})")
                for statement in _SCHEMA.format(version=VERSION).split(";"):
                    self._run(statement)
        self._check_version(int(str(self._run("select version from kairos_memory")[0][0])))

    def _connection(self) -> psycopg.Connection[Row]:
        if self._closed:
            raise StoreError("PostgreSQL: the memory is closed")
        if self._db is None or self._db.closed:
            import psycopg

            ms = int(1000 * self._timeout_s)
            self._db = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=max(LEAST_CONNECT_S, round(self._timeout_s)),
                application_name="kairos",
            )
            self._db.execute(f"set statement_timeout = {ms}".encode())
            self._db.execute(f"set lock_timeout = {ms}".encode())
            self._db.execute("set time zone 'UTC'")
        return self._db

    def _ready(self) -> None:
        """A server that was away in the meantime is asked anew."""
        import psycopg

        try:
            self._connection().execute("select 1")
        except psycopg.OperationalError:
            if self._db is not None:
                self._db.close()
            self._connection()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except Exception as error:
            import psycopg

            if not isinstance(error, psycopg.Error):
                raise
            # A server quotes values in its messages, and a bad address the password in it.
            code = error.sqlstate
            if code is None:
                raise StoreError("PostgreSQL: its server cannot be reached") from None
            raise StoreError(f"PostgreSQL: {type(error).__name__} ({code})") from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection().transaction():
            yield

    def _run(self, sql: str, values: Sequence[Cell] = ()) -> list[Row]:
        statement = sql.replace("?", "%s").encode()
        cursor = self._connection().execute(statement, [*values] if values else None)
        return cursor.fetchall() if cursor.description is not None else []

    def _index(self, document: int, customer: int, words: Sequence[str]) -> None:
        self._run(
            "insert into words (document, customer, grams) values (?, ?, array_to_tsvector(?))",
            (document, customer, sorted(set(words))),
        )

    def _drop(self, documents: Sequence[int]) -> None:
        for one in documents:
            self._run("delete from words where document = ?", (one,))

    def _found(self, customer: int, words: Sequence[str], limit: int) -> list[int]:
        # Grams hold letters and digits alone, so that quotes are all the quoting they need.
        wanted = " | ".join(f"'{one}'" for one in words)
        rows = self._run(
            "select document from words where customer = ? and grams @@ ?::tsquery "
            "order by ts_rank(grams, ?::tsquery, 1) desc, document desc limit ?",
            (customer, wanted, wanted, limit),
        )
        return [int(str(row[0])) for row in rows]

    def _erase(self) -> None:
        ms = int(1000 * self._timeout_s)
        self._run(f"set statement_timeout = {ERASE_TIMES * ms}")
        try:
            for table in ("words", "vector", "fact", "episode", "customer"):
                self._run(f"vacuum full {table}")
        finally:
            self._run(f"set statement_timeout = {ms}")

    def close(self) -> None:
        """See ``LongTermMemory``."""
        with self._lock:
            self._closed = True
            if self._db is not None:
                self._db.close()
