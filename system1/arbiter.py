"""Who wins when several reflexes propose: the first in a declared order."""

from __future__ import annotations

from collections.abc import Callable

from system1.moves import Later, Move, Proposal
from system1.reflexes import (
    alert,
    answering,
    bargein,
    caps,
    consulting,
    ending,
    given,
    initiative,
    listening,
    loops,
    machine,
    repair,
    silence,
    soothing,
    speculation,
    stray,
    turn_end,
)
from system1.scene import Scene

Reflex = Callable[[Scene], Proposal]

ORDER: tuple[Reflex, ...] = (
    ending.announced,
    ending.limits,
    given.silenced,
    given.written_over,
    bargein.too_soon,
    repair.cut_in,
    listening.gone_on,
    bargein.barge_in,
    bargein.false_alarm,
    alert.sound,
    turn_end.revised,
    turn_end.goes_on,
    consulting.heeded,
    stray.stray,
    turn_end.end_of_turn,
    speculation.gone_on,
    speculation.ahead,
    initiative.opening,
    machine.machine,
    answering.key_rules,
    loops.loop,
    caps.not_understood,
    answering.nomatch,
    repair.take_up,
    answering.think,
    soothing.soothe,
    answering.reply,
    listening.low_pitch,
    listening.backchannel,
    initiative.filler,
    initiative.report,
    initiative.progress,
    silence.hold,
    silence.resume,
    caps.unanswered,
    silence.noinput,
    initiative.attend,
    consulting.done,
    consulting.overlap,
)
"""Ending before reacting, reacting before answering, answering before taking the initiative."""


def arbitrate(scene: Scene) -> tuple[tuple[Move, ...], float | None]:
    """The winning moves, or none and the earliest time (s) at which a reflex wants to look."""
    wake: float | None = None
    for reflex in ORDER:
        proposal = reflex(scene)
        match proposal:
            case None:
                continue
            case Later(at=at):
                wake = at if wake is None else min(wake, at)
            case _:
                return proposal, None
    return (), wake
