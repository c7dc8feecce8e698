"""The Hugging Face hub, where weights are fetched from: not waited for where it cannot be reached.

Its library tries every request for half a minute and says so each time; without a network that is
a page of lines and minutes before the one that matters. So one short request decides beforehand
whether there is a hub; if not, only what is on this machine counts.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE_S = 5.0


@contextmanager
def hub() -> Iterator[None]:
    """In here the hub's library fetches what is missing if it can, and fails at once if not."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or _answers(constants.ENDPOINT):
        yield
        return
    with offline():
        yield


@contextmanager
def offline() -> Iterator[None]:
    """In here nothing is fetched: weights count if they are on this machine."""
    try:
        from huggingface_hub import constants
    except ImportError:
        yield
        return
    before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def _answers(endpoint: str) -> bool:
    """Whatever it answers: it is there."""
    try:
        request = urllib.request.Request(endpoint, method="HEAD")
        with urllib.request.urlopen(request, timeout=_PATIENCE_S):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
