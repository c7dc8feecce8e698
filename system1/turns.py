"""Moves about the caller's turn: taken, reopened, dismissed, answered, handed to System 2."""

from __future__ import annotations

import math
from dataclasses import replace

from system1.acts import (
    Abandon,
    Because,
    Kind,
    Think,
)
from system1.brief import Turn
from system1.distance import TIC, calls, is_near, learnt
from system1.floor import FloorEvent, Phase
from system1.holding import after_turn
from system1.manner import Manner, manner_of
from system1.memory import LAST_TURNS
from system1.moods import Sign
from system1.moves import (
    Challenged,
    Reassured,
    Speak,
)
from system1.notices import AnswerKept, Output, SpeechDismissed, TurnEnded, TurnReopened
from system1.perception import moved
from system1.questions import AnswerKind, Question
from system1.repair import drop_kept, standing, worth_keeping
from system1.scene import Answer, Ignored, Kept, Scene, Taken, Work
from system1.speaking import lift, speak
from system1.suspicion import HeardTurn, Held

DICTATED_KINDS = (AnswerKind.DIGITS, AnswerKind.SPELLING)
"""Answers that come in groups, with pauses between them."""

CLOSED = (AnswerKind.YES_NO, AnswerKind.CHOICE)
"""Questions of the agent's about what the caller meant."""

SAME_QUESTION_TURNS = 2
"""Who asks the same again does so at once, or after one more try."""


def disregard(scene: Scene, because: Because) -> list[Output]:
    """KEEP: what the caller uttered wants no answer."""
    caller = scene.caller
    scene.agent.yielded = None
    caller.given = False
    if not is_near(scene) and calls(scene, scene.text()):
        caller.called_at = caller.onset
    acts: list[Output] = [SpeechDismissed(scene.now, because)]
    if caller.speaking:
        # To the floor this is over: nobody speaks to the agent.
        caller.ignored = Ignored(caller.onset, caller.words_from, caller.loudest_db)
        acts += moved(scene, FloorEvent.CALLER_STOPS)
    caller.hummed_at = scene.now if because.rule == TIC else None
    caller.turn_start = None
    acts += drop_kept(scene, because)
    caller.over_since = None
    caller.speech_s = 0.0
    caller.low_pitch = None
    caller.pass_over(scene.now if caller.speaking else caller.offset)
    scene.affect = scene.affect.dismissed()
    acts += moved(scene, FloorEvent.CALLER_DISMISSED)
    return [*acts, *lift(scene, because)]


def take_turn(scene: Scene, because: Because) -> list[Output]:
    """The caller's turn is over."""
    caller = scene.caller
    text = scene.text()
    start = caller.turn_start if caller.turn_start is not None else caller.onset
    end = scene.now if caller.speaking else caller.offset
    confidence = caller.confidence()
    temper = scene.affect
    scene.affect, signs = temper.turn_taken(_manner(scene, text), scene.policy.affect)
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
    _count_moods(scene, signs, 1)
    if text and confidence >= scene.policy.turn_taking.confidencelevel:
        scene.noinput = 0
        caller.own_db = learnt(caller.own_db, caller.loudest_db)
        scene.holding = after_turn(scene, text)
        caller.music_from = scene.now if caller.music else None
        scene.memory.add(Turn("caller", text, start, end))
    if scene.floor.phase is Phase.OPENING:
        scene.floor.send(FloorEvent.OPENED, scene.now)
    caller.turn_start = None
    caller.given = False
    caller.over_since = None
    caller.speech_s = 0.0
    caller.low_pitch = None
    caller.words_from = end
    caller.unheeded = tuple(one for one in caller.unheeded if one[1] > scene.taken.words_from)
    scene.agent.yielded = None
    acts: list[Output] = []
    if scene.work is not None:
        # The agent was about to report something: that can wait, and is no news to the answer.
        acts.append(Abandon(scene.work.think, because))
        scene.work = None
    return [*acts, TurnEnded(scene.now, start, end, text, because)]


def _count_moods(scene: Scene, signs: tuple[Sign, ...], by: int) -> None:
    for sign in signs:
        scene.showed[sign.mood] += by


