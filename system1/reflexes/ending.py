"""Ends the call once the words that announced it were said, or when a limit is reached."""

from __future__ import annotations

from policies.timing import Ending
from system1.acts import Because, Kind
from system1.moves import Later, Leave, Proposal, Speak, TakeTurn
from system1.scene import EPSILON_S, Scene

GRACE_S = 10.0
"""How long after ``max_call`` a call may go on for the sake of a polite end."""


def announced(scene: Scene) -> Proposal:
    """A farewell or a hand-over has been said to its end."""
    if scene.leaving is None:
        return None
    do, to, because = scene.leaving
    return (Leave(do, to, because, time_out=because.rule == "max_call"),)


def limits(scene: Scene) -> Proposal:
    """No call and no turn goes on for ever."""
    numbers = scene.policy.turn_taking
    limit = numbers.max_call
    because = Because("max_call", (("limit_s", limit),))
    agent, caller = scene.agent, scene.caller
    if scene.now >= limit + GRACE_S - EPSILON_S:
        return (Leave(Ending.HANG_UP, None, because, time_out=True),)
    due = limit
    if scene.now >= limit - EPSILON_S:
        if scene.policy.farewell is None:
            return (Leave(Ending.HANG_UP, None, because, time_out=True),)
        if agent.current is None and not caller.speaking:
            farewell = scene.policy.farewell
            return (
                Speak(Kind.FAREWELL, farewell, because, interruptible=False, then=Ending.HANG_UP),
            )
        due = limit + GRACE_S
    over = caller.over_since is not None and agent.current is not None
    if caller.speaking and caller.turn_start is not None and not over:
        until = caller.turn_start + numbers.maxspeechtimeout
        if scene.now >= until - EPSILON_S:
            spoken_s = round(scene.now - caller.turn_start, 4)
            return (TakeTurn(Because("maxspeechtimeout", (("speech_s", spoken_s),))),)
        due = min(due, until)
    return Later(due)
