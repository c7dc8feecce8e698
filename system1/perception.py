"""Percepts into the scene: what changed, and who has the floor now. No decisions here."""

from __future__ import annotations

import math
from typing import assert_never

from system1.acts import Kind
from system1.advice import counts, outdated
from system1.beside import by_hand, sounded
from system1.brief import Turn
from system1.consultation import ADVISER
from system1.distance import calls, insists
from system1.floor import FloorEvent, Phase, Presence
from system1.notices import FloorMoved, Notice
from system1.onset import PauseOnset, texts
from system1.percepts import (
    CallerLeft,
    CallStarted,
    Completion,
    Contour,
    EmotionHeard,
    EndOfTurn,
    Heard,
    HeardLess,
    Judged,
    Level,
    Likeness,
    LowPitch,
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    Prosody,
    Returned,
    Silenced,
    SoundEvent,
    SoundRose,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Tick,
    TurnGiven,
    Typed,
    Unadvised,
    WordPlayed,
)
from system1.repair import UNDERSTOOD, resumes, skip_heard, work_of
from system1.scene import Ignored, Scene, Spoken
from system1.thoughts import (
    Advice,
    Asked,
    Clarify,
    Done,
    Failed,
    Note,
    NotUnderstood,
    Planned,
    Progress,
    Propose,
    Sentence,
    SetOut,
    Unready,
)

CHALLENGE = "machine.challenge"
"""The rule behind the question whether a person is speaking."""

FALSE_ALARM = "false_bargein"
"""The rule by which the agent goes on with a line that it broke off for nothing."""

SPEAKS_UP_DB = 3.0
"""Speech that is paid no attention has to grow so much louder to be the caller's."""

SPEAKS_UP_S = 0.4
"""What comes so soon before speech grows loud belongs to it; before that it was somebody else."""


def perceive(scene: Scene, percept: Percept) -> list[Notice]:
    """Take a percept in; returns how the floor moved."""
    # A time that jumps back would undo the order of events; the clock only goes forward.
    scene.now = max(scene.now, percept.at)
    match percept:
        case SoundRose():
            scene.caller.rose = scene.now
            scene.caller.rises += 1
        case SpeechStarted():
            return _speech_started(scene, percept)
        case SpeechStopped():
            return _speech_stopped(scene, percept)
        case Heard():
            return _heard(scene, percept)
        case EndOfTurn():
            scene.caller.ending.end_of_turn(percept)
        case Completion(by=by, probability=probability):
            timely = by != ADVISER or counts(scene, percept)
            if timely and scene.caller.ending.counts(percept):
                scene.caller.completion[by] = probability
            if by == ADVISER:
                scene.counsel = scene.counsel.answered()
        case Judged(consult=consult, probabilities=probabilities):
            scene.counsel = scene.counsel.judged(consult, probabilities)
        case Unadvised():
            scene.counsel = scene.counsel.unanswered()
        case Contour():
            scene.caller.ending.contour(percept)
        case PlaybackStarted():
            return _playback_started(scene, percept)
        case WordPlayed():
            if (spoken := _current(scene, percept.utterance)) is not None:
                spoken.chars = max(spoken.chars, percept.chars)
        case PlaybackFinished():
            return _playback_ended(scene, percept.utterance, percept.at, None)
        case PlaybackCut():
            return _playback_ended(scene, percept.utterance, percept.at, percept.chars)
        case Thought():
            _thought(scene, percept)
        case Returned(outcome=outcome):
            scene.memory.returned(outcome)
        case CallerLeft():
            scene.floor.send(FloorEvent.LEFT, scene.now)
            scene.floor.send(FloorEvent.ENDED, scene.now)
        case SoundEvent():
            sounded(scene, percept.sound)
            scene.suspicion = scene.suspicion.sounded(percept.sound)
        case Typed() | TurnGiven() | Silenced() | HeardLess():
            return [one for edge in by_hand(scene, percept) for one in moved(scene, edge)]
        case Level():
            return _level(scene, percept)
        case Likeness(backchannel=nats):
            scene.caller.likeness = nats if math.isfinite(nats) else None
        case Prosody():
            # Somebody else's voice, or the agent's own come back, is no sign of the caller's mood.
            if scene.caller.ignored is None:
                scene.affect = scene.affect.heard(percept, scene.policy.affect)
        case EmotionHeard(emotion=emotion, confidence=confidence):
            terms = scene.policy.listener
            if terms is not None:
                scene.affect = scene.affect.told(emotion, confidence, terms.sure, terms.agree)
        case LowPitch():
            _low_pitch(scene)
        case CallStarted(local=local, known=known, calls=calls):
            scene.began = local
            slots = {one.slot for task in scene.policy.tasks for one in task.collect}
            scene.memory.recall(known, calls, slots)
        case Tick():
            pass
        case _:
            assert_never(percept)
    return []


