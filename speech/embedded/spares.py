"""What is costly to make, made ahead: it is there when a call begins, and taken once.

A process that forks one for each call makes it before that; the call's process finds it in memory
that the two share.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Made = TypeVar("_Made")


class Spares(Generic[_Key, _Made]):
    """At most one spare for each key, as ``make`` makes it. It may be used from any thread."""

    def __init__(self, make: Callable[[_Key], _Made]) -> None:
        self._make = make
        self._kept: dict[_Key, _Made] = {}

    def warm(self, key: _Key) -> None:
        """Have one ready; nothing is done where there is one."""
        if key not in self._kept:
            self._kept[key] = self._make(key)

    def take(self, key: _Key) -> _Made | None:
        """The spare, which nobody else gets then; None where there is none."""
        return self._kept.pop(key, None)
