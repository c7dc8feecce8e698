"""A tool's answer in one form: JSON compacted with its keys sorted, or plain text; bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from policies.tools import Tool
from system2.desk import Json


class ToolError(Exception):
    """A tool gave no answer of use; the text says why in a few words, none of the caller's.

    ``unclear``: it may have done its work all the same.
    """

    def __init__(self, reason: str, *, unclear: bool = False) -> None:
        super().__init__(reason)
        self.unclear = unclear


@dataclass(frozen=True, slots=True)
class Answer:
    """``text``: what the tool says, or where it went wrong (``ok`` False) what went wrong.

    ``takes_s``: how long it is to count as having taken in virtual time; None where that is for
    others to say. ``unclear``: see ``ToolError``.
    """

    ok: bool
    text: str
    takes_s: float | None = None
    unclear: bool = False


class Toolbox(Protocol):
    """Where tools are really used, or where a scenario stands in for them."""

    async def run(self, tool: Tool, arguments: Mapping[str, Json], key: str) -> Answer:
        """Use a tool once. ``arguments`` fit its parameters; ``key`` names this errand, so that
        a server can tell its repetition from another one.

        Never raises for what a tool does wrong. Sets no time limit: cancelled when it is over.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


def compact(value: Json) -> str:
    """A value as JSON, always in the same words."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def bounded(text: str, most_bytes: int) -> str:
    """``text``; ``ToolError`` where it is longer than it may be."""
    if len(text.encode(errors="surrogatepass")) > most_bytes:
        raise too_long(most_bytes)
    return text


def too_long(most_bytes: int) -> ToolError:
    """What is told of an answer that is longer than it may be."""
    return ToolError(f"its answer is longer than {most_bytes} bytes")


def of_value(value: object, most_bytes: int) -> str:
    """What a function returned; a text stays as it is."""
    if isinstance(value, str):
        return bounded(value, most_bytes)
    try:
        text = compact(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, RecursionError):
        raise ToolError("its answer is no JSON") from None
    return bounded(text, most_bytes)


def of_body(body: bytes, kind: str, returns: str | None) -> str:
    """A server's answer. ``kind``: its content type; ``returns``: where the result stands in it."""
    if not body.strip():
        if returns is not None:
            raise ToolError("its answer is empty")
        return ""
    media = kind.partition(";")[0].strip().lower()
    is_json = media.endswith(("/json", "+json"))
    if not is_json and media not in ("", "text/plain"):
        raise ToolError("its answer is neither JSON nor plain text")
    try:
        value: Json = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        if is_json or returns is not None:
            raise ToolError("its answer is no JSON") from None
        return body.decode("utf-8", "replace").strip()
    if returns is None:
        return compact(value)
    try:
        value = field(value, returns)
    except LookupError:
        raise ToolError(f"its answer has no {returns!r}") from None
    return value if isinstance(value, str) else compact(value)


def _no_number(name: str) -> float:
    raise ValueError(name)


def field(value: Json, path: str) -> Json:
    """What stands at a dotted path, such as ``parcels.0.city``; ``LookupError`` if nothing does."""
    for step in path.split("."):
        match value:
            case dict():
                value = value[step]
            case list() if step.isdecimal():
                value = value[int(step)]
            case _:
                raise LookupError(step)
    return value
