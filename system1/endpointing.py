"""Endpointing as optimal stopping: when to take the floor in a pause.

Let pi be the probability, from the evidence at the pause's onset, that the turn is over. With
S the survival of this caller's mid-turn pauses, waiting until silence u costs

    C(u) = W(patience) * (1 - pi) * S(u)  +  integral from 0 to u of w(t) [pi + (1 - pi) S(t)] dt

    w(t) = 1 + t / long_wait,    W(u) = u + u^2 / (2 long_wait)

that is, as much for a cut-in (the caller is pausing, and for longer than u) as for ``patience``
seconds of silence, and w for each second waited while nobody speaks. Waiting grows dearer: one
silence of two seconds is worse than two of one (listeners hear reluctance in silences from 0.7 s
on: Roberts and Francis 2013), so the sure cases give a little of their speed to the unsure ones
and there is no cliff between them. The floor is taken at the u between ``min_silence`` and
``max_silence`` that costs least. Where C is smooth its minimum satisfies

    (1 - pi(u)) * h(u) = w(u) / W(patience),    pi(u) = pi / (pi + (1 - pi) * S(u))

the hazard rule: go when the rate at which the caller is still expected to go on has fallen below
what a second of waiting costs. Taking the minimum rather than the first crossing matters just
after the onset, where the hazard is low only because pauses that short are rare.

Silence alone never changes pi; new words or new speech do, and then the decision is made anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from policies.timing import Endpointing
from system1.pauses import PauseStatistics

GRID_S = 0.02
"""Step of the search; finer than any ear can hear."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The decision for one pause. Silences in s, counted from the caller's last sound.

    ``posterior`` and ``hazard`` are those at ``silence``: pi(u) and h(u).
    """

    silence: float
    pi: float
    posterior: float
    hazard: float
    cost: float


def best_silence(pi: float, pauses: PauseStatistics, limits: Endpointing) -> Stopping:
    """The silence after which to take the floor, for evidence ``pi`` at the pause's onset."""
    numbers = limits.patience, limits.long_wait, limits.min_silence, limits.max_silence
    return _best(pi, pauses, *numbers)


def costs(
    pi: float, pauses: PauseStatistics, limits: Endpointing
) -> tuple[tuple[float, float], ...]:
    """C(u) for each silence u (s) on the grid, from none to ``max_silence``."""
    return _costs(pi, pauses, limits.patience, limits.long_wait, limits.max_silence)


def annoyance(silence: float, long_wait: float) -> float:
    """W(u): what so much silence (s) costs."""
    return silence + silence * silence / (2.0 * long_wait)


# Asked again at every percept of a pause, and nearly always the same: a server with a thousand
# calls spends two thirds of its time here without the two caches.
@lru_cache(maxsize=4096)
def _best(
    pi: float,
    pauses: PauseStatistics,
    patience: float,
    long_wait: float,
    min_silence: float,
    max_silence: float,
) -> Stopping:
    best_at, best_cost = max_silence, float("inf")
    for silence, cost in _costs(pi, pauses, patience, long_wait, max_silence):
        if silence >= min_silence - 1e-9 and cost < best_cost - 1e-12:
            best_at, best_cost = silence, cost
    at_best = pauses.survival(best_at)
    posterior = pi / (pi + (1.0 - pi) * at_best) if pi > 0.0 else 0.0
    return Stopping(best_at, pi, posterior, pauses.hazard(best_at), best_cost)


def _costs(
    pi: float, pauses: PauseStatistics, patience: float, long_wait: float, max_silence: float
) -> tuple[tuple[float, float], ...]:
    cut_in = annoyance(patience, long_wait) * (1.0 - pi)
    curve = _curve(pauses, long_wait, math.floor(max_silence / GRID_S + 1e-6))
    return tuple(
        (silence, cut_in * survival + pi * full + (1.0 - pi) * shared)
        for silence, survival, full, shared in curve
    )


@lru_cache(maxsize=1024)
def _curve(
    pauses: PauseStatistics, long_wait: float, steps: int
) -> tuple[tuple[float, float, float, float], ...]:
    """u, S(u), W(u) and the integral of w(t) S(t) from 0 to u, on the grid up to ``steps``."""
    grid = [round(step * GRID_S, 6) for step in range(steps + 1)]
    survival = [pauses.survival(at) for at in grid]
    rates = [still * (1.0 + at / long_wait) for at, still in zip(grid, survival, strict=True)]
    between = (GRID_S * 0.5 * (one + other) for one, other in pairwise(rates))
    full = (annoyance(at, long_wait) for at in grid)
    return tuple(zip(grid, survival, full, accumulate(between, initial=0.0), strict=True))
