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

from dataclasses import dataclass
from functools import lru_cache

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
    return _searched(pi, pauses, limits.patience, limits.min_silence, limits.max_silence)


# A pause is looked at with every percept and decided once: the search is made once, too.
@lru_cache(maxsize=4096)
def _searched(
    pi: float, pauses: PauseStatistics, patience: float, least: float, most: float
) -> Stopping:
    waiting = 0.0
    silence = 0.0
    best_at = most
    best_cost = float("inf")
    survival = 1.0
    while silence <= most + 1e-9:
        cost = patience * (1.0 - pi) * survival + waiting
        if silence >= least - 1e-9 and cost < best_cost - 1e-12:
            best_at, best_cost = silence, cost
        # S and the cost only need the search range; the grid is anchored at zero silence.
        following = pauses.survival(silence + GRID_S)
        waiting += GRID_S * (pi + (1.0 - pi) * 0.5 * (survival + following))
        silence = round(silence + GRID_S, 6)
        survival = following
    at_best = pauses.survival(best_at)
    posterior = pi / (pi + (1.0 - pi) * at_best) if pi > 0.0 else 0.0
    return Stopping(best_at, pi, posterior, pauses.hazard(best_at), best_cost)
