"""Functions that a policy under test names as tools."""

from __future__ import annotations

import asyncio
import threading

GATE = threading.Event()
"""What ``stuck`` waits for; set by the test that uses it."""


def add(a: int, b: int) -> dict[str, int]:
    return {"sum": a + b}


async def greet(name: str) -> str:
    await asyncio.sleep(0)
    return f"hello {name}"


def on_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def fails(words: str) -> None:
    raise ValueError(f"cannot use {words}")


async def fails_later(words: str) -> None:
    raise ValueError(f"cannot use {words}")


def leaves() -> None:
    raise SystemExit(3)


def unreadable() -> object:
    return object()


def long() -> str:
    return "x" * 100_000


def stuck() -> None:
    GATE.wait()


class Shop:
    @staticmethod
    def open() -> bool:
        return True
