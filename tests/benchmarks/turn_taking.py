"""How the agent takes turns with callers whose lines no shipped story has.

``python -m tests.benchmarks.turn_taking`` runs small scripted calls at audio fidelity, several
speaking rates and lines each, and prints what was kept, stopped and cut into. Times are from the
recordings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from agent.result import Result
from scenarios.runner import run_scenario
from scenarios.script import Scenario

BACKCHANNELS = ("uh-huh", "mm-hm", "right", "okay", "yeah")
INTERRUPTIONS = (
    "no wait that is wrong",
    "wait wait",
    "hold on a second",
    "sorry can i ask something",
    "that is not what i said",
    "stop please",
    "i have another question",
    "excuse me",
    "actually i want to cancel my contract",
    "can you repeat that",
    "how much does it cost",
)
HESITATIONS = (
    ("hello i would like to", "report a fault"),
    ("i am calling about my", "internet connection"),
    ("how much does the", "engineer cost"),
    ("can you tell me if", "there is a problem in my area"),
    ("the light on the", "router is red"),
    ("i want to", "move house"),
)
QUESTIONS = (
    "when will it be fixed",
    "do i get compensation",
    "how do i restart the router",
    "how much does an engineer cost",
    "is there a problem in my area",
)
LINES = ("wide", "phone")


@dataclass
class Tally:
    """How often something went as it should, and the times (s) that it took."""

    total: int = 0
    good: int = 0
    times: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.good} of {self.total}"
        if self.times:
            p50, p90 = np.percentile(self.times, [50, 90])
            told += f"; p50 {p50:.2f} s, p90 {p90:.2f} s, longest {max(self.times):.2f} s"
        return told


def call(rate: int, line: str, *steps: dict[str, Any]) -> Result:
    """One scripted call to the broadband line."""
    script = Scenario.model_validate(
        {
            "scenario": "turn-taking",
            "policy": "broadband",
            "caller": {
                "rate": rate,
                "seed": rate,
                "line": {"band": line, "noise": "white", "snr_db": 30},
            },
            "steps": [{"agent": {"kind": "greeting"}}, *steps],
            "expect": {"false_cuts": 0},
        }
    )
    return asyncio.run(run_scenario(script, Path("turn-taking.yaml"))).result


def over_the_answer(says: str, verdict: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The caller says this a second into a long answer."""
    return (
        {"caller": "do i get compensation"},
        {"agent": {"says": "eight pounds"}},
        {"caller": {"say": says, "during": "agent", "at": 1.0}},
        {"agent": verdict},
        {"caller": {"hangs_up": True}},
    )


def held(result: Result, step: int) -> bool:
    return next(one for one in result.checks if one.step == step).passed


def backchannels(rates: Iterable[int], line: str) -> Tally:
    """Kept talking through a backchannel?"""
    tally = Tally()
    for rate, says in product(rates, BACKCHANNELS):
        tally.total += 1
        tally.good += held(call(rate, line, *over_the_answer(says, {"keeps": True})), 5)
    return tally


def interruptions(rates: Iterable[int], line: str) -> Tally:
    """Silent within half a second of the caller's onset? Times are those of the stops."""
    tally = Tally()
    for rate, says in product(rates, INTERRUPTIONS):
        result = call(rate, line, *over_the_answer(says, {"stops": 0.5}))
        tally.total += 1
        tally.good += held(result, 5)
        tally.times += result.figures.barge_in_stops_s
    return tally


def hesitations(rates: Iterable[int], line: str) -> Tally:
    """No onset of the agent in a pause of 1.2 s within a sentence?"""
    tally = Tally()
    for rate, (first, then) in product(rates, HESITATIONS):
        script = {"caller": {"say": first, "pause": 1.2, "then": then}}
        result = call(
            rate, line, script, {"agent": {"within": 20.0}}, {"caller": {"hangs_up": True}}
        )
        tally.total += 1
        tally.good += all(one.passed for one in result.checks if one.step is None)
    return tally


def answers(rates: Iterable[int], line: str) -> Tally:
    """Answered in under 0.8 s, with 0.3 s charged to the thought?"""
    tally = Tally()
    for rate, says in product(rates, QUESTIONS):
        steps = ({"caller": says}, {"agent": {"within": 20.0}}, {"caller": {"hangs_up": True}})
        gaps = call(rate, line, *steps).figures.gaps_s
        tally.total += 1
        tally.good += bool(gaps) and gaps[0] < 0.8
        tally.times += gaps[:1]
    return tally


def main() -> None:
    for line in LINES:
        print(f"{line} line, white noise 30 dB below the voice")
        print(f"  backchannels kept through     {backchannels((140, 155, 170, 185), line)}")
        print(f"  interruptions within 0.5 s    {interruptions((150, 175), line)}")
        print(f"  pauses of 1.2 s not cut into  {hesitations((140, 165), line)}")
        print(f"  questions answered in 0.8 s   {answers((150, 175), line)}")


if __name__ == "__main__":
    main()
