"""How probable it is that the caller has finished, from what is known at a pause's onset.

A logistic sum of few features: the words' syntax, how well they fill the question just asked,
and, where the ears have one, a semantic VAD. The weights are log-odds and live in one table;
silence is not among them (it speaks through ``system1.pauses`` alone).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from system1.questions import AnswerKind
from system1.scene import Scene

WEIGHTS: dict[str, float] = {
    "prior": 0.2,
    "no_words": -0.2,
    "dangling": -3.6,
    "hesitation": -3.4,
    "complete": 2.6,
    "answers_question": 3.2,
    "policy_phrase": 2.0,
    "verb": 0.8,
    "long": 0.5,
    "fragment": -0.9,
    "too_few_digits": -2.8,
    "enough_digits": 3.6,
    "spelling_under_way": -0.6,
}
"""Log-odds of each feature, set by hand."""

LONG_TURN_WORDS = 6
SHORT_TURN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features that held, each with its log-odds, and the probability they make."""

    pi: float
    features: tuple[tuple[str, float], ...] = field(default=())


def weigh(scene: Scene) -> Evidence:
    """The evidence that the caller's turn under way is over."""
    text = scene.text()
    found = ["prior", *(_words_say(scene, text) if text else ["no_words"])]
    features = [(name, WEIGHTS[name]) for name in found]
    horizons = scene.caller.end_of_turn
    if horizons:
        probability = min(max(horizons[-1][1], 0.01), 0.99)
        features.append(("semantic_vad", math.log(probability / (1.0 - probability))))
    total = sum(weight for _, weight in features)
    return Evidence(1.0 / (1.0 + math.exp(-total)), tuple(features))


def _words_say(scene: Scene, text: str) -> list[str]:
    language = scene.language
    said = language.tokens(text)
    kind = scene.kind
    if language.is_hesitation(said[-1:]):
        return ["hesitation"]
    if kind is AnswerKind.YES_NO and language.answer(said) is not None:
        return ["answers_question"]
    if kind in (AnswerKind.DIGITS, AnswerKind.SPELLING) and (counted := _count(scene, said)):
        return [counted]
    # "It is" is a whole answer to a yes/no question and nowhere else.
    if said[-1] in language.dangling or language.is_dangling(said):
        return ["dangling"]
    if language.is_complete(said):
        return ["complete"]
    found = []
    if _ends_with_policy_phrase(scene, said):
        found.append("policy_phrase")
    if language.has_verb(said):
        found.append("verb")
    elif len(said) <= SHORT_TURN_WORDS:
        found.append("fragment")
    if len(said) >= LONG_TURN_WORDS:
        found.append("long")
    return found


def _count(scene: Scene, said: tuple[str, ...]) -> str | None:
    question = scene.memory.question
    digits = sum(1 for word in said if word in scene.language.digits or word.isdigit())
    letters = sum(1 for word in said if len(word) == 1 and word.isalpha())
    if digits + letters == 0:
        return None
    if question is None or question.length is None:
        return "spelling_under_way"
    if digits + letters < question.length:
        return "too_few_digits"
    return "enough_digits"


def _ends_with_policy_phrase(scene: Scene, said: tuple[str, ...]) -> bool:
    folded = scene.language.folded(said)
    for phrase in _phrases(scene):
        words = scene.language.folded(phrase)
        if words and folded[-len(words) :] == words:
            return True
    return False


def _phrases(scene: Scene) -> list[str]:
    policy = scene.policy
    found = [phrase for rule in policy.rules for phrase in rule.when.says or ()]
    found += [phrase for task in policy.tasks for phrase in task.when.says or ()]
    found += [phrase for item in policy.knowledge for phrase in item.asks]
    return found