def _manner(scene: Scene, text: str) -> Manner:
    caller, question = scene.caller, scene.memory.question
    if caller.confidence() < scene.policy.turn_taking.confidencelevel:
        return Manner(complains=scene.language.complains(text))
    asked = question is not None and (question.slot is not None or question.kind in CLOSED)
    earlier = [turn.text for turn in scene.memory.turns if turn.who == "caller"]
    # Who is asked for something says it again because of that.
    again = asked or scene.nomatch > 0 or scene.noinput > 0
    return manner_of(
        scene.language,
        caller.words(),
        own_pause_s=math.exp(scene.pauses[scene.kind].mu),
        dictates=scene.kind in DICTATED_KINDS,
        before=() if again else earlier[-SAME_QUESTION_TURNS:],
        numbers=scene.policy.affect,
    )


def _as_heard(scene: Scene, text: str, start: float) -> HeardTurn:
    task = scene.memory.task
    asking = [one for one in task.slots if one.name == task.asking] if task is not None else []
    again = bool(scene.nomatch or scene.noinput or any(slot.attempts for slot in asking))
    gap = start - scene.agent.silent_since
    timed = gap > 0 and not scene.noinput and scene.floor.phase is not Phase.OPENING
    clear = scene.caller.confidence() >= scene.policy.turn_taking.confidencelevel
    return HeardTurn(text, gap if timed else None, again, clear)


def answered(scene: Scene, because: Because, said: bool = False) -> list[Output]:
    """Nothing more is owed; if nothing is said either, the silence counts from here."""
    acts: list[Output] = []
    work = scene.work
    if said and scene.taken is not None:
        done = work if work is not None and work.done else None
        scene.answer = Answer(scene.taken, done, standing(scene))
    if work is not None and not work.done:
        acts.append(Abandon(work.think, because))
    acts += drop_kept(scene, because)
    if work is not None:
        scene.memory.told(work.news)
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
    _count_moods(scene, taken.signs, -1)
    scene.affect = scene.affect.reopened(taken.temper, scene.policy.affect)
    scene.suspicion = scene.suspicion.without_turn(taken.suspicion)
    scene.memory.take_back(taken.start)
    scene.taken = None
    scene.work = None
    acts: list[Output] = [TurnReopened(scene.now, because)]
    if work is not None:
        acts += drop_kept(scene, because)
        if worth_keeping(scene, work, scene.text()):
            scene.kept = Kept(work, taken.start)
        else:
            acts.append(Abandon(work.think, because))
    return acts


def take_up(scene: Scene, because: Because) -> list[Output]:
    """The kept answer answers the turn taken."""
    kept = scene.kept
    if kept is None:
        return []
    scene.kept = None
    scene.work = kept.work
    return [AnswerKept(scene.now, kept.work.think, because)]


def think_ahead(scene: Scene, because: Because) -> list[Output]:
    """Give the turn under way to System 2, as if it were over."""
    caller, foresight = scene.caller, scene.foresight
    start = caller.turn_start if caller.turn_start is not None else caller.onset
    dropped = drop_kept(scene, because)
    if foresight.turn != start:
        foresight.turn, foresight.tried = start, 0
    foresight.tried += 1
    foresight.begun += 1
    text = scene.text()
    think = _next_think(scene)
    work = _work(scene, think, text)
    work.ahead = True
    scene.kept = Kept(work, start, ahead=True)
    brief = scene.memory.brief(text, scene.affect.mood)
    turns = (*brief.turns, Turn("caller", text, start, caller.offset))[-LAST_TURNS:]
    return [*dropped, Think(think, replace(brief, turns=turns, speculative=True), True, because)]


def report(scene: Scene, because: Because) -> list[Output]:
    """Have System 2 tell what has come in, though nobody has just asked."""
    think = _next_think(scene)
    scene.work = _work(scene, think, "")
    return [Think(think, scene.memory.brief("", scene.affect.mood), False, because)]


def _work(scene: Scene, think: int, said: str) -> Work:
    return Work(think, said, scene.now, mood=scene.affect.mood, news=scene.memory.news)


def _next_think(scene: Scene) -> int:
    scene.agent.next_think += 1
    return scene.agent.next_think - 1


def ask_mind(scene: Scene, because: Because) -> list[Output]:
    """Give the turn taken to System 2."""
    taken = scene.taken
    if taken is None:
        return []
    think = _next_think(scene)
    scene.work = _work(scene, think, taken.asks)
    dropped = drop_kept(scene, because)
    return [
        *dropped,
        Think(think, scene.memory.brief(taken.asks, scene.affect.mood), False, because),
    ]
