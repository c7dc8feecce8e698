"""Moves into acts: the one place where a decision changes the scene."""

from __future__ import annotations

from typing import assert_never

from policies.timing import Ending
from system1.acts import (
    Abandon,
    Act,
    Because,
    Duck,
    HangUp,
    Kind,
    Listen,
    Resume,
    Say,
    SayMore,
    Stop,
    Think,
    Transfer,
)
from system1.affect import is_agitated
from system1.brief import Turn
from system1.floor import FloorEvent, Phase
from system1.holding import after_reply, after_turn
from system1.moves import (
    Answered,
    AskMind,
    Attend,
    Backchannel,
    Challenged,
    Disregard,
    Extend,
    Hush,
    Leave,
    Lower,
    Move,
    Reassured,
    Reopen,
    Speak,
    TakeTurn,
    Withdraw,
    Yield,
)
from system1.notices import Notice, SpeechDismissed, TurnEnded, TurnReopened
from system1.perception import moved
from system1.questions import AnswerKind, Question
from system1.scene import Scene, Spoken, Taken, Work
from system1.suspicion import HeardTurn, Held

Output = Act | Notice

LAST_FILLERS = 8
"""Fillers remembered, so that the one said longest ago is next."""


def commit(scene: Scene, move: Move) -> list[Output]:
    """Make a move: the scene is changed, the acts and notices come back in order."""
    match move:
        case Speak():
            return _speak(scene, move)
        case Backchannel():
            return _backchannel(scene, move)
        case Hush():
            return _hush(scene, move.because)
        case Extend():
            return _extend(scene, move)
        case Lower():
            return _lower(scene, move.because)
        case Yield():
            return _yield(scene, move.because)
        case Withdraw():
            return _withdraw(scene, move.because)
        case Disregard():
            return _disregard(scene, move.because)
        case TakeTurn():
            return _take_turn(scene, move.because)
        case Reopen():
            return _reopen(scene, move.because)
        case AskMind():
            return _ask_mind(scene, move.because)
        case Answered():
            return _answered(scene, move.because)
        case Attend():
            scene.listening = move.question
            return [Listen(move.question, move.because)]
        case Challenged():
            return _challenge(scene, move)
        case Reassured():
            return _reassured(scene, move)
        case Leave():
            return _leave(scene, move)
        case _:
            assert_never(move)


def _speak(scene: Scene, move: Speak) -> list[Output]:
    agent = scene.agent
    spoken = Spoken(
        agent.next_utterance,
        move.kind,
        move.text,
        move.more,
        move.interruptible,
        move.because,
        move.then,
        move.to,
        think=move.think,
    )
    agent.next_utterance += 1
    agent.current = spoken
    agent.yielded = None
    match move.kind:
        case Kind.GREETING:
            agent.greeted = True
        case Kind.DISCLOSURE:
            agent.disclosed += 1
        case Kind.FILLER:
            agent.fillers = (*agent.fillers, move.text)[-LAST_FILLERS:]
            if scene.work is not None:
                scene.work.fillers += 1
        case _:
            pass
    match move.ladder:
        case "noinput":
            scene.noinput += 1
            scene.floor.send(FloorEvent.FELL_SILENT, scene.now)
        case "hold":
            scene.holding = (scene.holding or 0) + 1
        case "nomatch":
            scene.nomatch += 1
            scene.taken = None
            scene.work = None
        case _:
            pass
    if move.think is not None:
        _tell(scene, spoken)
    _announce_ending(scene, move.then)
    return [Say(spoken.id, move.kind, move.text, move.because, move.more)]


def _backchannel(scene: Scene, move: Backchannel) -> list[Output]:
    agent = scene.agent
    kind = Kind.BACKCHANNEL
    agent.backchannel = Spoken(agent.next_utterance, kind, move.text, False, False, move.because)
    agent.backchannel_at = scene.now
    agent.backchannel_uses += 1
    agent.next_utterance += 1
    return [Say(agent.backchannel.id, kind, move.text, move.because, gain_db=move.gain_db)]


def _hush(scene: Scene, because: Because) -> list[Output]:
    spoken = scene.agent.backchannel
    if spoken is None:
        return []
    spoken.ending = True
    return [Stop(spoken.id, 0.0, because)]


def _announce_ending(scene: Scene, do: Ending | None) -> None:
    match do:
        case Ending.HANG_UP:
            scene.floor.send(FloorEvent.CLOSING, scene.now)
        case Ending.TRANSFER:
            scene.floor.send(FloorEvent.HANDING_OVER, scene.now)
        case None:
            pass


def _tell(scene: Scene, spoken: Spoken) -> None:
    """What the reply asks and gets done is true from its first word on, not before."""
    work = scene.work
    if work is None:
        return
    scene.holding = after_reply(scene, work)
    work.spoken = len(work.sentences)
    work.utterance = spoken.id
    spoken.question = work.question
    scene.memory.question = work.question
    if work.has_task:
        scene.memory.follow(work.task)
    scene.nomatch = 0


