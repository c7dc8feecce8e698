"""What thinking ahead wins and costs, with a model of a declared speed, in virtual time.

``python -m tests.benchmarks.thinking_ahead`` holds the same calls with and without it at audio
fidelity: a first token after 0.7 s, then 40 tokens a second. Times are from the recordings: from
the end of the caller's turn, and from the moment that System 1 took it, to the first sound of the
answer (fillers do not count).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from agent.records import Decision, ThinkDone, Utterance
from agent.think_figures import was_for_nothing
from policies.loading import load_policy
from scenarios.runner import ScenarioResult, run_scenario
from scenarios.script import Scenario
from system1.acts import Kind
from tests.benchmarks.turn_taking import HESITATIONS, QUESTIONS

SPEED = {"first": 0.7, "tokens_per_second": 40}
PAUSE_S = 0.8


@dataclass
class Tally:
    """Times in s."""

    from_offset: list[float] = field(default_factory=list)
    from_taking: list[float] = field(default_factory=list)
    ahead: int = 0
    dropped: int = 0
    cut_ins: int = 0


def calls() -> Iterator[dict[str, Any]]:
    """A question in one breath, or a wish with a pause in it; two rates each."""
    for line, rate in product(QUESTIONS, (150, 175)):
        yield {"steps": [{"caller": line}], "rate": rate}
    for (begun, rest), rate in product(HESITATIONS, (150, 175)):
        yield {"steps": [{"caller": {"say": begun, "pause": PAUSE_S, "then": rest}}], "rate": rate}


async def held(call: dict[str, Any], policy: Path) -> ScenarioResult:
    script = Scenario.model_validate(
        {
            "scenario": "ahead",
            "policy": str(policy),
            "caller": {"rate": call["rate"], "seed": 3},
            "think": SPEED,
            "steps": [
                {"agent": {"kind": "greeting"}},
                *call["steps"],
                {"caller": {"silent": 5.0}},
                {"caller": {"hangs_up": True}},
            ],
        }
    )
    return await run_scenario(script, policy)


def count(result: ScenarioResult, tally: Tally) -> None:
    ends = [span.end for span in result.spans]
    takes = [r.at for r in result.records if isinstance(r, Decision) and r.do == "take_turn"]
    answers = [
        record.start
        for record in result.records
        if isinstance(record, Utterance) and record.kind in (Kind.REPLY, Kind.CLARIFY)
    ]
    thinks = [record for record in result.records if isinstance(record, ThinkDone)]
    tally.ahead += sum(one.speculative for one in thinks)
    tally.dropped += sum(map(was_for_nothing, thinks))
    tally.cut_ins += sum(
        any(span.start < at < span.end for span in result.spans) or at < ends[-1] for at in answers
    )
    after = [at for at in answers if at >= ends[-1]]
    if after and takes:
        tally.from_offset.append(after[0] - ends[-1])
        tally.from_taking.append(after[0] - max(at for at in takes if at <= after[0]))


def main() -> None:
    shipped = load_policy("broadband")
    for name, numbers in (("waits for the end", {"per_turn": 0}), ("thinks ahead", {})):
        tally = Tally()
        with TemporaryDirectory() as folder:
            policy = Path(folder) / "bench.yaml"
            policy.write_text(_yaml(numbers), encoding="utf-8")
            for call in calls():
                count(asyncio.run(held(call, policy)), tally)
        for what, times in (("turn's end", tally.from_offset), ("taking it", tally.from_taking)):
            p50, p90 = np.percentile(times, [50, 90])
            print(f"{name}: from {what} p50 {p50:.2f} s, p90 {p90:.2f} s ({len(times)} answers)")
        print(f"{name}: {tally.ahead} ahead, {tally.dropped} dropped, {tally.cut_ins} cut-ins")
    print(f"policy {shipped.policy}, model {SPEED}")


def _yaml(numbers: dict[str, Any]) -> str:
    from importlib.resources import files

    text = files("policies").joinpath("broadband.yaml").read_text(encoding="utf-8")
    if not numbers:
        return text
    [(key, value)] = numbers.items()
    section = f"turn_taking:\n  speculation: {{{key}: {value}}}\n"
    if "\nturn_taking:\n" not in text:
        return text + "\n" + section
    return text.replace("\nturn_taking:\n", "\n" + section, 1)


if __name__ == "__main__":
    main()
