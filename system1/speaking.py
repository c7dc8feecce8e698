"""Moves of the agent's own speech: begun, added to, lowered, stopped, taken back."""

from __future__ import annotations

from typing import assert_never

from policies.timing import Ending
from system1.acts import (
    Abandon,
    Because,
    Duck,
    Kind,
    Resume,
    Say,
    SayMore,
    Stop,
)
from system1.floor import FloorEvent
from system1.holding import after_reply
from system1.moods import Mood
from system1.moves import (
    Backchannel,
    Extend,
    Speak,
)
from system1.notices import Output
from system1.repair import answer_of, drop_kept, take_back
from system1.scene import Scene, Spoken

LAST_FILLERS = 8
"""Fillers remembered, so that the one said longest ago is next."""


def speak(scene: Scene, move: Speak) -> list[Output]:
    """Begin an utterance."""
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
    acts: list[Output] = []
    scene.answer = answer_of(scene, move, spoken.id)
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
            acts += drop_kept(scene, move.because)
        case _:
            pass
    if move.asks is not None:
        scene.memory.question = spoken.question = move.asks
        scene.memory.stepped(move.text)
    if move.once is not None:
        scene.fired = (*scene.fired, move.once)
    if move.think is not None:
        _tell(scene, spoken)
    _announce_ending(scene, move.then)
    rate = _rate(scene)
    return [*acts, Say(spoken.id, move.kind, move.text, move.because, move.more, rate=rate)]


def _rate(scene: Scene) -> float:
    """The agent's own rate: slower for a caller who is upset, in a hurry or confused."""
    match scene.affect.mood:
        case Mood.AGITATED | Mood.CONFUSED | Mood.FAST_SPEECH:
            return scene.policy.affect.slower
        case Mood.HESITANT | None:
            return 1.0
        case _:
            assert_never(scene.affect.mood)


def backchannel(scene: Scene, move: Backchannel) -> list[Output]:
    """Say a backchannel, which is no utterance in the floor's sense."""
    agent = scene.agent
    kind = Kind.BACKCHANNEL
    agent.backchannel = Spoken(agent.next_utterance, kind, move.text, False, False, move.because)
    agent.backchannel_at = scene.now
    agent.backchannel_uses += 1
    agent.next_utterance += 1
    return [Say(agent.backchannel.id, kind, move.text, move.because, gain_db=move.gain_db)]


def hush(scene: Scene, because: Because) -> list[Output]:
    """Take back a backchannel that is not audible yet."""
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
        scene.memory.follow(work.task, scene.turns)
    if work.has_plan:
        scene.memory.plan = work.plan
    if work.question is not None and work.question.slot is not None:
        scene.memory.asked = work.question
    scene.memory.proposed = work.proposal
    scene.memory.told(work.news)
    for name, value in work.notes:
        scene.memory.note(name, value)
    scene.nomatch = 0


def extend(scene: Scene, move: Extend) -> list[Output]:
    """Add to the reply under way."""
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


def lower(scene: Scene, because: Because) -> list[Output]:
    """Duck the utterance under way."""
    spoken = scene.agent.current
    if spoken is None:
        return []
    spoken.ducked = True
    return [Duck(spoken.id, scene.policy.turn_taking.bargein.duck_db, because)]


def lift(scene: Scene, because: Because) -> list[Output]:
    """The utterance under way is back at full level."""
    spoken = scene.agent.current
    if spoken is None or not spoken.ducked:
        return []
    spoken.ducked = False
    return [Resume(spoken.id, because)]


def yield_floor(scene: Scene, because: Because, for_good: bool = False) -> list[Output]:
    """RELEASE: stop the utterance under way, and keep its rest for a false alarm.

    ``for_good``: it was none, and nothing is kept.
    """
    spoken = scene.agent.current
    if spoken is None:
        return []
    spoken.ending = True
    scene.agent.silenced = False
    if not for_good and spoken.kind not in (Kind.FILLER, Kind.SOOTHE, Kind.CHECK_IN):
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


def withdraw(scene: Scene, because: Because) -> list[Output]:
    """Take back an utterance that was begun too soon: what it answers is unanswered again."""
    spoken = scene.agent.current
    if spoken is None:
        return []
    spoken.ending = spoken.withdrawn = True
    scene.caller.over_since = None
    answer, work = scene.answer, scene.work
    if answer is not None and answer.utterance == spoken.id:
        take_back(scene, answer, heard=spoken.started is not None)
    elif work is not None and work.utterance == spoken.id:
        work.utterance = None
        work.spoken = 0
    if spoken.then is not None:
        spoken.then = None
        scene.floor.send(FloorEvent.RECONSIDERED, scene.now)
    fade_s = 0.0 if spoken.started is None else scene.policy.turn_taking.bargein.fade
    return [Stop(spoken.id, fade_s, because)]
