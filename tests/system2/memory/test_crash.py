"""A process that is killed at any point of writing: every call is there whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from system2.memory.store import LongTermMemory, open_store
from tests.system2.memory.conftest import empty
from tests.system2.memory.lives import day, values
from tests.system2.memory.server import Server
from tests.system2.memory.writer import FACTS

ROOT = Path(__file__).parents[3]


def die(where: str, kills: int) -> dict[int, int]:
    """How many calls each life was told are safe."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.system2.memory.writer", where, str(kills)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = (line.split() for line in done.stdout.splitlines())
    return {int(life): int(count) for life, count in lines}


def check(
    store: LongTermMemory, facts: dict[str, int], episodes: set[str], told: dict[int, int]
) -> None:
    """``facts``: how many of each call there are; ``episodes``: the calls."""
    assert set(facts) == episodes
    assert set(facts.values()) == {FACTS}
    for life, count in told.items():
        kept = {name for name in episodes if name.startswith(f"{life}-")}
        # The one that was being written when it died may be safe without its having been told.
        assert {f"{life}-{number}" for number in range(count)} <= kept
        assert len(kept) <= count + 1
    for name in sorted(episodes)[:5]:
        summary = "s" + name.replace("-", "x")
        assert values(store.search("ann", summary)) == [summary]


@pytest.mark.slow
def test_sqlite_outlives_its_writers(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    told = die(str(path), 120)
    assert len(told) == 120
    assert any(told.values())
    store = open_store(str(path))
    db = sqlite3.connect(path)
    assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert db.execute("pragma foreign_key_check").fetchall() == []
    db.execute("insert into words (words) values ('integrity-check')")
    facts = dict(db.execute("select call, count(*) from fact group by call").fetchall())
    episodes = {row[0] for row in db.execute("select call from episode")}
    current = db.execute("select count(*) from fact where valid_to is null").fetchone()
    indexed = db.execute("select count(*) from words").fetchone()
    assert indexed == (len(episodes) * (FACTS + 1),)
    assert current == (FACTS,)
    db.close()
    check(store, facts, episodes, told)
    store.close()


@pytest.mark.slow
def test_postgres_outlives_its_writers_and_itself(server: Server) -> None:
    import psycopg

    empty(server.url)
    told = die(server.url, 10)
    store = open_store(server.url)
    before = store.recall("ann", day(999)).calls
    # Killed like a machine that loses its power: the store finds its way back by itself.
    server.stop()
    server.start()
    assert store.recall("ann", day(999)).calls == before
    with psycopg.connect(server.url) as db:
        counted = db.execute("select call, count(*) from fact group by call").fetchall()
        facts = {str(name): int(count) for name, count in counted}
        episodes = {str(row[0]) for row in db.execute("select call from episode")}
    check(store, facts, episodes, told)
    store.close()
