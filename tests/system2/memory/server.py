"""A PostgreSQL server of the tests' own: a temporary folder, a unix socket, no network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PACKAGE = "postgresql"
USERS = ("postgres", "nobody")
"""initdb refuses root."""


def programs() -> Path:
    """Where initdb lies; the test is skipped where it does not."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    if not found and named is None:
        pytest.skip(f"needs a PostgreSQL server: apt-get install {PACKAGE}")
    return (found[-1] if found else Path(str(named))).parent


def as_whom() -> tuple[int, int, list[str]]:
    """The user that the server runs as, its group, and what a command begins with."""
    if os.getuid():
        return os.getuid(), os.getgid(), []
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(known[name] for name in USERS if name in known)
    become = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    return entry.pw_uid, entry.pw_gid, become


class Server:
    """A server in a folder. ``url``: of its one database."""

    def __init__(self, folder: Path, bin_folder: Path, become: list[str]) -> None:
        self.data = folder / "data"
        self._folder, self._bin, self._become = folder, bin_folder, become
        self.url = f"postgresql://kairos@/postgres?host={folder}"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._become, str(self._bin / program), *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            check=False,
        )
        assert done.returncode == 0, f"{program} failed"

    def initialise(self) -> None:
        """Make the data folder."""
        self._run(
            "initdb", "-D", str(self.data), "-U", "kairos", "-A", "trust", "-E", "UTF8", "--no-sync"
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses='' -k {self._folder} -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")


@contextmanager
def running() -> Iterator[Server]:
    """A server while the context lasts."""
    bin_folder = programs()
    user, group, become = as_whom()
    # Not pytest's folder: the path of a socket is short, and the server's user must get there.
    folder = Path(tempfile.mkdtemp(prefix="kairos-pg-", dir="/tmp"))
    try:
        os.chown(folder, user, group)
        server = Server(folder, bin_folder, become)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
