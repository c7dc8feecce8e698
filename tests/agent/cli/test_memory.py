"""``kairos memory``: what it prints, what it erases, and how it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.cli.app import main
from system2.memory.profile import Episode, NewFact
from system2.memory.store import open_store

NOW = datetime.now(UTC)


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A memory of two bots that know the same caller, and of one long gone."""
    path = tmp_path / "memory.db"
    monkeypatch.setenv("KAIROS_MEMORY", str(path))
    store = open_store(str(path))
    for who, city, days in (
        ("broadband/c-17", "Leeds", 3),
        ("clinic/c-17", "York", 2),
        ("broadband/old", "Hull", 500),
    ):
        at = NOW - timedelta(days=days)
        episode = Episode("c1", at, "caller_hung_up", "asked about 退款", 4)
        store.write(who, episode, [NewFact("city", city, turn=2)], at)
    store.close()
    return path


def kairos(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["memory", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_everyone_is_listed(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = kairos(capsys, "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "broadband/c-17",
        "broadband/old",
        "clinic/c-17",
    ]
    _, out, _ = kairos(capsys, "list", "--policy", "clinic")
    assert out.startswith("clinic/c-17  1 facts, 1 calls, last 20")


def test_what_is_known_is_shown(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = kairos(capsys, "show", "c-17")
    assert "city: Leeds" in out
    assert "city: York" in out
    assert "caller_hung_up, 4 turns: asked about 退款" in out
    _, out, _ = kairos(capsys, "show", "clinic/c-17", "--about", "退款")
    assert "Leeds" not in out
    assert "city: York" not in out
    assert "退款" in out
    _, out, _ = kairos(capsys, "show", "clinic/c-17", "--about", "zebra")
    assert "nothing" in out


def test_a_caller_is_forgotten_by_every_bot(
    where: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = kairos(capsys, "forget", "c-17", "--yes")
    assert code == 0
    assert out.count("1 facts and 1 calls are forgotten") == 2
    content = b"".join(path.read_bytes() for path in where.parent.iterdir())
    assert b"Leeds" not in content
    assert b"York" not in content
    assert b"Hull" in content


def test_a_caller_is_forgotten_by_one_bot(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kairos(capsys, "forget", "c-17", "--policy", "clinic", "--yes", "--store", str(where))
    _, out, _ = kairos(capsys, "list")
    assert "clinic" not in out
    assert "broadband/c-17" in out


def test_it_asks_first(
    where: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.confirm", lambda question: False)
    _, out, _ = kairos(capsys, "forget", "old")
    assert "nothing was forgotten" in out
    assert "old" in kairos(capsys, "list")[1]


def test_the_old_expires_by_its_policy(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = kairos(capsys, "expire", "--policy", "broadband")
    assert out.startswith("1 facts and 1 calls older than 365 days are forgotten, 1 callers")
    assert "old" not in kairos(capsys, "list")[1]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("show", "nobody"), "kairos: nobody is remembered as 'nobody'"),
        (("forget", "c-17", "--policy", "parcel-zh", "--yes"), "kairos: nobody is remembered as"),
        (("list", "--store", "no/such.db"), "kairos: no/such.db: there is no memory"),
        (("list", "--store", "mysql://x"), "kairos: mysql://x: there is no memory"),
        (("expire",), "kairos: Missing option '--policy'"),
    ],
)
def test_bad_input_is_one_line(
    where: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    code, _, err = kairos(capsys, *arguments)
    assert code == 2
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_a_file_that_is_no_memory(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where.write_text("no database, but long enough to be looked at as one" * 20)
    code, _, err = kairos(capsys, "list")
    assert (code, err) == (2, f"kairos: {where}: file is not a database\n")
