"""Whole calls through Kyutai's real ears, offline: callers speak the tone language.

Scenarios at audio fidelity, over the trained checkpoint of the tests: real frames, real words with
the model's delay, real pause heads, real flush; see ``tests.speech.kyutai.tone_voice``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.records import PerceptSeen, Utterance
from scenarios.loading import load_scenario
from scenarios.runner import ScenarioResult, run_scenario
from speech.audiofile import write_wav
from speech.protocols import SAMPLE_RATE
from system1.percepts import EndOfTurn, Heard, SpeechStarted
from tests.speech.kyutai.calls import TONES
from tests.speech.kyutai.tone_voice import said

pytest.importorskip("moshi")
pytestmark = pytest.mark.slow

POLICY = """\
policy: tones
language: en
persona: {name: Anna, company: Northwind, brief: "You help with faults."}
greeting: "Hello, this is Northwind."
turn_taking: {bargein: {type: speech}}
rules:
  - {id: goodbye, when: {says: [bye]}, say: "Goodbye.", do: hang_up}
  - id: outage
    when: {says: [internet is down]}
    say: "I am sorry about that. I will look into it and call you back within the hour."
  - id: router
    when: {says: [router]}
    say:
      "Unplug it from the wall, wait for half a minute, plug it in again, and give it three minutes
      to find the network before you try to use it."
tasks:
  - id: second-house
    when: {says: [second house]}
    collect: [{slot: number, ask: "Which number is it?", type: {digits: 4}}]
    then: {say: "Thank you. I have number {number}."}
"""


def story(
    folder: Path, steps: str, lines: Mapping[str, tuple[str | float, ...]], **stt: object
) -> Path:
    """A scenario beside its policy and its caller's recordings, by name."""
    settings = {"model": str(TONES), "device": "cpu", "slots": 3, **stt}
    engines = json.dumps({"kyutai_stt": settings})
    (folder / "tones.yaml").write_text(f"{POLICY}engines: {engines}\n", encoding="utf-8")
    for name, parts in lines.items():
        write_wav(folder / f"{name}.wav", said(*parts), SAMPLE_RATE)
    path = folder / "call.yaml"
    path.write_text(f"scenario: call\npolicy: tones.yaml\nsteps:\n{steps}", encoding="utf-8")
    return path


def run(path: Path, out: Path | None = None) -> ScenarioResult:
    import torch

    torch.set_num_threads(1)
    script = load_scenario(path)
    return asyncio.run(run_scenario(script, path, speech="kyutai/embedded", out=out))
