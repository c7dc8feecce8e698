"""Moves into acts: the one door through which a decision changes the scene.

Behind it are the agent's own speech (``system1.speaking``) and the caller's turn
(``system1.turns``); nothing else calls either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from policies.timing import Ending
from system1.acts import (
    Abandon,
    HangUp,
    Listen,
    Stop,
    Transfer,
)
from system1.advice import consult
from system1.floor import FloorEvent
from system1.moves import (
    Answered,
    AskAdviser,
    AskMind,
    Attend,
    Backchannel,
    Challenged,
    Disregard,
    DropAhead,
    Extend,
    Heed,
    Hush,
    Leave,
    Lift,
    Lower,
    Move,
    Reassured,
    Reopen,
    Report,
    Speak,
    TakeTurn,
    TakeUp,
    ThinkAhead,
    Withdraw,
    Yield,
)
from system1.notices import AdviceHeeded, Output
from system1.repair import drop_kept
from system1.scene import Scene
from system1.speaking import backchannel, extend, hush, lift, lower, speak, withdraw, yield_floor
from system1.summary import summarize
from system1.turns import (
    answered,
    ask_mind,
    challenge,
    disregard,
    reassured,
    reopen,
    report,
    take_turn,
    take_up,
    think_ahead,
)


def commit(scene: Scene, move: Move) -> list[Output]:
    """Make a move: the scene is changed, the acts and notices come back in order."""
    match move:
        case Speak():
            return speak(scene, move)
        case Backchannel():
            return backchannel(scene, move)
        case Hush():
            return hush(scene, move.because)
        case Extend():
            return extend(scene, move)
        case Lower():
            return lower(scene, move.because)
        case Lift():
            return lift(scene, move.because)
        case Yield():
            return yield_floor(scene, move.because, move.for_good)
        case Withdraw():
            return withdraw(scene, move.because)
        case Disregard():
            return disregard(scene, move.because)
        case TakeTurn():
            return take_turn(scene, move.because)
        case Reopen():
            return reopen(scene, move.because)
        case AskMind():
            return ask_mind(scene, move.because)
        case ThinkAhead():
            return think_ahead(scene, move.because)
        case DropAhead():
            return drop_kept(scene, move.because)
        case Report():
            return report(scene, move.because)
        case Answered():
            return answered(scene, move.because, said=move.said)
        case TakeUp():
            return take_up(scene, move.because)
        case Attend():
            scene.listening = move.question
            return [Listen(move.question, move.because)]
        case Challenged():
            return challenge(scene, move)
        case Reassured():
            return reassured(scene, move)
        case AskAdviser():
            return consult(scene, move)
        case Heed():
            scene.counsel = replace(scene.counsel, heeded=move.consult)
            return [AdviceHeeded(scene.now, move.consult, move.because)]
        case Leave():
            return _leave(scene, move)
        case _:
            assert_never(move)


def _leave(scene: Scene, move: Leave) -> list[Output]:
    scene.leaving = None
    acts: list[Output] = []
    if scene.agent.current is not None and not scene.agent.current.ending:
        acts.append(Stop(scene.agent.current.id, 0.0, move.because))
    if scene.work is not None and not scene.work.done:
        acts.append(Abandon(scene.work.think, move.because))
    scene.work = None
    acts += drop_kept(scene, move.because)
    scene.floor.send(FloorEvent.ENDED, scene.now)
    match move.do:
        case Ending.HANG_UP:
            acts.append(HangUp(move.because, move.time_out))
        case Ending.TRANSFER:
            summary = summarize(scene, move.because)
            acts.append(Transfer(move.to or "", move.because, summary))
    return acts
