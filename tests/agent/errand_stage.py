"""A stage for errands: a policy with tools, and a box of tools whose answers the test writes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from agent.clock import Clock
from agent.errands import ErrandDesk, Errands
from agent.records import ErrandDone
from policies.policy import Policy
from policies.tools import Tool
from system1.acts import Because, Think
from system1.brief import Brief
from system1.percepts import Returned
from system2.desk import Json
from system2.tools.answers import Answer

NUMBER = {
    "type": "object",
    "properties": {"number": {"type": "string"}, "amount": {"type": "number"}},
    "required": ["number"],
}
PYTHON = {"description": "A tool.", "python": "no.such:thing", "parameters": NUMBER}
POLICY = Policy.model_validate(
    {
        "policy": "shop",
        "persona": {"name": "Anna"},
        "greeting": "Hello.",
        "tools": [
            {"id": "track", **PYTHON, "announce": "This takes a while."},
            {"id": "book", **PYTHON, "side_effects": True, "confirm": None, "timeout": 5},
            {"id": "refund", **PYTHON, "side_effects": True, "confirm": "Refund {number}?"},
            {"id": "quick", **PYTHON, "timeout": 0.001, "background_after": 1},
            {"id": "at-once", **PYTHON, "background_after": 0},
            {"id": "book-later", **PYTHON, "background_after": 0}
            | {"side_effects": True, "confirm": None},
        ],
    }
)


class Box:
    """Tools whose answers the test writes; live they wait for ``gate``."""

    def __init__(self, *answers: Answer | Exception, wait: bool = False) -> None:
        self.answers = list(answers) or [Answer(True, '"done"', 0.5)]
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.wait = wait
        self.runs: list[tuple[str, dict[str, Json], str]] = []
        self.cancelled = 0
        self.closed = False

    async def run(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> Answer:
        self.runs.append((tool.id, dict(arguments), key))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.begun.set()
        try:
            if self.wait:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


def errands(box: Box, clock: Clock = "virtual") -> Errands:
    return Errands(POLICY, box, clock)


def lay(of: Errands, *, think: int = 1, at: float = 10.0, **brief: Any) -> ErrandDesk:
    return of.desk(Think(think, Brief("yes", **brief), False, Because("test")), at)


def taken(of: Errands, at: float) -> list[tuple[Returned | None, ErrandDone | None]]:
    found = []
    while (one := of.take(at)) is not None:
        found.append(one)
    return found


async def breathe() -> None:
    """Let everything else have its turn."""
    for _ in range(9):
        await asyncio.sleep(0)


def record(of: Errands, at: float = 999.0) -> ErrandDone:
    ((_, one),) = taken(of, at)
    assert one is not None
    return one
