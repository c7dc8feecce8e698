"""Opening a call of each policy before the first caller's."""

from __future__ import annotations

from agent.conversation import Conversation
from agent.serving.terms import Terms


async def warmed(terms: Terms) -> None:
    """Open a call of each policy and leave it: what cannot be opened is refused before a caller
    waits for it, and what is read once has been read.

    Raises as ``Conversation.open`` does.
    """
    for policy in terms.policies.values():
        async with Conversation.open(policy, speech=terms.speech, model=terms.model, clock="live"):
            pass
