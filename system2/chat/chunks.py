"""The chunks of a streamed chat completion, put together: text at once, each tool call whole.

The SDK does not check what a server sends, so nothing is taken for granted here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from system2.chat.model import ChatEvent, TextDelta, ToolCall, Usage

MOST_CALLS = 16
"""Tool calls of one answer; more are no answer of use."""


class Garbage(Exception):
    """What came is no chat completion; the text says in a few words what is wrong with it."""


@dataclass(slots=True)
class _Part:
    """A tool call that is still being written."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Answer:
    """One answer under way. ``begun``: a word or a tool call of it has come."""

    def __init__(self) -> None:
        self.begun = False
        self.length = 0
        self._finished = False
        self._parts: dict[int, _Part] = {}
        self._usage: Usage | None = None

    def take(self, chunk: object) -> Iterator[ChatEvent]:
        """What a chunk brings."""
        self._count(getattr(chunk, "usage", None))
        choices = getattr(chunk, "choices", None)
        if choices is None and self._usage is not None:
            return
        if not isinstance(choices, list):
            raise Garbage("streams no chat completion")
        for choice in choices[:1]:
            delta = getattr(choice, "delta", None)
            text = getattr(delta, "content", None)
            if text is not None and not isinstance(text, str):
                raise Garbage("streams no chat completion")
            if text:
                self.begun = True
                self.length += len(text)
                yield TextDelta(text)
            for call in getattr(delta, "tool_calls", None) or ():
                self._add(call)
            if getattr(choice, "finish_reason", None):
                self._finished = True

    def end(self) -> Iterator[ChatEvent]:
        """What is known once the stream has ended; ``Garbage`` if it ended too early."""
        if not self._finished:
            raise Garbage("broke off in mid-answer" if self.begun else "streams no chat completion")
        for index, part in sorted(self._parts.items()):
            if not part.name:
                raise Garbage("calls a tool without a name")
            yield ToolCall(part.id or f"call_{index}", part.name, "".join(part.arguments) or "{}")
        if self._usage is not None:
            yield self._usage

    def _add(self, call: object) -> None:
        index = getattr(call, "index", None)
        if not isinstance(index, int):
            # Some servers leave it out and send each call whole.
            index = len(self._parts)
        if index not in self._parts and len(self._parts) >= MOST_CALLS:
            raise Garbage("calls tools without end")
        self.begun = True
        part = self._parts.setdefault(index, _Part())
        function = getattr(call, "function", None)
        for value, name in ((getattr(call, "id", None), "id"), (_name(function), "name")):
            if isinstance(value, str) and value:
                setattr(part, name, value)
        arguments = getattr(function, "arguments", None)
        if isinstance(arguments, str):
            self.length += len(arguments)
            part.arguments.append(arguments)

    def _count(self, usage: object) -> None:
        tokens_in = getattr(usage, "prompt_tokens", None)
        tokens_out = getattr(usage, "completion_tokens", None)
        if isinstance(tokens_in, int) and isinstance(tokens_out, int):
            self._usage = Usage(tokens_in, tokens_out)


def _name(function: object) -> object:
    return getattr(function, "name", None)
