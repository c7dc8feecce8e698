"""Whether calls can be held in processes of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from agent.conversation import DEFAULT_PROFILE
from agent.serving.terms import Terms
from policies.thinking import has_weights
from speech.profiles import batches


def why_not_apart(terms: Terms) -> str | None:
    """What keeps them together, in a line; None: nothing does.

    Raises ``SpeechError`` for a profile that is not known.
    """
    if sys.platform != "linux":
        return "only on Linux can a process with models in it be forked"
    for name, policy in terms.policies.items():
        profile = terms.speech or policy.speech or DEFAULT_PROFILE
        if batches(profile):
            return f"{name}: all calls share one batch of {profile}"
        for model in models(terms, name):
            if has_weights(model):
                return f"{name}: all calls share one {model}"
    return None


def models(terms: Terms, policy: str) -> Iterator[str]:
    """The language models that a policy may ask."""
    chosen = terms.policies[policy].model
    yield terms.model or chosen.name
    if chosen.fallback is not None:
        yield chosen.fallback.name
