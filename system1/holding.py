"""Callers who ask the agent to wait: who does, and until when that holds.

``Scene.holding`` is None while nobody has asked, else the number of gentle lines said since.
"""

from __future__ import annotations

from system1.policy_phrases import phrases_of
from system1.questions import AnswerKind
from system1.scene import Scene, Work


def after_turn(scene: Scene, text: str) -> int | None:
    """``Scene.holding`` once the caller's turn ``text`` was taken.

    A hesitation or an "okay" while looking for something changes nothing, unless it answers.
    """
    language = scene.language
    if asks_to_wait(scene, text):
        return 0
    question = scene.memory.question
    if question is not None and question.kind is AnswerKind.YES_NO and language.answer(text):
        return None
    extra = scene.policy.backchannels.caller
    if language.is_hesitation(text) or language.is_backchannel(text, extra):
        return scene.holding
    return None


def after_reply(scene: Scene, work: Work) -> int | None:
    """``Scene.holding`` once the reply begins: words that had an answer were no mere request."""
    return None if any(one.cites for one in work.sentences) else scene.holding


def asks_to_wait(scene: Scene, text: str) -> bool:
    """Whether the words ask to wait and are about nothing that the policy listens for."""
    if not scene.language.is_holding(text):
        return False
    return not phrases_of(scene.policy, scene.language).within(scene.language.folded(text))
