"""How long this caller's mid-turn pauses last: the statistics that let silence speak.

Pauses are lognormal (Campione & Véronis 2002 find this for five languages), left-truncated at
the shortest silence that counts as one. A prior from the policy is updated with each pause that
the caller ended by going on; each kind of answer keeps its own, since people group digits with
longer pauses than they leave in a sentence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import assert_never

from policies.timing import Endpointing, PauseFactor
from system1.questions import AnswerKind

SHORTEST_S = 0.2
"""A silence below this is articulation, not a pause (the usual cut in the pause literature)."""

_LEAST_SHARE = 1e-12
"""Of the pauses: there is none that no pause outlasts."""

PRIOR_WEIGHT = 4.0
"""The prior counts as so many observed pauses."""


@dataclass(frozen=True, slots=True)
class PauseStatistics:
    """Survival and hazard of mid-turn pauses, learnt pause by pause.

    ``median_s`` and ``spread`` (sigma of the natural log) describe the prior; ``count`` and
    ``log_sum`` what was observed.
    """

    median_s: float
    spread: float
    count: int = 0
    log_sum: float = 0.0

    @property
    def mu(self) -> float:
        """Posterior mean of the log of a pause, the prior weighing as ``PRIOR_WEIGHT`` pauses."""
        prior = math.log(self.median_s) * PRIOR_WEIGHT
        return (prior + self.log_sum) / (PRIOR_WEIGHT + self.count)

    def learnt(self, pause_s: float) -> PauseStatistics:
        """With one more pause (s) that the caller ended by going on."""
        if pause_s < SHORTEST_S:
            return self
        return PauseStatistics(
            self.median_s, self.spread, self.count + 1, self.log_sum + math.log(pause_s)
        )

    def survival(self, silence_s: float) -> float:
        """S(s): the share of mid-turn pauses that last longer than ``silence_s``."""
        if silence_s <= SHORTEST_S:
            return 1.0
        return self._tail(silence_s) / self._tail(SHORTEST_S)

    def lasting(self, share: float) -> float:
        """The silence (s) that only ``share`` (0 to 1) of mid-turn pauses outlast."""
        tail = min(max(share, _LEAST_SHARE), 1.0) * self._tail(SHORTEST_S)
        z = -NormalDist().inv_cdf(max(tail, _LEAST_SHARE))
        return max(SHORTEST_S, math.exp(self.mu + self.spread * z))

    def hazard(self, silence_s: float) -> float:
        """h(s): rate (1/s) at which pauses that have lasted ``silence_s`` end."""
        if silence_s < SHORTEST_S:
            return 0.0
        z = (math.log(silence_s) - self.mu) / self.spread
        density = math.exp(-0.5 * z * z) / (silence_s * self.spread * math.sqrt(2 * math.pi))
        tail = self._tail(silence_s)
        return density / tail if tail > 0.0 else 0.0

    def _tail(self, silence_s: float) -> float:
        z = (math.log(silence_s) - self.mu) / self.spread
        return 0.5 * math.erfc(z / math.sqrt(2))


def prior_pauses(numbers: Endpointing, kind: AnswerKind) -> PauseStatistics:
    """The pauses to expect in an answer of this kind, before any was heard."""
    factor = _factor(numbers.pause_factor, kind)
    return PauseStatistics(numbers.pause_median * factor, numbers.pause_spread)


def _factor(factors: PauseFactor, kind: AnswerKind) -> float:
    match kind:
        case AnswerKind.FREE:
            return factors.free
        case AnswerKind.YES_NO:
            return factors.yes_no
        case AnswerKind.DIGITS:
            return factors.digits
        case AnswerKind.SPELLING:
            return factors.spelling
        case AnswerKind.DATE:
            return factors.date
        case AnswerKind.CHOICE:
            return factors.choice
        case _:
            assert_never(kind)
