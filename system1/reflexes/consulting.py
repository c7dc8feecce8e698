"""Asks the adviser about the moment, and notes where its answer changes when the floor is taken.

Last in the order: what is decided already needs no advice, and nothing here decides.
"""

from __future__ import annotations

from system1.acts import Because
from system1.advice import overlap_words, told, unadvised
from system1.consultation import ADVISER, Matter
from system1.moves import AskAdviser, Heed, Later, Proposal
from system1.reflexes.bargein import says_something
from system1.reflexes.turn_end import pause_limit
from system1.scene import EPSILON_S, Scene

NOTABLE_S = 0.01
"""A shorter difference in when the floor is taken is none."""


def done(scene: Scene) -> Proposal:
    """A pause in the caller's turn: has the caller finished?"""
    if not _asks(scene, Matter.DONE) or not _pausing(scene):
        return None
    return _ask(scene, Matter.DONE, scene.caller.offset, scene.text())


def overlap(scene: Scene) -> Proposal:
    """Undecided speech over the agent: does it interrupt?"""
    spoken, since = scene.agent.current, scene.caller.over_since
    if since is None or not _asks(scene, Matter.OVERLAP):
        return None
    if spoken is None or not spoken.ducked or spoken.ending or not spoken.interruptible:
        return None
    return _ask(scene, Matter.OVERLAP, since, overlap_words(scene))


def heeded(scene: Scene) -> Proposal:
    """The floor is taken sooner, or later, than it would have been without the adviser."""
    asked, chance = scene.counsel.done, scene.caller.completion.get(ADVISER)
    if asked is None or chance is None or not _pausing(scene):
        return None
    if scene.counsel.heeded == asked.consult:
        return None
    _, _, advised = pause_limit(scene)
    _, _, without = pause_limit(unadvised(scene))
    first = min(advised, without)
    if max(advised, without) - first <= NOTABLE_S:
        return None
    if scene.now < first - EPSILON_S:
        return Later(first)
    if scene.now >= max(advised, without) - EPSILON_S:
        return None
    rule = "adviser.sooner" if advised < without else "adviser.holds"
    evidence = (
        ("probability", round(chance, 4)),
        ("advised_s", round(advised - scene.caller.offset, 4)),
        ("unadvised_s", round(without - scene.caller.offset, 4)),
    )
    return (Heed(asked.consult, Because(rule, evidence)),)


def _asks(scene: Scene, about: Matter) -> bool:
    adviser = scene.policy.adviser
    if adviser is None or about not in adviser.questions:
        return False
    return scene.counsel.failures < adviser.failures


def _pausing(scene: Scene) -> bool:
    caller = scene.caller
    if caller.speaking or caller.turn_start is None or scene.taken is not None:
        return False
    if scene.agent.current is not None:
        return False
    return scene.agent.yielded is None or says_something(scene, scene.text())


def _ask(scene: Scene, about: Matter, since: float, words: str) -> Proposal:
    asked = scene.counsel.last(about)
    if not words or (asked is not None and (asked.since, asked.words) == (since, words)):
        return None
    because = Because(f"adviser.{about.value}", (("words", told(scene, words)),))
    return (AskAdviser(about, since, words, because),)
