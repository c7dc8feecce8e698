from __future__ import annotations

import subprocess
import sys
import threading
from functools import partial

import pytest

from speech.worker import Worker


def test_tasks_are_done_in_order_elsewhere() -> None:
    worker = Worker("try")
    done: list[tuple[int, str]] = []

    def note(number: int) -> None:
        done.append((number, threading.current_thread().name))

    for number in range(3):
        worker.give(partial(note, number))
    assert worker.settle(30)
    assert done == [(0, "try"), (1, "try"), (2, "try")]
    worker.close()
    assert worker.ended.wait(30)


def test_once_closed_the_task_under_way_is_the_last() -> None:
    worker = Worker("try")
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def first() -> None:
        begun.set()
        go_on.wait(30)
        done.append("first")

    worker.give(first)
    worker.give(lambda: done.append("second"))
    assert begun.wait(30)
    worker.close()
    assert not worker.ended.is_set()
    go_on.set()
    assert worker.ended.wait(30)
    assert done == ["first"]


_LEFT_OPEN = """
import threading
from speech.worker import Worker

begun, go_on = threading.Event(), threading.Event()

def task():
    begun.set()
    go_on.wait(30)
    print("done", flush=True)

worker = Worker("left open")
worker.give(task)
worker.give(lambda: print("never", flush=True))
begun.wait(30)
threading.Timer(0.05, go_on.set).start()
"""


@pytest.mark.slow
def test_a_process_ends_once_the_task_under_way_is_done() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LEFT_OPEN], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")
