"""Opening a call of each policy before the first caller's."""

from __future__ import annotations

import tempfile

import numpy as np

from agent.conversation import DEFAULT_PROFILE, Conversation
from agent.listening import ear_terms
from agent.live.pacing import FRAME_SAMPLES
from agent.serving.terms import Terms
from policies.policy import Policy
from policies.thinking import GROUNDED
from speech.profiles import is_embedded, warm_ears
from speech.protocols import SAMPLE_RATE, Audio

LONGEST_S = 20.0
"""How long the rehearsed greeting may be (s)."""
QUIET_S = 2.0


async def warmed(terms: Terms) -> None:
    """Open a call of each policy and leave it: what cannot be opened is refused before a caller
    waits for it, and what is read once has been read.

    Raises as ``Conversation.open`` does.
    """
    for policy in terms.policies.values():
        async with Conversation.open(policy, speech=terms.speech, model=terms.model, clock="live"):
            pass


async def rehearsed(terms: Terms) -> None:
    """Hold a call of each policy with itself: what a call's first second would have had to load,
    the processes that are forked from this one have.

    Nobody else is asked for it: no model, no server.
    """
    for policy in terms.policies.values():
        profile = terms.speech or policy.speech or DEFAULT_PROFILE
        if is_embedded(profile):
            with tempfile.TemporaryDirectory() as out:
                await _rehearse(policy, profile, out)
            warm_ears(profile, ear_terms(policy, True))


async def _rehearse(policy: Policy, profile: str, out: str) -> None:
    alone = policy.model_copy(
        update={
            "model": policy.model.model_copy(update={"fallback": None}),
            "adviser": None,
            "listener": None,
            "tools": (),
        }
    )
    opened = Conversation.open(alone, speech=profile, model=GROUNDED, clock="live", out=out)
    async with opened as call:
        greeting = await _heard(call, np.zeros(round(LONGEST_S * SAMPLE_RATE), np.float32))
        await _heard(call, greeting)
        await _heard(call, np.zeros(round(QUIET_S * SAMPLE_RATE), np.float32))


async def _heard(call: Conversation, caller: Audio) -> Audio:
    """What the agent says first while it hears this: it is waited for no longer than that takes."""
    said: list[Audio] = []
    quiet = 0
    for at in range(0, caller.size, FRAME_SAMPLES):
        answer = await call.step(caller[at : at + FRAME_SAMPLES])
        said.append(answer)
        quiet = 0 if answer.any() else quiet + 1
        if not caller.any() and len(said) > quiet > QUIET_S * SAMPLE_RATE / FRAME_SAMPLES:
            break
    return np.concatenate(said)
