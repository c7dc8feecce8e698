"""Endpointing as optimal stopping: when to take the floor in a pause.

Let pi be the probability, from the evidence at the pause's onset, that the turn is over. With
S the survival of this caller's mid-turn pauses, waiting until silence u costs

    C(u) = patience * (1 - pi) * S(u)  +  integral from 0 to u of [pi + (1 - pi) * S(t)] dt

that is, ``patience`` seconds for each cut-in (the caller is pausing, and for longer than u) and
one second for each second waited while nobody speaks. The floor is taken at the u between
``min_silence`` and ``max_silence`` that costs least. Where C is smooth its minimum satisfies

    (1 - pi(u)) * h(u) = 1 / patience,    pi(u) = pi / (pi + (1 - pi) * S(u))

the hazard rule: go when the rate at which the caller is still expected to go on has fallen below
what a second of waiting costs. Taking the minimum rather than the first crossing matters just
after the onset, where the hazard is low only because pauses that short are rare.

Silence alone never changes pi; new words or new speech do, and then the decision is made anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    return _best(pi, pauses, limits.patience, limits.min_silence, limits.max_silence)


def waiting_costs(
    pi: float, pauses: PauseStatistics, limits: Endpointing
) -> tuple[tuple[float, float], ...]:
    """C(u) on the grid of the search, from no silence to ``max_silence`` (s)."""
    return tuple(_costs(pi, pauses, limits.patience, limits.max_silence))


def _costs(
    pi: float, pauses: PauseStatistics, patience: float, max_silence: float
) -> Iterator[tuple[float, float]]:
    survival, waited = _curve(pauses, math.floor(max_silence / GRID_S + 1e-6))
    for step, (still, waiting) in enumerate(zip(survival, waited, strict=True)):
        silence = round(step * GRID_S, 6)
        yield silence, patience * (1.0 - pi) * still + pi * silence + (1.0 - pi) * waiting


# Asked again at every percept of a pause, and nearly always the same: a server with a thousand
# calls spends two thirds of its time here without the two caches.
@lru_cache(maxsize=4096)
def _best(
    pi: float, pauses: PauseStatistics, patience: float, min_silence: float, max_silence: float
) -> Stopping:
    best_at, best_cost = max_silence, float("inf")
    for silence, cost in _costs(pi, pauses, patience, max_silence):
        if silence < min_silence - 1e-9:
            continue
        if cost < best_cost - 1e-12:
            best_at, best_cost = silence, cost
    at_best = pauses.survival(best_at)
    posterior = pi / (pi + (1.0 - pi) * at_best) if pi > 0.0 else 0.0
    return Stopping(best_at, pi, posterior, pauses.hazard(best_at), best_cost)


@lru_cache(maxsize=1024)
def _curve(pauses: PauseStatistics, steps: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """S(u) and its integral from 0 to u, for u on the grid up to ``steps``."""
    survival = [pauses.survival(round(step * GRID_S, 6)) for step in range(steps + 1)]
    between = (GRID_S * 0.5 * (one + other) for one, other in pairwise(survival))
    return tuple(survival), tuple(accumulate(between, initial=0.0))
