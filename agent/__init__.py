"""One conversation wired together: a frame of the caller's audio in, a frame of the agent's out.

Also the call's journal and recording, what is drawn from them, and, as the roof of the house,
the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.conversation import Conversation

__all__ = ["Conversation"]


def __getattr__(name: str) -> object:
    # Looked up when it is wanted: `kairos --help` has no use for numpy and the statechart.
    if name == "Conversation":
        from agent.conversation import Conversation

        return Conversation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
