"""A soothing word to a caller who is agitated or in a hurry."""

from __future__ import annotations

from system1.acts import Because, Kind
from system1.affect import Mood
from system1.moves import Proposal, Speak
from system1.questions import AnswerKind
from system1.scene import Scene


def soothe(scene: Scene) -> Proposal:
    """Once an episode, when a turn that shows it is taken and System 2 thinks of the answer.

    So it wins time as a filler does, and the answer follows it. A turn that a key rule answers has
    no work for System 2, and so never comes here; a "yes" to what was read back wants its thanks
    and nothing else.
    """
    taken, work = scene.taken, scene.work
    if taken is None or work is None or work.utterance is not None:
        return None
    if scene.agent.current is not None or scene.caller.turn_start is not None:
        return None
    if scene.kind is AnswerKind.YES_NO:
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


def _lines(scene: Scene, mood: Mood) -> tuple[str, ...]:
    match mood:
        case Mood.AGITATED:
            return scene.policy.soothe.agitated
        case Mood.FAST_SPEECH:
            return scene.policy.soothe.fast_speech
