"""The bench's work: clip after clip and call after call, on all cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from agent.moments import Silence
from agent.spans import Span
from scenarios.laboratory.calls import Call, hold_call
from scenarios.laboratory.clips import Recipe, render, render_earlier
from scenarios.laboratory.events import Event
from scenarios.laboratory.human import HumanClip
from scenarios.laboratory.ours import (
    COARSE_MS,
    FINE_MS,
    fused_profile,
    heard,
    silences,
    without_models,
)
from scenarios.laboratory.repeatability import Repeated, decisions
from scenarios.laboratory.timer import Activation, activations
from scenarios.suite import interrupts_held
from speech.protocols import SAMPLE_RATE, Audio
from system1.questions import Question


@dataclass(frozen=True, slots=True)
class ClipJob:
    """A clip to be heard ``runs`` times."""

    recipe: Recipe
    runs: int


@dataclass(frozen=True, slots=True)
class CallJob:
    """A call to be held."""

    what: Event


@dataclass(frozen=True, slots=True, eq=False)
class HeardClip:
    """A clip and what everyone of ours made of it.

    ``silences``: as the default profile knows them; ``fused``: with Smart Turn, where it is found.
    """

    recipe: Recipe
    audio: Audio
    spans: tuple[Span, ...]
    silences: tuple[Silence, ...]
    fused: tuple[Silence, ...] | None
    activations: tuple[Activation, ...]
    repeated: Repeated

    @property
    def name(self) -> str:
        """The recipe's."""
        return self.recipe.name


@dataclass(frozen=True, slots=True, eq=False)
class HeldCall:
    """A call, and voice activity in the caller's channel."""

    call: Call
    activations: tuple[Activation, ...]

    @property
    def name(self) -> str:
        """The event's."""
        return self.call.name


@dataclass(frozen=True, slots=True)
class HumanJob:
    """A recording of a person to be heard."""

    clip: HumanClip


@dataclass(frozen=True, slots=True, eq=False)
class HeardHuman:
    """A person's recording; fields as in ``HeardClip``."""

    clip: HumanClip
    silences: tuple[Silence, ...]
    fused: tuple[Silence, ...] | None
    activations: tuple[Activation, ...]

    @property
    def name(self) -> str:
        """The clip's."""
        return self.clip.name


Job: TypeAlias = ClipJob | CallJob | HumanJob
Done: TypeAlias = HeardClip | HeldCall | HeardHuman


def do(job: Job) -> Done:
    """One piece of work. Raises ``SpeechError`` where the embedded profile is not installed."""
    match job:
        case ClipJob(recipe, runs):
            return _hear(recipe, runs)
        case CallJob(what):
            call = hold_call(what)
            return HeldCall(call, activations(call.caller))
        case HumanJob(clip):
            return _hear_human(clip)


def do_all(jobs: Sequence[Job], workers: int, on_done: Callable[[Done], None]) -> list[Done]:
    """All of it, in ``workers`` processes, results in the jobs' order."""
    done: list[Done] = []
    for one in _run(jobs, min(workers, len(jobs))):
        done.append(one)
        on_done(one)
    return done


def _run(jobs: Sequence[Job], workers: int) -> Iterator[Done]:
    if workers <= 1:
        yield from map(do, jobs)
        return
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    try:
        with interrupts_held():
            results = pool.map(do, jobs, chunksize=1)
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def _hear(recipe: Recipe, runs: int) -> HeardClip:
    clip = render(recipe)
    question = recipe.question
    earlier = render_earlier(recipe)

    def once(chunk_ms: int = FINE_MS) -> tuple[Silence, ...]:
        return silences(heard(earlier, clip.audio, question, chunk_ms), question)

    fused = _fused(earlier, clip.audio, question)
    first = once() if fused is None else tuple(without_models(one) for one in fused)
    again = tuple(decisions(once()) for _ in range(runs - 1))
    coarse = decisions(once(COARSE_MS))
    return HeardClip(
        recipe,
        clip.audio,
        clip.spans,
        first,
        fused,
        activations(clip.audio),
        Repeated(clip.name, decisions(first), again, coarse),
    )


def _fused(earlier: Audio, audio: Audio, question: Question | None) -> tuple[Silence, ...] | None:
    """The silences for ears that have Smart Turn; None where its model is missing."""
    profile = fused_profile()
    if profile is None:
        return None
    return silences(heard(earlier, audio, question, profile=profile), question)


def _hear_human(clip: HumanClip) -> HeardHuman:
    quiet = np.zeros(SAMPLE_RATE, np.float32)
    fused = _fused(quiet, clip.audio, None)
    plain = silences(heard(quiet, clip.audio, None), None) if fused is None else fused
    return HeardHuman(
        clip, tuple(without_models(one) for one in plain), fused, activations(clip.audio)
    )
