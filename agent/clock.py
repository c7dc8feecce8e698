"""Which time a call runs in."""

from __future__ import annotations

from typing import Literal, TypeAlias

Clock: TypeAlias = Literal["virtual", "live"]
"""``virtual``: time stands still while a mind, a tool or an adviser works, and each is charged what
the scenario declares. ``live``: they take what they take."""
