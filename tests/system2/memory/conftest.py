"""Both stores: every test that takes ``places`` runs over a file and over a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from system2.memory.embedding import Embedder
from system2.memory.store import LongTermMemory, open_store
from tests.system2.memory.server import Server, running

Opener = Callable[..., LongTermMemory]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests of a process."""
    with running() as started:
        yield started


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store."""
    if request.param == "sqlite":
        return str(tmp_path / "deep" / "memory.db")
    server: Server = request.getfixturevalue("server")
    empty(server.url)
    return server.url


def empty(url: str) -> None:
    """Take everything out of the server's database."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        db.execute("drop schema public cascade")
        db.execute("create schema public")


@pytest.fixture
def opened(where: str) -> Iterator[Opener]:
    """Opens the store; what it opened is closed in the end."""
    stores: list[LongTermMemory] = []

    def opener(embedder: Embedder | None = None) -> LongTermMemory:
        stores.append(open_store(where, embedder=embedder))
        return stores[-1]

    yield opener
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opener) -> LongTermMemory:
    """An empty store."""
    return opened()
