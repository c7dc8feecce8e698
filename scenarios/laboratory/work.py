"""The bench's work: clip after clip and call after call, on all cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from agent.moments import Silence
from agent.spans import Span
from scenarios.laboratory.calls import Call, hold_call
from scenarios.laboratory.clips import Recipe, render, render_earlier
from scenarios.laboratory.events import Event
from scenarios.laboratory.ours import COARSE_MS, FINE_MS, heard, silences
from scenarios.laboratory.repeatability import Repeated, decisions
from scenarios.laboratory.timer import Activation, activations
from scenarios.suite import interrupts_held
from speech.protocols import Audio


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
    """A clip and what everyone of ours made of it."""

    recipe: Recipe
    audio: Audio
    spans: tuple[Span, ...]
    silences: tuple[Silence, ...]
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


Job: TypeAlias = ClipJob | CallJob
Done: TypeAlias = HeardClip | HeldCall


def do(job: Job) -> Done:
    """One piece of work. Raises ``SpeechError`` where the embedded profile is not installed."""
    match job:
        case ClipJob(recipe, runs):
            return _hear(recipe, runs)
        case CallJob(what):
            call = hold_call(what)
            return HeldCall(call, activations(call.caller))


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

    first = once()
    again = tuple(decisions(once()) for _ in range(runs - 1))
    coarse = decisions(once(COARSE_MS))
    return HeardClip(
        recipe,
        clip.audio,
        clip.spans,
        first,
        activations(clip.audio),
        Repeated(clip.name, decisions(first), again, coarse),
    )
