"""What is SQLite's own: the file, who may read it, and what is refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from system2.errors import StoreError
from system2.memory.grams import grams
from system2.memory.sqlite import SqliteMemory
from system2.memory.store import open_store
from tests.system2.memory.lives import START, learn


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "memory.db"
    store = SqliteMemory(path)
    learn(store, "ann", "c1", city="Leeds")
    assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}
    assert path.parent.stat().st_mode & 0o077 == 0
    store.close()


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    SqliteMemory(path).close()
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="of version 99; this Kairos reads 1"):
        SqliteMemory(path)


def test_a_writer_who_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    store = SqliteMemory(path, timeout_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    assert store.recall("ann", START).calls == 0
    with pytest.raises(StoreError, match="database is locked"):
        learn(store, "ann", "c1", city="Leeds")
    other.close()
    learn(store, "ann", "c1", city="Leeds")
    store.close()


@pytest.mark.parametrize("where", ["mysql://host/db", "file:///tmp/x"])
def test_an_address_of_another_kind_is_refused(where: str) -> None:
    with pytest.raises(StoreError, match="a file or a postgresql:// address"):
        open_store(where)


@pytest.mark.parametrize("where", ["postgresql://u:secret@127.0.0.1:9/d", "postgresql://a:secret@"])
def test_a_server_that_is_not_there_tells_no_password(where: str) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_store(where, timeout_s=0.1)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Café, OPEN!", ("the", "cafe", "open")),
        ("退款", ("退款",)),
        ("我要退款abc上", ("我要", "要退", "退款", "abc", "上")),
        ("Ｗｉ-Ｆｉ５", ("wi", "fi5")),
        ("a_b  \n", ("a", "b")),
        ("", ()),
    ],
)
def test_grams(text: str, words: tuple[str, ...]) -> None:
    assert grams(text) == words
