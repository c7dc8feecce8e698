"""Fits the weights that we ship to the tuning split of the corpus, heard by the embedded ears.

Where the corpus speaks of synthetic voices more than of people, the weights that stand are held
on to: espeak's intonation falls at every full stop, and all of the corpus' whole sentences are
long ones, where a real caller's "my bill" is a whole turn.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType

from scenarios.laboratory.corpus import few, recipes
from scenarios.laboratory.fitting import Fitted, Row, fit, rows_of
from scenarios.laboratory.ours import by_words_alone
from scenarios.laboratory.work import ClipJob, Done, HeardClip, do_all

RIDGE = 2.0
"""Inverse variance of most weights around the ones that stand."""

_OF_THE_VOICE = "low_end final_fall final_rise question_rise level_hold lengthened quieter".split()

RIDGES: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(_OF_THE_VOICE, 200.0),
        "policy_phrase": 200.0,
        "ends_here": 200.0,
        "dangling": 100.0,
        "complete": 30.0,
        "fragment": 30.0,
        "long": 10.0,
        "verb": 10.0,
    }
)
"""Of those that the corpus says too much of, or too little."""

CORPUS = "the tuning split of kairos bench"


def weigh_corpus(
    limit: int | None, workers: int | None, on_done: Callable[[Done, int], None]
) -> Fitted:
    """The weights for the tuning split, near those that stand. Raises ``ValueError`` for too few.

    ``on_done``: told each clip and how many there are.
    """
    jobs = [ClipJob(recipe, 1) for recipe in few(recipes("tuning"), limit)]
    done = do_all(jobs, workers or os.cpu_count() or 1, lambda one: on_done(one, len(jobs)))
    rows = [row for one in done if isinstance(one, HeardClip) for row in rows_of_clip(one)]
    return fit(rows, ridge=RIDGE, ridges=RIDGES)


def rows_of_clip(clip: HeardClip) -> list[Row]:
    """A clip's pauses, each as it was heard and once more by its words alone.

    So the weights hold for ears without prosody, too: ``voice_heard`` takes the difference. A
    sentence's takes are in one group: the folds of the check share no sentence.
    """
    deaf = [by_words_alone(silence) for silence in clip.silences]
    return rows_of((*clip.silences, *deaf), group=clip.recipe.text)
