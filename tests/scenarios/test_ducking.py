"""How soon the agent lowers its voice, in the recorded sound."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from scenarios.runner import ScenarioResult, run_scenario
from scenarios.script import Scenario
from speech.protocols import SAMPLE_RATE


def call(level_db: float, says: str, line: dict[str, object]) -> ScenarioResult:
    """A caller who speaks into the agent's greeting, so much louder than usual."""
    script = {
        "scenario": "duck",
        "policy": "broadband",
        "caller": {"seed": 3, "rate": 165, "line": line},
        "steps": [
            {"caller": {"say": says, "level_db": level_db, "during": "agent", "at": 1.0}},
            {"caller": {"hangs_up": True, "during": "agent", "at": 1.8}},
        ],
    }
    return asyncio.run(run_scenario(Scenario.model_validate(script), Path("duck.yaml")))


PHONE = {"band": "phone", "noise": "pink", "snr_db": 35}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("no", {}),
        # Voice activity hears no voice in an "s", and knows this word 0.15 s after its onset. It is
        # some 30 dB below its vowel: in more noise than this nobody hears it.
        ("stop", {}),
        ("stop", PHONE),
        ("hold on please", PHONE),
        ("sorry i have a question", PHONE),
    ],
)
def test_the_voice_is_lower_within_a_tenth_of_a_second_of_the_callers_onset(
    says: str, line: dict[str, object]
) -> None:
    disturbed, alone = call(0.0, says, line), call(-80.0, says, line)
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
