"""A soothing word to a caller who is agitated, in a hurry, looking for words or confused."""

from __future__ import annotations

from typing import assert_never

from system1.acts import Because, Kind
from system1.manner import DICTATED, dictation
from system1.moods import Mood
from system1.moves import Proposal, Speak
from system1.questions import AnswerKind
from system1.scene import Scene


def soothe(scene: Scene) -> Proposal:
    """Once an episode, when a turn that shows it is taken and System 2 thinks of the answer.

    So it wins time as a filler does, and the answer follows it. A turn that a key rule answers has
    no work for System 2, and so never comes here; a "yes" to what was read back wants its thanks
    and nothing else, and a number that is being dictated must not be interrupted by kindness.
    """
    taken, work = scene.taken, scene.work
    if taken is None or work is None or work.utterance is not None:
        return None
    if scene.agent.current is not None or scene.caller.turn_start is not None:
        return None
    if scene.kind is AnswerKind.YES_NO or _dictates(scene, taken.text):
        return None
    for sign in taken.signs:
        episode = scene.affect.episode(sign.mood)
        lines = _lines(scene, sign.mood)
        if episode is None or episode.soothed or not lines:
            continue
        text = lines[scene.agent.soothe_uses % len(lines)]
        because = Because("soothe." + sign.mood.value, sign.evidence)
        return (Speak(Kind.SOOTHE, text, because),)
    return None


def _dictates(scene: Scene, text: str) -> bool:
    """The turn is a number or a part of one, of which more may come."""
    awaited = scene.kind in (AnswerKind.DIGITS, AnswerKind.SPELLING)
    return dictation(scene.language, text) >= (1 if awaited else DICTATED)


def _lines(scene: Scene, mood: Mood) -> tuple[str, ...]:
    match mood:
        case Mood.AGITATED:
            return scene.policy.soothe.agitated
        case Mood.CONFUSED:
            return scene.policy.soothe.confused
        case Mood.HESITANT:
            return scene.policy.soothe.hesitant
        case Mood.FAST_SPEECH:
            return scene.policy.soothe.fast_speech
        case _:
            assert_never(mood)