def moved(scene: Scene, event: FloorEvent) -> list[Notice]:
    """Send an edge to the chart and put the floor's move on record."""
    scene.floor.model.owes_answer = owes_answer(scene)
    notice: FloorMoved | None = scene.floor.send(event, scene.now)
    return [notice] if notice is not None else []


def owes_answer(scene: Scene) -> bool:
    """The caller has said something that no answer has been begun for."""
    waiting = scene.taken is not None and (scene.work is None or scene.work.utterance is None)
    return waiting or scene.caller.turn_start is not None


def _current(scene: Scene, utterance: int) -> Spoken | None:
    current = scene.agent.current
    return current if current is not None and current.id == utterance else None


def _backchannel(scene: Scene, utterance: int) -> Spoken | None:
    backchannel = scene.agent.backchannel
    return backchannel if backchannel is not None and backchannel.id == utterance else None


def _speech_started(scene: Scene, percept: SpeechStarted) -> list[Notice]:
    caller = scene.caller
    if caller.speaking:
        return []
    if caller.turn_start is not None and not scene.agent.audible:
        # The caller ended this pause by going on: that is what pauses are learnt from.
        learnt = scene.pauses[scene.kind].learnt(percept.onset - caller.offset)
        scene.pauses[scene.kind] = learnt
    caller.speaking = True
    caller.rose, caller.rises = None, 0
    caller.onset = percept.onset
    caller.ignored = None
    caller.change_db, caller.echo, caller.vocal = None, 0.0, None
    caller.likeness = None
    caller.completion = {}
    caller.ending = PauseOnset(percept.onset)
    if caller.turn_start is None:
        caller.turn_start = percept.onset
        caller.speech_s = 0.0
        caller.loudest_db = None
    if scene.agent.audible and caller.over_since is None:
        caller.over_since = percept.onset
        caller.resumes = resumes(scene, percept.onset)
    scene.floor.model.too_soon = caller.resumes is not None
    notices = moved(scene, FloorEvent.CALLER_STARTS)
    if scene.floor.presence is Presence.SILENT:
        scene.floor.send(FloorEvent.SPOKE_UP, scene.now)
    return notices


def _speech_stopped(scene: Scene, percept: SpeechStopped) -> list[Notice]:
    caller = scene.caller
    if not caller.speaking:
        return []
    caller.speaking = False
    caller.offset = max(percept.offset, caller.onset)
    if caller.ignored is not None:
        caller.pass_over(caller.offset)
        caller.ignored = None
    caller.speech_s += caller.offset - caller.onset
    caller.ending.began(caller.offset)
    return moved(scene, FloorEvent.CALLER_STOPS)


def _level(scene: Scene, percept: Level) -> list[Notice]:
    """How loud it is; a level that is no number says nothing."""
    caller = scene.caller
    if not caller.speaking or not math.isfinite(percept.level_db):
        return []
    ignored = caller.ignored
    if ignored is not None:
        own_db, numbers = caller.own_db, scene.policy.turn_taking.bargein
        before_db = -math.inf if ignored.loudest_db is None else ignored.loudest_db
        far = own_db is not None and percept.level_db - own_db < numbers.background_db
        if far or percept.echo >= numbers.echo or percept.level_db < before_db + SPEAKS_UP_DB:
            return []
        # Somebody speaks up in the middle of it: that is the caller.
        caller.loudest_db = None
    if caller.loudest_db is None or percept.level_db > caller.loudest_db:
        caller.loudest_db = percept.level_db
    caller.change_db = percept.change_db
    caller.echo = percept.echo
    return _minded(scene, ignored, percept.at - SPEAKS_UP_S) if ignored is not None else []


def _minded(scene: Scene, ignored: Ignored, since: float = -math.inf) -> list[Notice]:
    """Speech that was paid no attention is the caller's after all, from ``since`` (s) on."""
    caller = scene.caller
    caller.ignored = None
    caller.turn_start = caller.onset = max(ignored.onset, since)
    caller.read_from(ignored.words_from)
    caller.pass_over(since)
    if scene.agent.audible:
        caller.over_since = caller.onset
    return moved(scene, FloorEvent.CALLER_STARTS)