def _extend(scene: Scene, move: Extend) -> list[Output]:
    spoken, work = scene.agent.current, scene.work
    if spoken is None or work is None:
        return []
    spoken.text += move.text
    spoken.more = move.more
    _tell(scene, spoken)
    if work.advice is not None and spoken.then is None:
        spoken.then, spoken.to = work.advice.do, work.advice.to
        _announce_ending(scene, spoken.then)
    if not move.more and spoken.started is not None:
        scene.work = None
    return [SayMore(spoken.id, move.text, move.more, move.because)]


def _lower(scene: Scene, because: Because) -> list[Output]:
    spoken = scene.agent.current
    if spoken is None:
        return []
    spoken.ducked = True
    return [Duck(spoken.id, scene.policy.turn_taking.bargein.duck_db, because)]


def _yield(scene: Scene, because: Because) -> list[Output]:
    spoken = scene.agent.current
    if spoken is None:
        return []
    spoken.ending = True
    if spoken.kind not in (Kind.FILLER, Kind.SOOTHE, Kind.CHECK_IN):
        scene.agent.yielded = spoken
    scene.caller.over_since = None
    scene.suspicion = scene.suspicion.interrupted()
    acts: list[Output] = [Stop(spoken.id, scene.policy.turn_taking.bargein.fade, because)]
    work = scene.work
    if work is not None and work.utterance == spoken.id:
        # The rest of this answer is for a question that the caller has moved on from.
        acts.append(Abandon(work.think, because))
        scene.work = None
        scene.taken = None
    if spoken.then is not None:
        scene.floor.send(FloorEvent.RECONSIDERED, scene.now)
    return acts


def _withdraw(scene: Scene, because: Because) -> list[Output]:
    spoken = scene.agent.current
    if spoken is None:
        return []
    spoken.ending = True
    work = scene.work
    if work is not None and work.utterance == spoken.id:
        work.utterance = None
        work.spoken = 0
    if spoken.then is not None:
        spoken.then = None
        scene.floor.send(FloorEvent.RECONSIDERED, scene.now)
    return [Stop(spoken.id, 0.0, because)]


def _disregard(scene: Scene, because: Because) -> list[Output]:
    caller = scene.caller
    scene.agent.yielded = None
    caller.turn_start = None
    caller.over_since = None
    caller.speech_s = 0.0
    caller.words_from = scene.now if caller.speaking else caller.offset
    scene.affect = scene.affect.forgetful()
    acts: list[Output] = [SpeechDismissed(scene.now, because)]
    acts += moved(scene, FloorEvent.CALLER_DISMISSED)
    spoken = scene.agent.current
    if spoken is not None and spoken.ducked:
        spoken.ducked = False
        acts.append(Resume(spoken.id, because))
    return acts


def _take_turn(scene: Scene, because: Because) -> list[Output]:
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
    )
    if scene.policy.machine is not None:
        scene.suspicion = scene.suspicion.heard(_as_heard(scene, text, start), scene.language)
    scene.turns += 1
    scene.agitated += is_agitated(signs)
    if text and confidence >= scene.policy.turn_taking.confidencelevel:
        scene.noinput = 0
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


def _answered(scene: Scene, because: Because) -> list[Output]:
    """Nothing more is owed; if nothing is said either, the silence counts from here."""
    acts: list[Output] = []
    if scene.work is not None and not scene.work.done:
        acts.append(Abandon(scene.work.think, because))
    scene.taken = None
    scene.work = None
    scene.agent.silent_since = scene.now
    acts += moved(scene, FloorEvent.CALLER_DISMISSED)
    return acts


def _challenge(scene: Scene, move: Challenged) -> list[Output]:
    memory = scene.memory
    held = Held(scene.taken.asks if scene.taken is not None else "", memory.question, move.text)
    scene.suspicion = scene.suspicion.challenged(held)
    acts = _answered(scene, move.because)
    acts += _speak(scene, Speak(Kind.CLARIFY, move.text, move.because))
    memory.question = Question(AnswerKind.YES_NO)
    if scene.agent.current is not None:
        scene.agent.current.question = memory.question
    return acts


def _reassured(scene: Scene, move: Reassured) -> list[Output]:
    held, taken = scene.suspicion.held, scene.taken
    if held is not None:
        scene.memory.question = held.question
    if taken is not None:
        taken.instead = move.instead
    scene.suspicion = scene.suspicion.settled()
    return []


def _reopen(scene: Scene, because: Because) -> list[Output]:
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


def _ask_mind(scene: Scene, because: Because) -> list[Output]:
    taken = scene.taken
    if taken is None:
        return []
    think = scene.agent.next_think
    scene.agent.next_think += 1
    scene.work = Work(think, taken.asks, scene.now)
    return [Think(think, scene.memory.brief(taken.asks), False, because)]


def _leave(scene: Scene, move: Leave) -> list[Output]:
    scene.leaving = None
    acts: list[Output] = []
    if scene.agent.current is not None and not scene.agent.current.ending:
        acts.append(Stop(scene.agent.current.id, 0.0, move.because))
    if scene.work is not None and not scene.work.done:
        acts.append(Abandon(scene.work.think, move.because))
    scene.work = None
    scene.floor.send(FloorEvent.ENDED, scene.now)
    match move.do:
        case Ending.HANG_UP:
            acts.append(HangUp(move.because, move.time_out))
        case Ending.TRANSFER:
            acts.append(Transfer(move.to or "", move.because))
    return acts
