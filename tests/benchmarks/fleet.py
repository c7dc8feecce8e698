"""A thousand calls' System 1 on one core: how much of real time it takes.

``python -m tests.benchmarks.fleet`` runs every shipped scenario once for its percepts, adds a
semantic VAD's report every 80 ms (the frame of Kyutai's models: 12.5 Hz), and gives each of a
thousand fast minds such a call from a moment of its own on, all interleaved as a server would
meet them. The figure is CPU seconds for each second of the calls; below 1 they fit on one core.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Sequence

import numpy as np

from agent.records import PerceptSeen, Record
from policies.policy import Policy
from system1.mind import System1
from system1.percepts import CallerLeft, EndOfTurn, Percept
from tests.benchmarks.speed import STORIES, run

CALLS = 1000
SECONDS = 20.0
FRAME_S = 0.08


def percepts_of(records: Sequence[Record]) -> list[Percept]:
    """A call's percepts with a semantic VAD's report on each frame between them."""
    heard = [one.percept for one in records if isinstance(one, PerceptSeen)]
    heard = [one for one in heard if not isinstance(one, CallerLeft)]
    frames: list[Percept] = [
        EndOfTurn(round(at, 4), ((0.5, 0.1), (1.0, 0.1), (2.0, 0.1)))
        for at in np.arange(FRAME_S, heard[-1].at, FRAME_S)
    ]
    return list(heapq.merge(heard, frames, key=lambda percept: percept.at))


def one_after_another(
    calls: Sequence[tuple[Policy, list[Percept]]], phase_s: float, which: int
) -> Iterator[tuple[float, int, Percept, Policy | None]]:
    """A line's calls without end; the policy comes with the first percept of each."""
    began = -phase_s
    for turn in range(which, which + 10_000):
        policy, percepts = calls[turn % len(calls)]
        for index, percept in enumerate(percepts):
            yield began + percept.at, which, percept, policy if index == 0 else None
        began += percepts[-1].at


def main() -> None:
    _, journals, policies = run("text", sorted(STORIES.glob("*.yaml")))
    calls = [
        (policy, percepts_of(records)) for policy, records in zip(policies, journals, strict=True)
    ]
    rng = np.random.default_rng(0)
    phases = rng.uniform(0.0, 60.0, CALLS)
    lines = [one_after_another(calls, float(phases[n]), n) for n in range(CALLS)]
    minds: dict[int, System1] = {}
    spent, steps = 0.0, 0
    for at, which, percept, policy in heapq.merge(*lines, key=lambda item: item[:2]):
        if at > SECONDS:
            break
        began = time.process_time()
        if policy is not None:
            minds[which] = System1(policy)
        if which in minds:
            minds[which].step(percept)
        if at > 0.0:
            spent += time.process_time() - began
            steps += 1
    print(
        f"{CALLS} calls, {steps / SECONDS / CALLS:.1f} percepts a second each: "
        f"{spent / SECONDS:.2f} s of one core for each second of all"
    )


if __name__ == "__main__":
    main()
