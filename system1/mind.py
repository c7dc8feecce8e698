"""System 1: one percept in, acts out. Pure, reproducible, and able to say why."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

from policies.policy import Policy
from system1.acts import SetTimer
from system1.arbiter import arbitrate
from system1.commit import commit
from system1.evidence import weigh
from system1.floor import Floor, Phase
from system1.language import language_of
from system1.notices import Output
from system1.pauses import prior_pauses
from system1.perception import perceive
from system1.percepts import Percept
from system1.questions import AnswerKind
from system1.scene import Scene

MOST_MOVES = 32
"""Moves made for one percept at most; a mind that proposes more is going round in circles."""

BREATH_S = 0.1
"""After which such a mind looks again."""


class System1:
    """The fast mind of one call."""

    def __init__(self, policy: Policy) -> None:
        numbers = policy.turn_taking.endpointing
        pauses = {kind: prior_pauses(numbers, kind) for kind in AnswerKind}
        self.scene = Scene(policy, language_of(policy.language), Floor(), pauses)
        self._wake: float | None = None
        # The policy's tables are made here, once, and not in the caller's first pause.
        weigh(self.scene)

    @property
    def ended(self) -> bool:
        """The call is over; further percepts are ignored."""
        return self.scene.floor.phase is Phase.ENDED

    def step(self, percept: Percept, look: Callable[[Scene], None] | None = None) -> list[Output]:
        """Acts and notices for a percept. Percepts come in time order.

        ``look`` sees the scene between what was perceived and what is made of it.
        """
        scene = self.scene
        if self.ended:
            return []
        outputs: list[Output] = list(perceive(scene, percept))
        if look is not None:
            look(scene)
        wake: float | None = None
        for _ in range(MOST_MOVES):
            if self.ended:
                break
            moves, wake = arbitrate(scene)
            if not moves:
                break
            for move in moves:
                outputs += commit(scene, move)
        else:
            wake = scene.now + BREATH_S
        if wake != self._wake and not self.ended:
            self._wake = wake
            outputs.append(SetTimer(wake))
        return outputs

    def snapshot(self) -> System1:
        """An independent copy that goes on exactly as this one would."""
        scene = self.scene
        shared = {id(scene.policy): scene.policy, id(scene.language): scene.language}
        twin = object.__new__(System1)
        model = copy.deepcopy(scene.floor.model)
        floor = Floor(model)
        shared[id(scene.floor)] = floor
        twin.scene = copy.deepcopy(scene, shared)
        twin._wake = self._wake
        return twin

    def under(self, policy: Policy) -> System1:
        """An independent copy that goes on from this moment with another policy.

        What happened stays: words, floor, memory, and the pauses that were learnt; their prior is
        that of ``policy``. Its timer is to be set anew by what its next step says.
        """
        twin = self.snapshot()
        fresh = System1(policy).scene
        scene = twin.scene
        scene.policy, scene.language = policy, fresh.language
        scene.pauses = {
            kind: replace(
                pauses, median_s=fresh.pauses[kind].median_s, spread=fresh.pauses[kind].spread
            )
            for kind, pauses in scene.pauses.items()
        }
        twin._wake = None
        return twin
