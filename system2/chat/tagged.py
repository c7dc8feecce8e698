"""What some models write into their text: thoughts to themselves, and tool calls between tags.

A server takes them out where it knows the model; where it does not, and in process, this does.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from system2.chat.model import ChatEvent, TextDelta, ToolCall

_THINK = ("<think>", "</think>")
_CALL = ("<tool_call>", "</tool_call>")
_PAIRS = (_THINK, _CALL)
_OPENING = tuple(opening for opening, _ in _PAIRS)


class Untagged:
    """Text in any pieces, to text without thoughts, and calls (as Hermes and Qwen write them).

    A tag that stands in two pieces is found all the same; an open one is closed by the end.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside: tuple[str, str] | None = None
        self._calls = 0

    def feed(self, text: str) -> Iterator[ChatEvent]:
        """The next piece."""
        self._held += text
        while True:
            if self._inside is not None:
                body, tag, rest = self._held.partition(self._inside[1])
                if not tag:
                    return
                yield from self._taken(self._inside, body)
                self._inside, self._held = None, rest
                continue
            at, pair = self._next()
            if pair is None:
                keep = _beginning(self._held)
                said, self._held = self._held[:keep], self._held[keep:]
                if said:
                    yield TextDelta(said)
                return
            said, self._held = self._held[:at], self._held[at + len(pair[0]) :]
            self._inside = pair
            if said:
                yield TextDelta(said)

    def end(self) -> Iterator[ChatEvent]:
        """What was held back for a tag that did not come."""
        held, self._held = self._held, ""
        if self._inside is not None:
            yield from self._taken(self._inside, held)
        elif held:
            yield TextDelta(held)

    def _next(self) -> tuple[int, tuple[str, str] | None]:
        found = [(at, pair) for pair in _PAIRS if (at := self._held.find(pair[0])) >= 0]
        return min(found, default=(0, None), key=lambda one: one[0])

    def _taken(self, pair: tuple[str, str], body: str) -> Iterator[ChatEvent]:
        if pair is not _CALL:
            return
        try:
            call = json.loads(body)
            name, arguments = call["name"], call.get("arguments", {})
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return
        if isinstance(name, str) and name:
            self._calls += 1
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            yield ToolCall(f"tagged_{self._calls}", name, text)


async def untagged(events: AsyncGenerator[ChatEvent, None]) -> AsyncGenerator[ChatEvent, None]:
    """A model's stream without tags; closing it closes the model's."""
    tags = Untagged()
    async with aclosing(events):
        async for event in events:
            match event:
                case TextDelta(text=text):
                    for found in tags.feed(text):
                        yield found
                case _:
                    for found in tags.end():
                        yield found
                    yield event
    for found in tags.end():
        yield found


def _beginning(text: str) -> int:
    """Where, at the end of the text, a tag may have begun."""
    at = text.rfind("<")
    if at >= 0 and any(tag.startswith(text[at:]) for tag in _OPENING):
        return at
    return len(text)
