"""How probable it is that the caller has finished, from what is known at a pause's onset.

A logistic sum of few features: the words' syntax, how well they fill the question just asked,
and, where the ears have one, a semantic VAD. The weights are log-odds and live in one table;
silence is not among them (it speaks through ``system1.pauses`` alone).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from system1.policy_phrases import phrases_of
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
    "slot_answer": 1.2,
    "bare_verb": -1.5,
    "phrase_under_way": -1.2,
    "too_few_digits": -2.8,
    "enough_digits": 3.6,
    "spelling_under_way": -0.6,
}
"""Log-odds of each feature, set by hand."""

LONG_TURN_WORDS = 6
SHORT_TURN_WORDS = 3
SHORTEST_SPELLING = 4
"""No postcode and no reference is shorter than this many letters and digits."""


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
        features.append(("semantic_vad", _log_odds(horizons[-1][1])))
    features += [
        (by, _log_odds(scene.caller.completion[by])) for by in sorted(scene.caller.completion)
    ]
    total = sum(weight for _, weight in features)
    return Evidence(1.0 / (1.0 + math.exp(-total)), tuple(features))


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 0.01), 0.99)
    return math.log(clipped / (1.0 - clipped))


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
    # The last word of "hold on" asks for no object here.
    if language.is_complete(said) and language.is_holding(said):
        return ["complete"]
    # "It is" is a whole answer to a yes/no question and nowhere else.
    if said[-1] in language.dangling or language.is_dangling(said):
        return ["dangling"]
    if language.is_complete(said):
        return ["complete"]
    found: list[str] = []
    fit = phrases_of(scene.policy, language).fit(said)
    if fit is not None:
        found.append(fit)
    question = scene.memory.question
    if language.has_verb(said):
        found.append("verb")
        # "I would like to cancel": the verb's object is likely to come.
        if fit != "policy_phrase" and _is_bare_verb(scene, said):
            found.append("bare_verb")
    elif question is not None and question.slot is not None:
        # "John Smith" is no sentence, and all that was asked for.
        found.append("slot_answer")
    elif len(said) <= SHORT_TURN_WORDS:
        found.append("fragment")
    if len(said) >= LONG_TURN_WORDS:
        found.append("long")
    return found


def _is_bare_verb(scene: Scene, said: tuple[str, ...]) -> bool:
    last_two = said[-2:]
    if len(last_two) < 2 or not scene.language.has_verb(last_two[1:]):
        return False
    return last_two[0] in scene.language.dangling


def _count(scene: Scene, said: tuple[str, ...]) -> str | None:
    question = scene.memory.question
    said_so_far = _characters(scene, said)
    # "S as in sugar" is four words a letter; fewer letters than that are no spelling.
    if said_so_far * 4 < max(len(said), 1):
        return None
    # The one of "one moment" (of 一下) is no digit.
    if said_so_far == 1 and scene.language.is_holding(said):
        return None
    if question is None or question.length is None:
        few = said_so_far < SHORTEST_SPELLING
        return "too_few_digits" if few else "spelling_under_way"
    if said_so_far < question.length:
        return "too_few_digits"
    return "enough_digits"


def _characters(scene: Scene, said: tuple[str, ...]) -> int:
    """How many digits and spelled letters the words give; "double three" gives two."""
    language = scene.language
    count = 0
    times = 1
    for word in said:
        if word in language.repeats:
            times = language.repeats[word]
            continue
        letter = len(word) == 1 and word.isascii() and word.isalpha()
        if letter or word in language.digits or word in language.spelling:
            count += times
        elif word.isdigit():
            count += len(word)
        times = 1
    return count
