"""What is forgotten is on no disk any more: the files are read byte by byte."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from system2.errors import StoreError
from system2.memory.profile import NewFact
from system2.memory.sqlite import SqliteMemory
from system2.memory.store import LongTermMemory, open_store
from tests.system2.memory.conftest import empty
from tests.system2.memory.lives import START, call, day
from tests.system2.memory.server import Server
from tests.system2.memory.test_embedding import Bags

SECRETS = ("zanzibarquartz", "麒麟瑞兽宝葫芦", "wombatparliament")
SURVIVES = "thunderpumpkin"


def fill(store: LongTermMemory) -> None:
    """Two customers whose rows lie among each other, some of them moved and superseded."""
    draw = random.Random(7)
    for number in range(60):
        long = "x" * draw.choice((5, 300, 9000))
        secret, other = SECRETS[number % 2], f"{SURVIVES} {number}"
        facts = [
            NewFact(f"slot{number % 7}", f"{secret} {number}", f"{secret} {long}"),
            NewFact(SECRETS[2], secret),
        ]
        store.write("ann-" + SECRETS[2], call(f"c{number}", summary=secret), facts, day(number))
        mine = [NewFact(f"slot{number % 7}", other, f"{other} {long}")]
        store.write("bob", call(f"c{number}"), mine, day(number))


def found_in(files: list[Path], *texts: str) -> set[str]:
    content = b"\n".join(path.read_bytes() for path in files)
    grams = ["麒麟", "瑞兽"]
    return {text for text in (*texts, *grams) if text.encode() in content}


def of_sqlite(path: Path) -> list[Path]:
    return sorted(path.parent.iterdir())


def by_forgetting(store: LongTermMemory) -> None:
    assert store.forget("ann-" + SECRETS[2]).facts == 120


def by_expiring(store: LongTermMemory) -> None:
    assert store.expire(day(999), 30, of="ann").facts == 120


@pytest.mark.slow
@pytest.mark.parametrize("erase", [by_forgetting, by_expiring])
@pytest.mark.parametrize("reopened", [False, True])
def test_no_file_of_sqlite_holds_it(
    tmp_path: Path, erase: Callable[[LongTermMemory], None], reopened: bool
) -> None:
    path = tmp_path / "memory.db"
    store = SqliteMemory(path, embedder=Bags())
    fill(store)
    assert found_in(of_sqlite(path), *SECRETS) == {*SECRETS, "麒麟", "瑞兽"}
    if reopened:
        store.close()
        store = SqliteMemory(path, embedder=Bags())
    erase(store)
    assert found_in(of_sqlite(path), *SECRETS) == set()
    assert found_in(of_sqlite(path), SURVIVES) == {SURVIVES}
    assert len(store.recall("bob", day(99)).facts) == 7
    store.close()
    assert found_in(of_sqlite(path), *SECRETS) == set()


@pytest.mark.slow
def test_who_reads_while_it_is_cut_is_told_of(tmp_path: Path) -> None:
    """The log cannot be cut under a reader: that is said, and the next time it is done."""
    import sqlite3

    path = tmp_path / "memory.db"
    store = SqliteMemory(path, timeout_s=0.01)
    fill(store)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from fact").fetchone()
    with pytest.raises(StoreError, match="could not be cut"):
        store.forget("ann-" + SECRETS[2])
    reader.close()
    assert store.recall("ann-" + SECRETS[2], START).calls == 0
    store.forget("ann-" + SECRETS[2])
    assert found_in(of_sqlite(path), *SECRETS) == set()
    store.close()


@pytest.mark.slow
def test_no_table_of_postgres_holds_it(server: Server) -> None:
    empty(server.url)
    store = open_store(server.url, embedder=Bags())
    fill(store)
    flush(server)
    tables = [path for path in (server.data / "base").rglob("*") if path.is_file()]
    assert found_in(tables, *SECRETS) >= set(SECRETS)
    by_forgetting(store)
    flush(server)
    tables = [path for path in (server.data / "base").rglob("*") if path.is_file()]
    assert found_in(tables, *SECRETS) == set()
    assert found_in(tables, SURVIVES) == {SURVIVES}
    store.close()


def flush(server: Server) -> None:
    import psycopg

    with psycopg.connect(server.url, autocommit=True) as db:
        db.execute("checkpoint")
