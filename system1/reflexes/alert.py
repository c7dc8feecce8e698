"""A sound over the agent's voice, before it is known whether it is speech: duck, and listen.

Voice activity is known up to 0.15 s after a word's onset, which is late for a voice that should
make room. So the agent ducks at the sound, and is back at its level when no speech has come of it.
"""

from __future__ import annotations

from policies.bargein import BargeInType
from system1.acts import Because
from system1.moves import Later, Lift, Lower, Proposal
from system1.reflexes.bargein import kind_of_bargein
from system1.scene import EPSILON_S, Scene


def sound(scene: Scene) -> Proposal:
    """Duck at a sound, and come back from it."""
    spoken, caller = scene.agent.current, scene.caller
    if spoken is None or spoken.ending or caller.rose is None:
        return None
    if caller.speaking or caller.over_since is not None:
        # From here on it is for ``bargein.barge_in``.
        return None
    numbers = scene.policy.turn_taking.bargein
    over = round(caller.rose + numbers.sound_wait, 4)
    evidence = (("sound", caller.rose), ("rises", caller.rises))
    if scene.now < over - EPSILON_S:
        if spoken.ducked:
            return Later(over)
        if not _makes_room(scene):
            return None
        return (Lower(Because("bargein.sound", evidence)),)
    if not spoken.ducked:
        return None
    return (Lift(Because("bargein.no_speech", evidence)),)


def _makes_room(scene: Scene) -> bool:
    """Where speech may interrupt; sounds that come again and again without a word are noise."""
    spoken, caller = scene.agent.current, scene.caller
    numbers = scene.policy.turn_taking.bargein
    if spoken is None or spoken.started is None or not spoken.interruptible or caller.music:
        return False
    speech = kind_of_bargein(scene, spoken.kind) is BargeInType.SPEECH
    return speech and caller.rises <= numbers.sounds
