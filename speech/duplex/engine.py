"""What every speech-to-speech engine offers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from speech.duplex.events import Event
from speech.duplex.spoken import Answer
from speech.protocols import Audio

Turn: TypeAlias = tuple[Literal["caller", "agent"], str]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be answered. ``instructions``: who the agent is and what holds now; ``turns``:
    what was said so far, oldest first, the caller's words to answer last, for an engine that has
    lost its memory of it."""

    instructions: str
    turns: tuple[Turn, ...]


class Engine(Protocol):
    """A model that hears a call from its beginning to its end, and answers when it is asked to.

    Only ``respond`` and ``close`` may wait.
    """

    name: str

    own_pace: bool
    """It answers while time goes by, in virtual time as well: nobody can wait for its end."""

    def begin(self) -> None:
        """The call is live and has begun: what takes time may be done ahead."""
        ...

    def hear(self, block: Audio) -> None:
        """The next of the caller's sound, at ``SAMPLE_RATE``."""
        ...

    def speaks(self) -> None:
        """The caller was noticed to speak."""
        ...

    def stops(self) -> None:
        """The caller was noticed to have stopped."""
        ...

    def says(self, text: str) -> None:
        """The agent has said this in its ordinary voice; so much of it was heard."""
        ...

    def respond(self, request: Request, answer: Answer) -> AsyncGenerator[Event, None]:
        """Answer what was heard since the last time. Ends when the answer is over.

        Closing it abandons the answer. ``answer``: where it is written down, which tells in the end
        how much of it was played. Raises ``EngineError``.
        """
        ...

    async def caught_up(self) -> None:
        """Wait until all was taken that ``respond`` can give by now; for one with its own pace.

        No time passes, so it comes to an end.
        """
        ...

    async def close(self) -> None:
        """Give back what was taken."""
        ...
