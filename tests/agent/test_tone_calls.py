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

from agent.records import Decision, PerceptSeen, Utterance
from scenarios.loading import load_scenario
from scenarios.runner import ScenarioResult, run_scenario
from speech.audiofile import write_wav
from speech.protocols import SAMPLE_RATE
from system1.percepts import EndOfTurn, Heard
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


def taken(call: ScenarioResult) -> list[tuple[float, dict[str, float]]]:
    """When the agent took its turns, and on what evidence."""
    return [
        (one.at, dict(one.because.evidence))  # type: ignore[arg-type]
        for one in call.records
        if isinstance(one, Decision) and one.do == "take_turn"
    ]


def heard(call: ScenarioResult) -> list[str]:
    """The stretches as they were understood."""
    percepts = [one.percept for one in call.records if isinstance(one, PerceptSeen)]
    return [
        " ".join(word.text for word in one.words)
        for one in percepts
        if isinstance(one, Heard) and one.final
    ]


def reports(call: ScenarioResult, begin: float, end: float) -> list[dict[float, float]]:
    """What the pause heads said between two times (s)."""
    percepts = [one.percept for one in call.records if isinstance(one, PerceptSeen)]
    return [
        dict(one.horizons)
        for one in percepts
        if isinstance(one, EndOfTurn) and begin <= one.at <= end
    ]


HESITANT = """\
  - agent: {kind: greeting}
  - caller: {wav: hesitates.wav}
  - agent: {says: sorry, within: 0.6}
  - caller: {wav: bye.wav}
  - agent: {kind: farewell, within: 0.6}
expect: {outcome: agent_hung_up, false_cuts: 0}
"""
SAID = {"hesitates": ("hello um", 1.2, "my internet is down please"), "bye": ("bye",)}


def test_a_hesitant_caller_is_waited_for_and_answered_soon(tmp_path: Path) -> None:
    path = story(tmp_path, HESITANT, SAID)
    calls = [run(path, tmp_path / name) for name in ("first", "second")]
    first = calls[0]
    assert first.result.failed == ()
    assert heard(first)[:2] == ["hello um", "my internet is down please"]
    assert heard(first)[-1].endswith("bye")
    over = first.spans[0].end
    um = over - len(said("my internet is down please")) / SAMPLE_RATE - 1.2
    at, evidence = taken(first)[0]
    assert 0.15 < at - over < 0.35
    assert evidence["w.semantic_vad_2.0"] > 0.0
    # The heads themselves tell one silence from the other, before either is 0.4 s long.
    after_um, after_please = (reports(first, end + 0.2, end + 0.4) for end in (um, over))
    assert after_um[0][2.0] < 0.3 < 0.7 < after_please[0][2.0]
    events = [(tmp_path / name / "events.jsonl").read_bytes() for name in ("first", "second")]
    assert events[0] == events[1]
    assert b"w.semantic_vad_2.0" in events[0]


def test_the_same_silence_waits_longer_after_um_than_after_please(tmp_path: Path) -> None:
    waits, weights = [], []
    for word in ("um", "please"):
        folder = tmp_path / word
        folder.mkdir()
        steps = (
            "  - agent: {kind: greeting}\n  - caller: {wav: a.wav}\n"
            "  - agent: {within: 3}\n  - caller: {hangs_up: true}\n"
        )
        call = run(story(folder, steps, {"a": (f"my internet is down {word}",)}))
        at, evidence = taken(call)[0]
        assert heard(call)[0].endswith(word)
        waits.append(at - call.spans[0].end)
        weights.append(evidence["w.semantic_vad_2.0"])
    assert waits[0] > 1.5
    assert waits[1] < 0.35
    assert weights[0] < 0.0 < weights[1]


def test_the_flush_and_the_pause_heads_answer_sooner(tmp_path: Path) -> None:
    """The same call with the words' delay waited out."""
    waits = {}
    for name, stt in (("flush", {}), ("none", {"flush_after": None, "flush_pause": None})):
        folder = tmp_path / name
        folder.mkdir()
        call = run(story(folder, HESITANT, SAID, **stt))
        assert heard(call)[:2] == ["hello um", "my internet is down please"]
        waits[name] = next(at for at, _ in taken(call) if at > call.spans[0].end - 0.1)
    assert waits["flush"] <= waits["none"]


INTERRUPTING = """\
  - agent: {kind: greeting}
  - caller: {wav: router.wav}
  - agent: {says: unplug, within: 0.6}
  - caller: {wav: yes.wav, during: agent, at: 1.0}
  - agent: {keeps: true}
  - caller: {wav: router.wav}
  - agent: {says: unplug, within: 0.6}
  - caller: {wav: stop.wav, during: agent, at: 1.0}
  - agent: {stops: 0.6}
  - caller: {hangs_up: true}
expect: {outcome: caller_hung_up, false_cuts: 0}
"""


def test_a_yes_keeps_the_agent_talking_and_a_stop_stops_it(tmp_path: Path) -> None:
    lines = {
        "router": ("my router is down please",),
        "yes": ("yes",),
        "stop": ("wait stop",),
    }
    call = run(story(tmp_path, INTERRUPTING, lines))
    assert call.result.failed == ()
    first, second = (one for one in utterances(call) if one.heard.startswith("Unplug"))
    assert not first.cut
    assert second.cut
    rules = [one.because.rule for one in call.records if isinstance(one, Decision)]
    assert "backchannel" in rules
    # The words are half a second behind; meanwhile the agent speaks more softly.
    onset = call.spans[-1].start
    ducks = [one.at for one in call.records if isinstance(one, Decision) and one.do == "duck"]
    assert 0.0 <= ducks[-1] - onset <= 0.1


def utterances(call: ScenarioResult) -> list[Utterance]:
    return [one for one in call.records if isinstance(one, Utterance)]


DICTATING = """\
  - agent: {kind: greeting}
  - caller: {wav: house.wav}
  - agent: {says: which number, within: 0.9}
  - caller: {wav: digits.wav}
  - agent: {says: thank you, within: 0.9}
  - caller: {hangs_up: true}
expect: {outcome: caller_hung_up, false_cuts: 0, slots: {number: "1234"}}
"""


def test_digits_are_waited_for_whatever_the_pause_heads_say(tmp_path: Path) -> None:
    lines = {
        "house": ("the second house please",),
        "digits": ("one two", 0.6, "three four"),
    }
    call = run(story(tmp_path, DICTATING, lines))
    assert call.result.failed == ()
    assert heard(call)[1:] == ["one two", "three four"]
    (question,) = (one for one in utterances(call) if one.heard.startswith("Which"))
    dictated = call.spans[1]
    assert reports(call, question.end, dictated.end + 0.4) == []
    _, evidence = taken(call)[1]
    assert not [name for name in evidence if "semantic_vad" in name]
