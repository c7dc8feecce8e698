"""Call control: what is done to a call from outside its sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from agent.records import CallEnded


class ControlError(Exception):
    """A call could not be controlled; the text says why, and holds no secret and no number."""


class CallControl(Protocol):
    """Controls one call. Each method raises ``ControlError`` with one clear line."""

    @property
    def sends_digits(self) -> bool:
        """Whether ``send_digits`` can be used in mid-call; else keys must be sounded."""
        ...

    async def hang_up(self) -> None:
        """End the call; one that is over already is none to complain of."""
        ...

    async def transfer(self, to: str, summary: str | None = None) -> None:
        """Hand the caller to ``to`` (see ``target``). ``summary``: for whoever takes over, where
        it can be passed on."""
        ...

    async def send_digits(self, digits: str) -> None:
        """Press keys."""
        ...

    async def close(self) -> None:
        """Give back what was taken."""
        ...


async def conclude(
    ended: CallEnded,
    control: CallControl,
    targets: Mapping[str, str],
    summary: str | None = None,
) -> None:
    """Do to the line what the agent has decided. ``targets``: the policy's ``transfer``.

    A call that its caller has left needs nothing. Raises ``ControlError``.
    """
    match ended.outcome:
        case "transferred":
            await control.transfer(targets[ended.to or ""], summary)
        case "agent_hung_up" | "time_out" | "error":
            await control.hang_up()
        case "caller_hung_up":
            pass
