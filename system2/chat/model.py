"""What a chat model is asked and what it streams back: the protocol of every back end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from system2.desk import Json
from system2.tokens import estimate_tokens

AUDIO_TOKENS_PER_BYTE = 10 / 32_000
"""About ten tokens for a second of 16 kHz sound, where the server does not count."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool. ``arguments``: JSON text as the model wrote it, maybe broken."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``calls``: of an assistant; ``answers``: the id of the call that a tool's
    message answers; ``audio``: a WAV file that goes with a user's words."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    answers: str | None = None
    audio: bytes | None = None


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A tool that the model may call. ``parameters``: JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``most_tokens``: of the answer; ``temperature`` None: the model's own.

    ``schema``: the answer is to be JSON of this JSON Schema.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolOffer, ...] = ()
    most_tokens: int = 256
    temperature: float | None = None
    schema: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the request, as counted by the one who knows."""

    tokens_in: int
    tokens_out: int


ChatEvent = TextDelta | ToolCall | Usage


class ChatError(Exception):
    """The model gave no answer, or none to its end. The text is one clear line: which model and
    what is wrong, no key, and nothing of what was said."""


class ChatModel(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """As the policy names it."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[ChatEvent, None]:
        """The answer as it is made: text in pieces, each tool call whole, at most one usage.

        Ends when the answer is whole; ``ChatError`` where it is not. Closing the iterator ends the
        model's work at once.
        """
        ...

    async def close(self) -> None:
        """Give back what was taken."""
        ...


def estimated(request: Request, said: str) -> Usage:
    """About how many tokens a request and its answer took."""
    written = [message.text for message in request.messages]
    written += [call.arguments for message in request.messages for call in message.calls]
    written += [f"{tool.name} {tool.description} {tool.parameters}" for tool in request.tools]
    sound = sum(len(message.audio or b"") for message in request.messages)
    tokens_in = sum(estimate_tokens(text) for text in written)
    return Usage(tokens_in + int(sound * AUDIO_TOKENS_PER_BYTE), estimate_tokens(said))
