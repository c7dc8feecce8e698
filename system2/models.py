"""Which mind answers to which name."""

from __future__ import annotations

from datetime import date

from policies.policy import Policy
from system2.errors import ModelError
from system2.grounded import Grounded
from system2.mind import Mind

_AVAILABLE = "grounded"
_PLANNED = ("openai", "transformers")


def open_mind(name: str, policy: Policy, *, today: date) -> Mind:
    """The mind called ``name`` for a policy; ``today`` is the date of the call.

    ``ModelError`` with one clear line where there is no such mind.
    """
    if name == "grounded":
        return Grounded(policy, today=today)
    if name.partition(":")[0] in _PLANNED:
        raise ModelError(f"model {name!r} is not available yet; available: {_AVAILABLE}")
    raise ModelError(f"no model is called {name!r}; available: {_AVAILABLE}")
