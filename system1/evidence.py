"""How probable it is that the caller has finished, from what is known at a pause's onset.

A logistic sum of few features: the words' syntax and how well they fill the question just asked
(``system1.wording``), a semantic VAD and other models where the ears have them, the contour of
the voice's end. The weights are log-odds and data (``policies.evidence``), but for the adviser's,
which is the policy's ``adviser.weight``; silence is not among them (it speaks through
``system1.pauses`` alone).

Sources of what is looked for: Ford and Thompson 1996 (turns end where syntax, intonation and
pragmatics are complete together); Gravano and Hirschberg 2011 (falling or high-rising pitch, lower
pitch and intensity, less final lengthening and textual completion yield the turn; sustained pitch
holds it); Local and Walker 2012 (what projects more talk).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from policies.advising import ADVISER
from policies.evidence import EvidenceWeights
from system1.odds import log_odds
from system1.percepts import Contour
from system1.policy_phrases import Identical
from system1.scene import Scene
from system1.wording import Values, asked, words_say

HORIZONS_S = (0.5, 1.0, 2.0, 3.0)
"""A semantic VAD's horizons that have a feature each; another counts as the nearest."""

SURE = 0.99
"""Probabilities of models are taken to lie between this and its complement."""

MOST_ST = 6.0
MOST_DB = 12.0
"""More of a fall or a drop than this says no more."""

LEVEL_ST = 0.8
"""Pitch that changes by less is sustained; the ear's own threshold in speech is about as much."""

OF_THE_LAST_WORD = frozenset(
    "dangling hesitation bare_verb ends_here final_particle final_le ends_in_measure".split()
)
"""Features that hang on a single word."""

LEAST_VOICE_S = 0.1
"""A contour of less voice than this says nothing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The probability that the turn is over, and what makes it.

    ``features``: what each adds, in log-odds; ``values``: the features themselves, without their
    weights, from which a fit starts.
    """

    pi: float
    features: tuple[tuple[str, float], ...] = field(default=())
    values: Values = field(default=())


def weigh(scene: Scene, weights: EvidenceWeights | None = None) -> Evidence:
    """The evidence that the caller's turn under way is over.

    ``weights``: instead of the policy's own.
    """
    if weights is None:
        weights = scene.policy.turn_taking.endpointing.weights
    return judged(known(scene), weights)


def judged(values: Iterable[tuple[str, float]], weights: EvidenceWeights) -> Evidence:
    """What these features amount to with these weights."""
    values = tuple(values)
    features = tuple((name, weights.of(name) * value) for name, value in values)
    total = sum(part for _, part in features)
    return Evidence(
        1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0))),
        tuple(feature for feature in features if feature[1]),
        values,
    )


def known(scene: Scene) -> Values:
    """The features of the moment."""
    ending = scene.caller.ending
    question = scene.memory.question
    words = words_say(Identical(scene.policy), scene.language, question, scene.text())
    return (
        ("prior", 1.0),
        *asked(question),
        *_as_far_as_understood(words, scene.caller.clearness()),
        *(_of_horizons(ending.horizons) if ending.horizons else ()),
        *(_of_models(scene) if scene.caller.completion else ()),
        *(of_contour(ending.voice, asks=scene.asks()) if ending.voice is not None else ()),
    )


def _as_far_as_understood(words: Values, clear: float) -> Values:
    """What was hardly understood says little, whatever it seems to have been.

    A sentence keeps its shape when one of its words was another; its last word is that word or
    it is not: of the pauses after words that want another one, 17 % were the turn's end where the
    confidence was above 0.8, 39 % between 0.6 and 0.8, and as many as of all pauses below.
    """
    return tuple(
        (name, round(value * (clear**3 if name in OF_THE_LAST_WORD else clear), 4))
        for name, value in words
    )


def _of_horizons(horizons: tuple[tuple[float, float], ...]) -> Values:
    nearest: dict[float, tuple[float, float]] = {}
    for horizon_s, probability in horizons:
        if not (horizon_s > 0.0 and math.isfinite(horizon_s) and math.isfinite(probability)):
            continue
        distance, grid = min((abs(math.log(horizon_s / one)), one) for one in HORIZONS_S)
        if grid not in nearest or distance < nearest[grid][0]:
            nearest[grid] = (distance, probability)
    return tuple(
        (f"semantic_vad_{grid:.1f}", log_odds(nearest[grid][1], SURE)) for grid in sorted(nearest)
    )


def _of_models(scene: Scene) -> Values:
    models, adviser = scene.caller.completion, scene.policy.adviser
    weight = adviser.weight if adviser is not None else 0.0
    return tuple(
        (by, log_odds(models[by], SURE) * (weight if by == ADVISER else 1.0))
        for by in sorted(models)
        if math.isfinite(models[by])
    )


def of_contour(voice: Contour, *, asks: bool = False) -> Values:
    """The features of the voice's end; ``asks``: its words are a question's."""
    told = (voice.fall_st, voice.height_st, voice.lengthening, voice.level_db, voice.voiced_s)
    if not all(map(math.isfinite, told)) or voice.voiced_s < LEAST_VOICE_S:
        return ()
    found: list[tuple[str, float]] = [("voice_heard", 1.0)]
    if abs(voice.fall_st) < LEVEL_ST:
        found.append(("level_hold", 1.0))
    elif voice.fall_st > 0.0:
        found.append(("final_fall", min(voice.fall_st, MOST_ST)))
    else:
        found.append(("question_rise" if asks else "final_rise", min(-voice.fall_st, MOST_ST)))
    if voice.height_st < 0.0:
        found.append(("low_end", min(-voice.height_st, MOST_ST)))
    if voice.lengthening > 1.0:
        found.append(("lengthened", min(voice.lengthening - 1.0, 2.0)))
    if voice.level_db < 0.0:
        found.append(("quieter", min(-voice.level_db, MOST_DB)))
    return tuple(found)
