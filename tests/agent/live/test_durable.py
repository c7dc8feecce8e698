"""What brings files to the disk: off the call's own thread, and until they are released."""

from __future__ import annotations

import os
import queue
from pathlib import Path

from agent.live.durable import Durability


class Seconds:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self._passed: queue.Queue[None] = queue.Queue()
        self._waits: queue.Queue[None] = queue.Queue()

    def wait(self) -> None:
        self._waits.put(None)
        self._passed.get(timeout=10)

    def pass_by(self) -> None:
        self._waits.get(timeout=10)
        self._passed.put(None)


def same_file(one: int, path: Path) -> bool:
    return os.fstat(one).st_ino == path.stat().st_ino


def test_each_file_is_brought_to_the_disk_every_second_until_it_is_released(
    tmp_path: Path,
) -> None:
    seconds, synced = Seconds(), queue.Queue[bool]()
    path = tmp_path / "events.jsonl"
    disk = Durability(sync=lambda one: synced.put(same_file(one, path)), wait=seconds.wait)
    with path.open("w") as file:
        release = disk.keep(file.fileno())
        for _ in range(2):
            seconds.pass_by()
            assert synced.get(timeout=10)
        release()
    # Closed already: what was written last gets there all the same.
    seconds.pass_by()
    assert synced.get(timeout=10)
    assert synced.empty()


def test_the_next_call_is_kept_as_well_and_a_full_disk_stops_nothing(tmp_path: Path) -> None:
    seconds, synced = Seconds(), queue.Queue[None]()

    def full(_: int) -> None:
        synced.put(None)
        raise OSError(28, "No space left on device")

    disk = Durability(sync=full, wait=seconds.wait)
    for name in ("a", "b"):
        with (tmp_path / name).open("w") as file:
            release = disk.keep(file.fileno())
            seconds.pass_by()
            synced.get(timeout=10)
            release()
        seconds.pass_by()
        synced.get(timeout=10)
