"""Pipecat in its own environment, on a few clips; and what is made of its decisions."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from scenarios.laboratory.pipecat import (
    STOCK,
    THRESHOLDS,
    Decisions,
    PipecatContender,
    find_python,
)
from speech.embedded.espeak import EspeakVoice
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio

PARTS = {
    "whole": ("my internet connection is down",),
    "hesitant": ("i would like to", "change my", "address please"),
    "short": ("yes", "that is right"),
}
PAUSE_S = 1.1


@pytest.fixture(scope="module")
def python() -> Path:
    found = find_python()
    assert found is not None, "Pipecat's environment is missing: make env"
    return found


def voiced(voice: EspeakVoice, text: str) -> Audio:
    audio = np.concatenate([speech.audio for speech in voice.speak(text)])
    audio = soxr.resample(audio, voice.sample_rate, SAMPLE_RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(audio) > 3e-3)
    trimmed: Audio = audio[loud[0] : loud[-1] + 1]
    return trimmed


def spoken(*parts: str) -> Audio:
    """The parts with pauses between them, a second of line before and four seconds after."""
    voice = EspeakVoice("en-us+klatt4", 160)
    rng = np.random.default_rng(5)
    pieces = [np.zeros(SAMPLE_RATE, np.float32)]
    for part in parts:
        pieces += [voiced(voice, part), np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)]
    pieces.append(np.zeros(3 * SAMPLE_RATE, np.float32))
    whole = np.concatenate(pieces)
    return (whole + 3e-4 * rng.standard_normal(whole.size)).astype(np.float32)


@pytest.fixture(scope="module")
def clips() -> dict[str, Audio]:
    return {
        **{name: spoken(*parts) for name, parts in PARTS.items()},
        "nobody": np.zeros(2 * SAMPLE_RATE, np.float32),
    }


@pytest.fixture(scope="module")
def pipecat(clips: dict[str, Audio], python: Path) -> PipecatContender:
    return PipecatContender.run(clips, python, jobs=1)


@pytest.mark.slow
def test_the_sweep_at_stock_is_what_pipecat_itself_decides(pipecat: PipecatContender) -> None:
    assert set(pipecat.decisions) == {*PARTS, "nobody"}
    for decided in pipecat.decisions.values():
        assert decided.ends(STOCK) == decided.stock
    assert pipecat.decisions["whole"].stock
    assert pipecat.decisions["nobody"] == Decisions((), (), (), ((0.0, ()),))


@pytest.mark.slow
def test_a_turn_ends_at_the_vad_stop_or_after_three_seconds(pipecat: PipecatContender) -> None:
    for name in PARTS:
        decided = pipecat.decisions[name]
        stops = [at for at, _ in decided.stops]
        assert len(stops) == len(decided.starts) >= 1
        assert set(decided.ends(0.0)) == set(stops)
        (timed_out,) = decided.ends(1.0)
        assert timed_out == pytest.approx(stops[-1] + 3.0, abs=1e-6)
        for at, probability in decided.stops:
            assert (at in decided.stock) == (probability > STOCK)


@pytest.mark.slow
def test_the_same_clips_give_the_same_decisions_in_any_share(
    pipecat: PipecatContender, clips: dict[str, Audio], python: Path
) -> None:
    again = PipecatContender.run(clips, python, jobs=3)
    assert again.decisions == pipecat.decisions
    assert list(again.decisions) == list(clips)


DECIDED = Decisions(
    starts=(1.2, 3.0),
    stops=((2.0, 0.3), (4.0, 0.8)),
    stock=(4.0,),
    sweep=((0.0, (2.0, 4.0)), (0.3, (4.0,)), (0.8, (7.0,))),
)


@pytest.mark.parametrize(
    ("onset_s", "until_s", "threshold", "at"),
    [
        (1.8, 2.6, 0.2, 2.0),
        (1.8, 2.6, 0.3, None),  # the model must say more than the threshold
        (1.8, 2.0, 0.2, None),  # the caller went on first
        (3.8, None, 0.5, 4.0),
        (3.8, None, 0.9, 7.0),
        (2.1, None, 0.2, 4.0),
    ],
)
def test_the_floor_is_taken_in_the_silence_asked_for(
    onset_s: float, until_s: float | None, threshold: float, at: float | None
) -> None:
    contender = PipecatContender({"clip": DECIDED})
    assert contender.takes_floor_at("clip", onset_s, until_s, threshold) == at


def test_it_stops_for_whatever_its_vad_hears() -> None:
    contender = PipecatContender({"clip": DECIDED})
    assert contender.stops_at("clip", 1.0) == 1.2
    assert contender.stops_at("clip", 1.3) == 3.0
    assert contender.stops_at("clip", 3.1) is None


def test_the_thresholds_rise_through_the_stock_one() -> None:
    assert list(THRESHOLDS) == sorted(set(THRESHOLDS))
    assert (THRESHOLDS[0], THRESHOLDS[-1]) == (0.0, 1.0)
    assert STOCK in THRESHOLDS
    assert PipecatContender({}).thresholds == THRESHOLDS


def test_nothing_to_hear_starts_nothing(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.touch()
    assert PipecatContender.run({}, python).decisions == {}


def test_a_missing_interpreter_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"^Pipecat's interpreter .* is missing: make env$"):
        PipecatContender.run({"clip": np.zeros(240, np.float32)}, tmp_path / "python")


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return path


def test_what_goes_wrong_in_the_environment_is_one_line(tmp_path: Path) -> None:
    python = script(tmp_path / "python", "echo 'Traceback:' >&2", "echo 'no model' >&2", "exit 1")
    with pytest.raises(SpeechError, match=r"^Pipecat failed: no model$"):
        PipecatContender.run({"clip": np.zeros(240, np.float32)}, python)


def test_the_worker_is_kept_from_taking_its_neighbour_for_pipecat(tmp_path: Path) -> None:
    """The laboratory's own ``pipecat.py`` lies beside the worker."""
    python = script(tmp_path / "python", 'echo "$1" >&2', "exit 1")
    with pytest.raises(SpeechError, match=r"^Pipecat failed: -I$"):
        PipecatContender.run({"clip": np.zeros(240, np.float32)}, python)


def test_one_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = script(tmp_path / "python", "exec sleep 60")
    monkeypatch.setattr("scenarios.laboratory.pipecat.START_UP_S", 0.02)
    with pytest.raises(SpeechError, match=r"^Pipecat took more than 0 s for 0 s of audio$"):
        PipecatContender.run({"clip": np.zeros(240, np.float32)}, python)


def test_the_environment_is_found_beside_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert find_python() is None
    python = tmp_path / "peers" / "pipecat" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert find_python() == python
