"""Speech that is not for the agent, while the agent is silent: it is dropped, not answered.

The television, side talk, an echo; and the "um" of somebody who has not begun yet.
"""

from __future__ import annotations

from system1.acts import Because
from system1.distance import TIC, calls, far
from system1.moves import Disregard, Later, Proposal
from system1.reflexes.bargein import heard_out, is_backchannel, is_steady
from system1.scene import EPSILON_S, Scene


def stray(scene: Scene) -> Proposal:
    """Drop what was never meant for the agent."""
    caller = scene.caller
    if caller.turn_start is None or scene.taken is not None or scene.agent.current is not None:
        return None
    if scene.agent.yielded is not None:
        return None  # the affair of ``bargein.false_alarm``, which has something to go on with
    words = scene.text()
    found = far(scene, words)
    if found is None:
        return _tic(scene, words)
    because = Because(found.rule, (("words", words), *found.evidence))
    if caller.speaking:
        # Nobody waits for the television to finish.
        due = caller.turn_start + scene.policy.turn_taking.bargein.background_wait
        return (Disregard(because),) if scene.now >= due - EPSILON_S else Later(due)
    if not heard_out(scene):
        return Later(caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    return (Disregard(because),)


def _tic(scene: Scene, words: str) -> Proposal:
    """A hum without a word, or with words that are none: not an answer, nor the lack of one."""
    caller, numbers = scene.caller, scene.policy.turn_taking.bargein
    if caller.speaking or not (is_steady(scene) or caller.vocal is not None):
        return None
    if caller.speech_s > numbers.max_backchannel + EPSILON_S and caller.vocal is None:
        return None
    if not _says_nothing(scene, words) or (caller.vocal is None and _insists(scene)):
        return None
    if not heard_out(scene):
        return Later(caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    change = () if caller.change_db is None else (("change_db", caller.change_db),)
    return (Disregard(Because(TIC, (("words", words), *change))),)


def _insists(scene: Scene) -> bool:
    """Who hums again, soon after a hum that was let pass, is trying to say something."""
    hummed_at, numbers = scene.caller.hummed_at, scene.policy.turn_taking.bargein
    onset = scene.caller.turn_start
    if hummed_at is None or onset is None:
        return False
    return onset < hummed_at + numbers.insist_within - EPSILON_S


def _says_nothing(scene: Scene, words: str) -> bool:
    """Hesitations, small words that a hum is misheard for, or words that were hardly recognised."""
    language, caller = scene.language, scene.caller
    if language.is_stray(words):
        return True
    if is_backchannel(scene, words):
        return caller.vocal is not None
    if language.answer(words) is not None or calls(scene, words):
        return False
    return caller.confidence() < scene.policy.turn_taking.bargein.clear
