"""Moves about the caller's turn: taken, reopened, dismissed, answered, handed to System 2."""

from __future__ import annotations

from system1.acts import (
    Abandon,
    Because,
    Kind,
    Resume,
    Think,
)
from system1.affect import is_agitated
from system1.brief import Turn
from system1.distance import calls, is_near, learnt
from system1.floor import FloorEvent, Phase
from system1.holding import after_turn
from system1.moves import (
    Challenged,
    Reassured,
    Speak,
)
from system1.notices import Output, SpeechDismissed, TurnEnded, TurnReopened
from system1.perception import moved
from system1.questions import AnswerKind, Question
from system1.scene import Ignored, Scene, Taken, Work
from system1.speaking import speak
from system1.suspicion import HeardTurn, Held


def disregard(scene: Scene, because: Because) -> list[Output]:
    """KEEP: what the caller uttered wants no answer."""
    caller = scene.caller
    scene.agent.yielded = None
    if not is_near(scene) and calls(scene, scene.text()):
        caller.called_at = caller.onset
    acts: list[Output] = [SpeechDismissed(scene.now, because)]
    if caller.speaking:
        # To the floor this is over: nobody speaks to the agent.
        caller.ignored = Ignored(caller.onset, caller.words_from, caller.loudest_db)
        acts += moved(scene, FloorEvent.CALLER_STOPS)
    caller.turn_start = None
    caller.over_since = None
    caller.speech_s = 0.0
    caller.words_from = scene.now if caller.speaking else caller.offset
    scene.affect = scene.affect.forgetful()
    acts += moved(scene, FloorEvent.CALLER_DISMISSED)
    spoken = scene.agent.current
    if spoken is not None and spoken.ducked:
        spoken.ducked = False
        acts.append(Resume(spoken.id, because))
    return acts


def take_turn(scene: Scene, because: Because) -> list[Output]:
    """The caller's turn is over."""
    caller = scene.caller
    text = scene.text()
    start = caller.turn_start if caller.turn_start is not None else caller.onset
    end = scene.now if caller.speaking else caller.offset
    confidence = caller.confidence()
    temper = scene.affect
    scene.affect, signs = temper.turn_taken(scene.language.complains(text))
    scene.taken = Taken(
        start,
        end,
        text,
        caller.words_from,
        confidence,
        caller.speaking,
        signs,
        temper,
        suspicion=scene.suspicion,
        loudest_db=caller.loudest_db,
    )
    if scene.policy.machine is not None:
        scene.suspicion = scene.suspicion.heard(_as_heard(scene, text, start), scene.language)
    scene.turns += 1
    scene.agitated += is_agitated(signs)
    if text and confidence >= scene.policy.turn_taking.confidencelevel:
        scene.noinput = 0
        caller.own_db = learnt(caller.own_db, caller.loudest_db)
        scene.holding = after_turn(scene, text)
        caller.music_from = scene.now if caller.music else None
        scene.memory.add(Turn("caller", text, start, end))
    if scene.floor.phase is Phase.OPENING:
        scene.floor.send(FloorEvent.OPENED, scene.now)
    caller.turn_start = None
    caller.over_since = None
    caller.speech_s = 0.0
    caller.words_from = end
    scene.agent.yielded = None
    return [TurnEnded(scene.now, start, end, text, because)]


def _as_heard(scene: Scene, text: str, start: float) -> HeardTurn:
    task = scene.memory.task
    asking = [one for one in task.slots if one.name == task.asking] if task is not None else []
    again = bool(scene.nomatch or scene.noinput or any(slot.attempts for slot in asking))
    gap = start - scene.agent.silent_since
    timed = gap > 0 and not scene.noinput and scene.floor.phase is not Phase.OPENING
    clear = scene.caller.confidence() >= scene.policy.turn_taking.confidencelevel
    return HeardTurn(text, gap if timed else None, again, clear)


def answered(scene: Scene, because: Because) -> list[Output]:
    """Nothing more is owed; if nothing is said either, the silence counts from here."""
    acts: list[Output] = []
    if scene.work is not None and not scene.work.done:
        acts.append(Abandon(scene.work.think, because))
    scene.taken = None
    scene.work = None
    scene.agent.silent_since = scene.now
    acts += moved(scene, FloorEvent.CALLER_DISMISSED)
    return acts


def challenge(scene: Scene, move: Challenged) -> list[Output]:
    """Ask once whether a person is speaking."""
    memory = scene.memory
    held = Held(scene.taken.asks if scene.taken is not None else "", memory.question, move.text)
    scene.suspicion = scene.suspicion.challenged(held)
    acts = answered(scene, move.because)
    acts += speak(scene, Speak(Kind.CLARIFY, move.text, move.because))
    memory.question = Question(AnswerKind.YES_NO)
    if scene.agent.current is not None:
        scene.agent.current.question = memory.question
    return acts


def reassured(scene: Scene, move: Reassured) -> list[Output]:
    """A person is: answer what was held back."""
    held, taken = scene.suspicion.held, scene.taken
    if held is not None:
        scene.memory.question = held.question
    if taken is not None:
        taken.instead = move.instead
    scene.suspicion = scene.suspicion.settled()
    return []


def reopen(scene: Scene, because: Because) -> list[Output]:
    """The caller goes on with the turn taken."""
    taken, work = scene.taken, scene.work
    if taken is None:
        return []
    caller = scene.caller
    if caller.onset > taken.end:
        # We took this pause for the end of the turn and were wrong: it is a pause to learn from.
        learnt = scene.pauses[scene.kind].learnt(caller.onset - taken.end)
        scene.pauses[scene.kind] = learnt
    caller.turn_start = taken.start
    caller.words_from = taken.words_from
    levels = [one for one in (taken.loudest_db, caller.loudest_db) if one is not None]
    caller.loudest_db = max(levels, default=None)
    scene.turns -= 1
    scene.agitated -= is_agitated(taken.signs)
    scene.affect = scene.affect.reopened(taken.temper, scene.policy.affect)
    scene.suspicion = scene.suspicion.without_turn(taken.suspicion)
    scene.memory.drop_last_of_caller()
    scene.taken = None
    scene.work = None
    acts: list[Output] = [TurnReopened(scene.now, because)]
    if work is not None:
        acts.append(Abandon(work.think, because))
    return acts


def ask_mind(scene: Scene, because: Because) -> list[Output]:
    """Give the turn taken to System 2."""
    taken = scene.taken
    if taken is None:
        return []
    think = scene.agent.next_think
    scene.agent.next_think += 1
    scene.work = Work(think, taken.asks, scene.now)
    return [Think(think, scene.memory.brief(taken.asks), False, because)]
