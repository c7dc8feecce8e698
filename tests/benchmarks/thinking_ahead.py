"""What thinking ahead wins and costs, with a model of a declared speed, in virtual time.

``python -m tests.benchmarks.thinking_ahead`` holds the same calls with and without it at audio
fidelity, every turn answered by a language model: a scripted server, charged 0.7 s for its first
token and then 40 tokens a second. Times are from the recordings: from the end of the caller's
speech, and from the moment that System 1 took the turn for over, to the first sound of the answer
(fillers do not count).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from agent.records import Decision, ThinkDone, Utterance
from agent.think_figures import was_for_nothing
from policies.loading import policy_path
from scenarios.runner import ScenarioResult, run_scenario
from scenarios.script import Scenario
from tests.benchmarks.turn_taking import HESITATIONS, QUESTIONS
from tests.scripted_model import Scripted, scripted_model

SPEED = {"first": 0.7, "tokens_per_second": 40}
PAUSE_S = 0.8


def answers() -> Iterator[Scripted]:
    """What the model says, each once: who says the same three times is stopped for going round in
    circles."""
    for hours in range(2, 60):
        yield Scripted(
            "",
            (
                "Let me see, ",
                f"most of the faults in your area are put right within {hours} hours, ",
                "and you get a message as soon as it is done. ",
                "Is there anything else I can do for you?",
            ),
            times=1,
        )


@dataclass
class Tally:
    """Times in s."""

    from_offset: list[float] = field(default_factory=list)
    from_taking: list[float] = field(default_factory=list)
    ahead: int = 0
    dropped: int = 0
    cut_ins: int = 0


def calls() -> Iterator[tuple[int, list[str | dict[str, Any]]]]:
    """Rate and lines: questions in one breath, and wishes with a pause in them, in turn."""
    lines: list[str | dict[str, Any]] = []
    for question, (begun, rest) in zip(QUESTIONS, HESITATIONS, strict=False):
        lines += [question, {"say": begun, "pause": PAUSE_S, "then": rest}]
    for rate in (150, 175):
        for first in (0, 5):
            yield rate, lines[first : first + 5]


async def held(rate: int, lines: list[str | dict[str, Any]], policy: Path) -> ScenarioResult:
    steps: list[dict[str, Any]] = [{"agent": {"kind": "greeting"}}]
    for line in lines:
        steps += [{"caller": line}, {"agent": {"says": "anything else"}}]
    script = Scenario.model_validate(
        {
            "scenario": "ahead",
            "policy": str(policy),
            "caller": {"rate": rate, "seed": 3},
            "think": SPEED,
            "steps": [*steps, {"caller": {"hangs_up": True}}],
        }
    )
    return await run_scenario(script, policy)


def count(result: ScenarioResult, tally: Tally) -> None:
    takes = [r.at for r in result.records if isinstance(r, Decision) and r.do == "take_turn"]
    answers = [
        record.start
        for record in result.records
        if isinstance(record, Utterance) and record.because.rule == "reply"
    ]
    thinks = [record for record in result.records if isinstance(record, ThinkDone)]
    tally.ahead += sum(one.speculative for one in thinks)
    tally.dropped += sum(map(was_for_nothing, thinks))
    lines = [(one.start, one.end) for one in result.lines]
    for at in answers:
        if any(start < at < end for start, end in lines):
            tally.cut_ins += 1
            continue
        ends = [end for _, end in lines if end <= at]
        taken = [one for one in takes if one <= at]
        if ends and taken:
            tally.from_offset.append(at - ends[-1])
            tally.from_taking.append(at - taken[-1])


def main() -> None:
    for name, numbers in (("waits for the end", "per_turn: 0"), ("thinks ahead", "per_turn: 3")):
        tally = Tally()
        with TemporaryDirectory() as folder, scripted_model(*answers()) as server:
            policy = Path(folder) / "bench.yaml"
            policy.write_text(_yaml(numbers, server.url), encoding="utf-8")
            for rate, lines in calls():
                count(asyncio.run(held(rate, lines, policy)), tally)
        for what, times in (("turn's end", tally.from_offset), ("taking it", tally.from_taking)):
            p50, p90 = np.percentile(times, [50, 90])
            print(f"{name}: from {what} p50 {p50:.2f} s, p90 {p90:.2f} s ({len(times)} answers)")
        print(f"{name}: {tally.ahead} ahead, {tally.dropped} dropped, {tally.cut_ins} cut-ins")
    print(f"a model with {SPEED}")


def _yaml(speculation: str, url: str) -> str:
    text = policy_path("broadband").read_text(encoding="utf-8")
    model = f"model: {{name: 'openai:bench', url: '{url}', answers: always}}\n"
    section = f"turn_taking:\n  speculation: {{{speculation}}}\n"
    assert "\nturn_taking:\n" in text
    return model + text.replace("\nturn_taking:\n", "\n" + section, 1)


if __name__ == "__main__":
    main()