def _heard(scene: Scene, percept: Heard) -> list[Notice]:
    stretches = scene.caller.stretches
    before = stretches.get(percept.stretch)
    first = percept.words[0].text if percept.words else None
    if first != scene.caller.first_word:
        scene.caller.first_word, scene.caller.first_since = first, percept.at
    stretches[percept.stretch] = percept
    if before is None or texts(before) != texts(percept):
        scene.caller.ending.renewed()
    # Bounded: a stretch whose words all lie before this turn and the one before is history.
    turns = [scene.taken] if scene.taken is not None else []
    turns += [scene.answer.taken] if scene.answer is not None else []
    keep_from = min([scene.caller.words_from, *(taken.words_from for taken in turns)])
    for number in [n for n, heard in stretches.items() if n < percept.stretch]:
        words = stretches[number].words
        if not words or words[-1].start < keep_from:
            del stretches[number]
    outdated(scene)
    ignored = scene.caller.ignored
    if ignored is None or not calls(scene, scene.text(ignored.words_from)):
        return []
    if insists(scene, ignored.onset):
        return _minded(scene, ignored)
    scene.caller.called_at = ignored.onset
    return []


def _low_pitch(scene: Scene) -> None:
    """One moment at a time: what comes before the last one's is part of it."""
    caller, numbers = scene.caller, scene.policy.backchannels.agent
    if numbers is None or not caller.speaking:
        return
    if caller.low_pitch is None or scene.now > caller.low_pitch + numbers.wait:
        caller.low_pitch = scene.now


def _playback_started(scene: Scene, percept: PlaybackStarted) -> list[Notice]:
    if (backchannel := _backchannel(scene, percept.utterance)) is not None:
        backchannel.started = scene.agent.backchannel_at = scene.now
        return []
    spoken = _current(scene, percept.utterance)
    if spoken is None or spoken.started is not None:
        return []
    spoken.started = percept.at
    work = scene.work
    if work is not None and work.utterance == spoken.id:
        # From here on the turn is answered; until here the answer could be taken back.
        scene.taken = None
        if not spoken.more:
            scene.work = None
    return moved(scene, FloorEvent.AGENT_STARTS)


def _playback_ended(scene: Scene, utterance: int, at: float, chars: int | None) -> list[Notice]:
    agent = scene.agent
    if _backchannel(scene, utterance) is not None:
        # No turn of the agent's: not remembered, and the silence counts on.
        agent.backchannel = None
        return []
    spoken = _current(scene, utterance)
    if spoken is None:
        return []
    agent.current = None
    agent.silent_since = scene.now
    heard = spoken.text if chars is None else spoken.text[:chars]
    if spoken.started is not None and heard.strip():
        scene.memory.add(Turn("agent", heard.strip(), spoken.started, at))
        agent.said = (spoken.id, spoken.started)
        if spoken.kind is Kind.SOOTHE:
            scene.affect = scene.affect.soothed()
            agent.soothe_uses += 1
        _note_reply(scene, spoken)
    if scene.answer is not None and scene.answer.utterance == utterance:
        scene.answer = None
    if spoken.withdrawn and spoken.think is not None:
        skip_heard(scene, spoken.think, heard)
    held = scene.suspicion.held
    if spoken.because.rule == CHALLENGE and len(heard) < UNDERSTOOD * len(spoken.text):
        scene.suspicion = scene.suspicion.unheard()
        scene.memory.question = held.question if held is not None else None
    if chars is None and spoken.then is not None:
        scene.leaving = (spoken.then, spoken.to, spoken.because)
    if spoken.kind is Kind.GREETING and scene.floor.phase is Phase.OPENING:
        scene.floor.send(FloorEvent.OPENED, scene.now)
    if spoken.started is None:
        return []
    return moved(scene, FloorEvent.AGENT_STOPS)


def _note_reply(scene: Scene, spoken: Spoken) -> None:
    """What is not to be said for ever; the rest of a line taken up again is the same line."""
    replies = (Kind.REPLY, Kind.CLARIFY, Kind.REPAIR)
    resumed = spoken.because.rule == FALSE_ALARM
    if spoken.kind in replies and not resumed and not spoken.withdrawn:
        scene.repetition = scene.repetition.after(spoken.text.strip(), scene.memory.task)


def _thought(scene: Scene, percept: Thought) -> None:
    work = work_of(scene, percept.think)
    if work is None:
        return
    content = percept.content
    match content:
        case Sentence() | Clarify():
            if not work.sentences:
                scene.waits = scene.waits.learnt(scene.now - work.started)
            work.sentences.append(content)
        case Asked(question=question):
            work.question = question
        case Progress(task=task):
            work.task, work.has_task = task, True
        case Advice():
            work.advice = content
        case Note(name=name, value=value):
            work.notes.append((name, value))
        case Planned(plan=plan):
            work.plan, work.has_plan = plan, True
        case Propose(proposal=proposal):
            work.proposal = proposal
        case Unready():
            work.unready = True
        case SetOut(errand=errand):
            work.errands = (*work.errands, errand.number)
            scene.memory.set_out(errand)
        case NotUnderstood(reason=reason):
            work.failure = reason
        case Failed(error=error):
            work.failure, work.done = error, True
        case Done():
            work.done = True
        case _:
            assert_never(content)
