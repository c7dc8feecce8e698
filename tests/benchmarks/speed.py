"""How fast a call runs, and what System 1 takes of it: one process, every figure of one run.

``python -m tests.benchmarks.speed`` runs every shipped scenario at both fidelities and prints
ratios. CPU seconds are the process's own, so a busy machine disturbs them little; the shares
compare parts of the same run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.records import PerceptSeen, Record
from agent.result import Fidelity
from policies.loading import load_policy
from policies.policy import Policy
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario
from system1.mind import System1

STORIES = Path(__file__).parents[2] / "scenarios" / "stories"


@dataclass
class Tally:
    """Seconds of calls, and of CPU that they took."""

    call_s: float = 0.0
    cpu_s: float = 0.0
    ratios: list[float] = field(default_factory=list)

    def add(self, call_s: float, cpu_s: float) -> None:
        self.call_s += call_s
        self.cpu_s += cpu_s
        self.ratios.append(call_s / cpu_s)


def run(
    fidelity: Fidelity, paths: Sequence[Path]
) -> tuple[Tally, list[list[Record]], list[Policy]]:
    """Every story that runs at this fidelity; one warm-up call is not counted."""
    tally = Tally()
    journals: list[list[Record]] = []
    policies: list[Policy] = []
    for turn, path in enumerate([paths[0], *paths]):
        script = load_scenario(path)
        if script.caller.policy is not None or (fidelity == "audio" and script.fidelity == "text"):
            continue  # two agents are two calls, and always of sound
        began = time.process_time()
        done = asyncio.run(run_scenario(script, path, fidelity=fidelity))
        cpu_s = time.process_time() - began
        if turn:
            tally.add(done.result.duration_s, cpu_s)
            journals.append(list(done.records))
            policies.append(load_policy(script.policy, path))
    return tally, journals, policies


def step_times(journals: list[list[Record]], policies: list[Policy]) -> NDArray[np.float64]:
    """Microseconds that System 1 took for each percept of the calls, chart and acts included."""
    times: list[float] = []
    for records, policy in zip(journals, policies, strict=True):
        mind = System1(policy)
        for record in records:
            if isinstance(record, PerceptSeen):
                began = time.perf_counter_ns()
                mind.step(record.percept)
                times.append((time.perf_counter_ns() - began) / 1000.0)
    return np.array(times)


def main() -> None:
    paths = sorted(STORIES.glob("*.yaml"))
    fidelities: tuple[Fidelity, ...] = ("audio", "text")
    for fidelity in fidelities:
        tally, journals, policies = run(fidelity, paths)
        steps = step_times(journals, policies)
        share = steps.sum() / 1e6 / tally.cpu_s
        print(
            f"{fidelity:5s}  {len(tally.ratios)} calls, {tally.call_s:.0f} s of call in "
            f"{tally.cpu_s:.2f} s of CPU: {tally.call_s / tally.cpu_s:.0f} times real time "
            f"(slowest call {min(tally.ratios):.0f})"
        )
        print(
            f"       System 1: {len(steps)} steps, p50 {np.percentile(steps, 50):.0f} us, "
            f"p99 {np.percentile(steps, 99):.0f} us, largest {steps.max():.0f} us, "
            f"{100 * share:.1f} % of the CPU"
        )


if __name__ == "__main__":
    main()
