"""What reaches the agent beside the caller's speech: music, keys, written words, what was heard."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, assert_never

from system1.floor import FloorEvent
from system1.percepts import Heard, HeardLess, Silenced, TurnGiven, Typed, Word
from system1.scene import Scene

ByHand: TypeAlias = Typed | TurnGiven | Silenced | HeardLess

_WRITTEN_S = 0.01
"""How long written words count as having taken (s): they are there at once."""


def by_hand(scene: Scene, percept: ByHand) -> tuple[FloorEvent, ...]:
    """Take in what the caller does by hand; returns the edges for the floor."""
    match percept:
        case Typed(text=text):
            return _typed(scene, text)
        case TurnGiven():
            caller = scene.caller
            caller.given = caller.turn_start is not None or caller.rose is not None
        case Silenced():
            current = scene.agent.current
            scene.agent.silenced = current is not None and not current.ending
        case HeardLess(utterance=utterance, chars=chars):
            _heard_less(scene, utterance, chars)
        case _:
            assert_never(percept)
    return ()


def sounded(scene: Scene, sound: str) -> None:
    """A sound that is no speech."""
    caller = scene.caller
    match sound:
        case "laugh" | "cough":
            caller.vocal = sound
        case "music" if not caller.music:
            caller.music = True
            # Counted from the first note, so that no music holds a call for ever.
            if caller.music_from is None:
                caller.music_from = scene.now
            caller.quiet_until = caller.music_from + scene.policy.hold.music
        case "music_stopped" if caller.music:
            caller.music = False
            caller.quiet_until = min(caller.quiet_until, scene.now)
        case _:
            pass


def _typed(scene: Scene, text: str) -> tuple[FloorEvent, ...]:
    """A turn that is over as soon as it is there. What was being said belongs to it."""
    caller = scene.caller
    texts = list(text) if scene.language.code == "zh" else text.split()
    if not any(char.isalnum() for char in text):
        return ()
    start = max(scene.now - _WRITTEN_S, caller.words_from)
    end = start + _WRITTEN_S
    # Stretches of speech count from 0 upwards, so that these two cannot meet.
    number = min((*caller.stretches, 0)) - 1
    words = tuple(Word(one, start, end) for one in texts)
    caller.stretches[number] = Heard(scene.now, number, words, final=True)
    caller.given = True
    if caller.turn_start is None:
        caller.turn_start = start
    caller.ending.renewed()
    if caller.speaking:
        return ()
    caller.onset, caller.offset = start, end
    caller.ending.began(end)
    return (FloorEvent.CALLER_STARTS, FloorEvent.CALLER_STOPS)


def _heard_less(scene: Scene, utterance: int, chars: int) -> None:
    """What is remembered, and where the agent would go on, is what was heard."""
    agent, memory = scene.agent, scene.memory
    yielded = agent.yielded
    if yielded is not None and yielded.id == utterance:
        yielded.chars = min(yielded.chars, chars)
    if agent.said is None or agent.said[0] != utterance:
        return
    since = agent.said[1]
    cut = (
        replace(turn, text=turn.text[:chars].strip())
        if turn.who == "agent" and turn.start == since
        else turn
        for turn in memory.turns
    )
    memory.turns = tuple(turn for turn in cut if turn.text)
