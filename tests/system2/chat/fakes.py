"""A chat model in memory, and a desk with tools: for what depends on no protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from system1.errands import Errand, Outcome
from system2.chat.model import ChatError, ChatEvent, Request, TextDelta
from system2.desk import Json, ToolSpec


@dataclass
class Recited:
    """Says what it was given, one answer a request; a ``ChatError`` in it is raised."""

    answers: Sequence[Sequence[ChatEvent | ChatError | str]]
    name: str = "openai:recited"
    requests: list[Request] = field(default_factory=list)
    closed: int = 0

    async def stream(self, request: Request) -> AsyncGenerator[ChatEvent, None]:
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        try:
            for event in answer:
                if isinstance(event, ChatError):
                    raise event
                yield TextDelta(event) if isinstance(event, str) else event
        finally:
            self.closed += 1

    async def close(self) -> None:
        self.name = "closed"


@dataclass
class Bench:
    """A desk whose tools give what the test wrote."""

    tools: tuple[ToolSpec, ...] = ()
    gives: Mapping[str, Outcome | Errand] = field(default_factory=dict)
    used: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    sound: bytes | None = None

    async def use(self, tool: str, arguments: Mapping[str, Json]) -> Outcome | Errand:
        self.used.append((tool, dict(arguments)))
        return self.gives[tool]

    async def caller_audio(self) -> bytes | None:
        return self.sound


DOWN = ChatError("openai:recited at http://127.0.0.1:9/v1 cannot be reached")


def outcome(tool: str, text: str, ok: bool = True) -> Outcome:
    return Outcome(Errand(1, tool, "{}"), ok, text)
