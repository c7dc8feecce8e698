"""Advisers for tests: they say what the test wrote, or nothing, and note what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from agent.advising import AdviserError, Advising
from system1.acts import Consult
from system1.consultation import INTERRUPTS, Matter

TERMS: dict[str, Any] = {"url": "http://127.0.0.1:8125", "model": "tiny"}
"""A policy's adviser section; nothing listens there."""


class Rules:
    """An adviser of few rules: what it says depends on the words alone."""

    def __init__(self, rule: Callable[[Consult], float]) -> None:
        self.rule = rule
        self.asked: list[Consult] = []
        self.closed = False

    async def ask(self, consult: Consult) -> Mapping[str, float]:
        self.asked.append(consult)
        return told(consult, self.rule(consult))

    async def close(self) -> None:
        self.closed = True


class Mute(Rules):
    """Never answers."""

    def __init__(self) -> None:
        super().__init__(lambda consult: 0.0)

    async def ask(self, consult: Consult) -> Mapping[str, float]:
        self.asked.append(consult)
        await asyncio.Event().wait()
        raise AssertionError


class Broken(Rules):
    """Raises whatever it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(lambda consult: 0.0)
        self.error = error or AdviserError("its server answers 503")

    async def ask(self, consult: Consult) -> Mapping[str, float]:
        self.asked.append(consult)
        raise self.error


def told(consult: Consult, chance: float) -> Mapping[str, float]:
    """A probability of what was asked: that the caller is done, or interrupts."""
    if consult.about is Matter.DONE:
        return {"done": chance, "goes_on": 1.0 - chance}
    return {INTERRUPTS: chance, "listens": 1.0 - chance, "aside": 0.0}


def advising(adviser: Rules, takes_s: float = 0.05, deadline_s: float = 0.15) -> Advising:
    """In virtual time; what never answers is given up at once."""
    return Advising(adviser, "virtual", deadline_s, takes_s, wall_s=0.0)
