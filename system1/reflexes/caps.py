"""Rules that hold without a word: a ladder is about to be climbed, and a cap is reached first."""

from __future__ import annotations

from system1.acts import Because
from system1.conditions import Occasion, first_rule
from system1.moves import Answered, Proposal, Speak
from system1.reflexes import answering, silence
from system1.scene import Scene


def not_understood(scene: Scene) -> Proposal:
    """In place of a step of the nomatch ladder."""
    if not _would_climb(answering.nomatch(scene), "nomatch"):
        return None
    found = first_rule(scene, Occasion(None, scene.nomatch + 1, scene.noinput))
    if found is None:
        return None
    rule, evidence = found
    because = Because("rule." + rule.id, evidence)
    return (Answered(because, said=True), answering.line_of(rule, because))


def unanswered(scene: Scene) -> Proposal:
    """In place of a step of the silence ladder."""
    if not _would_climb(silence.noinput(scene), "noinput"):
        return None
    found = first_rule(scene, Occasion(None, scene.nomatch, scene.noinput + 1))
    if found is None:
        return None
    rule, evidence = found
    return (answering.line_of(rule, Because("rule." + rule.id, evidence), ladder="noinput"),)


def _would_climb(proposal: Proposal, ladder: str) -> bool:
    match proposal:
        case (Speak(ladder=climbed),):
            return climbed == ladder
        case _:
            return False
