"""Thinking ahead: System 2 begins in the caller's pause, before it is certain to be the last.

The pause has to be waited out anyway (``system1.endpointing``); a language model can use it. The
answer stands by as one that was begun too soon does: it is taken up if the turn, once it is over,
asks the same (``system1.repair.still_fits``), and dropped as soon as the caller says anything
else. Nothing of it is said before. What it costs for nothing is counted and capped.
"""

from __future__ import annotations

import math

from system1.acts import Because
from system1.conditions import Occasion, first_rule
from system1.evidence import weigh
from system1.moves import DropAhead, Later, Proposal, ThinkAhead
from system1.reflexes.bargein import is_backchannel, says_something
from system1.repair import still_fits
from system1.scene import EPSILON_S, Scene

FIRST = 4
"""So many thinks ahead are granted before their waste is held against them."""


def gone_on(scene: Scene) -> Proposal:
    """The caller says more: what was thought of ahead does not fit any more."""
    kept = scene.kept
    if kept is None or not kept.ahead or scene.caller.turn_start is None:
        return None
    words = scene.text() if scene.caller.speaking else ""
    if not scene.caller.speaking or still_fits(scene, kept.work.said, words):
        return None
    return (DropAhead(Because("goes_on", (("was", kept.work.said), ("words", words)))),)


def ahead(scene: Scene) -> Proposal:
    """The turn is probably over: System 2 may begin."""
    caller, numbers = scene.caller, scene.policy.turn_taking.speculation
    if caller.speaking or caller.turn_start is None or scene.agent.current is not None:
        return None
    if scene.taken is not None or scene.work is not None or not _may(scene):
        return None
    words = scene.text()
    if not words or caller.confidence() < scene.policy.turn_taking.confidencelevel:
        return None
    kept = scene.kept
    if kept is not None and still_fits(scene, kept.work.said, words):
        return None
    if scene.agent.yielded is not None and not says_something(scene, words):
        return None
    if is_backchannel(scene, words) and scene.memory.question is None:
        return None
    if first_rule(scene, Occasion(words, scene.nomatch, scene.noinput)) is not None:
        return None
    pi, pauses = weigh(scene).pi, scene.pauses[scene.kind]
    due = caller.offset
    if pi < numbers.above:
        share = pi * (1 - numbers.above) / (numbers.above * max(1 - pi, EPSILON_S))
        # Times of the call are kept to 0.1 ms: an instant before, it would look for ever.
        due = math.ceil((due + pauses.lasting(share)) * 1e4) / 1e4
    if scene.now < due - EPSILON_S:
        return Later(due)
    silence = round(scene.now - caller.offset, 4)
    evidence = (("words", words), ("pi", round(pi, 4)), ("silence_s", silence))
    return (ThinkAhead(Because("ahead", evidence)),)


def _may(scene: Scene) -> bool:
    """Whether there is anything left to spend."""
    numbers, so_far = scene.policy.turn_taking.speculation, scene.foresight
    if numbers.above >= 1.0:
        return False
    tried = so_far.tried if so_far.turn == scene.caller.turn_start else 0
    if tried >= numbers.per_turn:
        return False
    return so_far.begun < FIRST or so_far.dropped <= numbers.waste * so_far.begun
