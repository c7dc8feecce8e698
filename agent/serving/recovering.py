"""What a server does about calls that another one, which died, has left unfinished."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

from agent.recovery import Recovered, recover
from agent.serving.calls import Calls
from agent.serving.entries import Channel, ServedCall
from agent.serving.log import told, warned
from agent.serving.tally import tallied
from agent.unfinished import unfinished


async def recovering(calls: Calls, out: Path) -> None:
    """Finish them, one after the other, and list them among the ended ones.

    Calls that are under way, of this server or of another with the same folder, are left alone.
    """
    try:
        folders = await asyncio.to_thread(lambda: list(unfinished(out)))
    except OSError as error:
        warned("calls.not_recovered", error=type(error).__name__)
        return
    for folder in folders:
        if (found := await asyncio.to_thread(recover, folder)) is None:
            continue
        told("call.recovered", call=folder.name, outcome=found.outcome)
        if (call := as_served(found)) is not None:
            calls.add_ended(call)


async def recovered(calls: Calls, call: ServedCall) -> None:
    """Finish a call whose process died under this server."""
    found = await asyncio.to_thread(recover, call.folder)
    if found is not None:
        told("call.recovered", call=call.id, outcome=found.outcome)
        call.outcome, call.duration_s = found.outcome, found.duration_s
        calls.measured(call, tallied(found.records, found.figures, call.flow))


def as_served(found: Recovered) -> ServedCall | None:
    """The call as a list of calls has it; None for one that no server held."""
    for channel in get_args(Channel):
        if channel == found.channel:
            return ServedCall(
                found.folder.name,
                found.policy.policy,
                channel,
                found.folder,
                found.began.timestamp(),
                outcome=found.outcome,
                duration_s=found.duration_s,
            )
    return None
