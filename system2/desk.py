"""What a mind finds on its desk while it thinks: the tools, and the caller's own voice.

The edge lays the desk for each think. It keeps the time that tools take, knows which errands of a
call are under way, and sees to it that the same errand is not run twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from system1.errands import Errand, Outcome

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a mind sees it. ``parameters``: JSON Schema of an object.

    ``side_effects``: it changes something outside. ``confirm``: what the caller is asked before it
    is used, in which ``{name}`` stands for an argument; None where no leave is needed.
    ``announce``: what the caller is told when it takes long.
    """

    name: str
    description: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    side_effects: bool = False
    confirm: str | None = None
    announce: str | None = None


class Desk(Protocol):
    """Of one think."""

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """What may be used: the tools that the policy declares, and no other."""
        ...

    async def use(self, tool: str, arguments: Mapping[str, Json]) -> Outcome | Errand:
        """Use a tool: its outcome, or, where it takes longer than the policy lets an answer wait,
        the errand that goes on.

        Never raises for what a tool, its server or a mind does wrong: an unknown tool, arguments
        that do not fit and time-outs are outcomes with ``ok`` False. Cancelling it ends the tool's
        work, unless it has side effects.
        """
        ...

    async def caller_audio(self) -> bytes | None:
        """The caller's last turn as a WAV file, mono, 16 bits; None where there is no sound."""
        ...


class BareDesk:
    """A desk without tools or sound."""

    tools: tuple[ToolSpec, ...] = ()

    async def use(self, tool: str, arguments: Mapping[str, Json]) -> Outcome | Errand:
        """There is nothing to use."""
        return Outcome(Errand(0, tool, "{}"), False, f"there is no tool {tool!r}")

    async def caller_audio(self) -> bytes | None:
        """No sound."""
        return None


BARE_DESK = BareDesk()
