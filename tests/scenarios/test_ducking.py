"""How soon the agent lowers its voice, in the recorded sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from scenarios.runner import ScenarioResult, run_scenario
from scenarios.script import Scenario
from speech.protocols import SAMPLE_RATE


def call(level_db: float) -> ScenarioResult:
    """A caller who speaks into the agent's greeting, so much louder than usual."""
    script = {
        "scenario": "duck",
        "policy": "broadband",
        "caller": {"seed": 3, "rate": 165},
        "steps": [
            {"caller": {"say": "no", "level_db": level_db, "during": "agent", "at": 1.0}},
            {"caller": {"hangs_up": True, "during": "agent", "at": 1.8}},
        ],
    }
    return asyncio.run(run_scenario(Scenario.model_validate(script), Path("duck.yaml")))


@pytest.mark.slow
def test_the_voice_is_lower_within_a_tenth_of_a_second_of_the_callers_onset() -> None:
    disturbed, alone = call(0.0), call(-80.0)
    assert disturbed.agent is not None
    assert alone.agent is not None
    length = min(disturbed.agent.size, alone.agent.size)
    differs = np.abs(disturbed.agent[:length] - alone.agent[:length]) > 1e-6
    lowered = int(np.argmax(differs)) / SAMPLE_RATE
    onset = disturbed.spans[0].start
    assert 0.0 < lowered - onset <= 0.1
    after = slice(round((lowered + 0.03) * SAMPLE_RATE), round((lowered + 0.06) * SAMPLE_RATE))
    softer, usual = disturbed.agent[after], alone.agent[after]
    assert np.sqrt(np.mean(softer**2)) < 0.5 * np.sqrt(np.mean(usual**2))
