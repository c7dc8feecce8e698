"""Writes calls into a store and is killed while it does, again and again.

``python -m tests.system2.memory.writer WHERE KILLS`` prints, for each life, its name and how many
of its calls were acknowledged. A life ends by SIGKILL: with SQLite, half of them at a counted
instruction in the middle of a statement; the others from outside, wherever they happen to be.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from system2.memory.profile import NewFact
from system2.memory.sqlite import SqliteMemory
from system2.memory.store import POSTGRES, open_store
from tests.system2.memory.lives import START, call, day

FACTS = 5
STRIDE = 7
"""Instructions between two places of death."""


def live(where: str, life: int, acknowledge: int, dies_at: int | None) -> NoReturn:
    """Write until killed; a byte for each call that is safe."""
    store = open_store(where)
    if dies_at is not None and isinstance(store, SqliteMemory):
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            if steps >= dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return 0

        store._db.set_progress_handler(step, STRIDE)
    number = 0
    while True:
        name = f"{life}-{number}"
        facts = [NewFact(f"f{at}", name, "some words " * 20) for at in range(FACTS)]
        store.write("ann", call(name, day(life), summary=f"s{life}x{number}"), facts, START)
        os.write(acknowledge, b".")
        number += 1


def main(where: str, kills: int) -> None:
    open_store(where).close()
    for life in range(kills):
        listens, acknowledges = os.pipe()
        inside = life % 2 == 0 and not where.startswith(POSTGRES)
        child = os.fork()
        if child == 0:
            os.close(listens)
            live(where, life, acknowledges, 1 + 3 * life if inside else None)
        os.close(acknowledges)
        done = 0
        if not inside:
            done += len(os.read(listens, 1))
            for _ in range(life * 400):
                pass
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while block := os.read(listens, 4096):
            done += len(block)
        os.close(listens)
        sys.stdout.write(f"{life} {done}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
