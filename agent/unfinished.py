"""Calls that are not over: what is needed to finish one whose process dies, beside its journal.

A live call has ``unfinished.json`` in its folder, readable by its owner alone, from before its
first frame until its last file is written. The process that holds the call has a lock on it, which
the system lets go of when the process dies, however it does: who gets the lock may finish the call.

The caller's id stands in it only where the call may be remembered, and is taken out as soon as it
has been.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from policies.policy import Policy

MARKER = "unfinished.json"

GIVEN_UP = "unrecovered.json"
"""The same of a call that could not be finished: it is not tried again by itself."""


class Begun(BaseModel):
    """How a call was begun. ``call``: its name in long-term memory; ``policy``: as it was then;
    ``model``: in place of the policy's; ``channel``: what carries it, where that is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: str
    began: AwareDatetime
    policy: Policy
    model: str | None = None
    channel: str | None = None
    caller_id: str | None = None


class Hold:
    """The lock of one call, until it is closed or the process dies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._begun: Begun | None = None
        self._release: Callable[[], None] | None = None

    @classmethod
    def on_new(
        cls, folder: Path, begun: Begun, keep: Callable[[int], Callable[[], None]] | None = None
    ) -> Hold:
        """Begin a call in its own folder. ``keep``: as for ``agent.journal.Journal``."""
        path = folder / MARKER
        hold = cls(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # Where the disk knows no locks, nobody else will get this one either.
        with suppress(OSError):
            fcntl.flock(hold._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        hold._write(begun)
        if keep is not None:
            hold._release = keep(hold._descriptor)
        return hold

    @classmethod
    def take(cls, folder: Path) -> Hold | None:
        """Of a call that nobody holds any more; None where there is none, or somebody does."""
        path = folder / MARKER
        try:
            hold = cls(path, os.open(path, os.O_RDWR))
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(hold._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hold.close()
            return None
        except OSError:
            hold.close()
            raise
        state = os.fstat(hold._descriptor)
        # Finished in the meantime, or not even begun.
        if not state.st_nlink or not state.st_size:
            hold.close()
            return None
        return hold

    def read(self) -> Begun:
        """How the call was begun; ``ValueError`` where that cannot be known."""
        if self._begun is None:
            size = os.fstat(self._descriptor).st_size
            self._begun = Begun.model_validate_json(os.pread(self._descriptor, size, 0))
        return self._begun

    def forget_caller(self) -> None:
        """The call has been remembered, as far as it is to be."""
        begun = self.read()
        if begun.caller_id is not None:
            self._write(begun.model_copy(update={"caller_id": None}))

    def _write(self, begun: Begun) -> None:
        self._begun = begun
        data = begun.model_dump_json().encode()
        os.ftruncate(self._descriptor, 0)
        while data:
            size = os.fstat(self._descriptor).st_size
            data = data[os.pwrite(self._descriptor, data, size) :]

    def give_up(self) -> None:
        """It cannot be finished: not to be tried again, unless somebody wants it."""
        os.replace(self._path, self._path.with_name(GIVEN_UP))

    def close(self) -> None:
        """Let go of the call, finished or not."""
        if self._descriptor < 0:
            return
        if self._release is not None:
            self._release()
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
        self._descriptor = -1


def unfinished(out: Path) -> Iterator[Path]:
    """The folders in ``out``, at any depth, of calls that are not finished, in order.

    Calls under way are among them: those that nobody holds ``Hold.take`` tells.
    """
    for path in sorted(out.rglob(MARKER)):
        yield path.parent


def finished(folder: Path) -> None:
    """The last file of a call is written."""
    (folder / MARKER).unlink(missing_ok=True)


def try_again(out: Path) -> None:
    """Count calls that were given up, in ``out`` at any depth, as unfinished."""
    for path in out.rglob(GIVEN_UP):
        path.replace(path.with_name(MARKER))
