from __future__ import annotations

import numpy as np
import pytest

from speech.meters.activity import Activity, ActivityThresholds
from speech.meters.chunks import Chunks
from speech.meters.silero import VAD_CHUNK, SileroVad
from speech.protocols import Audio
from system1.percepts import SpeechStarted, SpeechStopped

CHUNK_S = VAD_CHUNK / 16000


def run(
    audio: Audio, probability: list[float] | None = None, **thresholds: float
) -> list[SpeechStarted | SpeechStopped]:
    """Activity over audio, with Silero's probabilities or these."""
    vad = SileroVad()
    line = Chunks()
    activity = Activity(ActivityThresholds(**thresholds))  # type: ignore[arg-type]
    found = []
    for index in range(len(audio) // VAD_CHUNK):
        chunk = audio[index * VAD_CHUNK : (index + 1) * VAD_CHUNK]
        ends = (index + 1) * CHUNK_S
        share = vad.probability(chunk) if probability is None else probability[index]
        percept = activity.step(line.take(chunk), share, ends, ends)
        if percept is not None:
            found.append(percept)
    return found


def burst(begin: float, end: float, total: float, level: float = 0.1) -> Audio:
    audio = 1e-4 * np.random.default_rng(0).standard_normal(round(total * 16000))
    inside = slice(round(begin * 16000), round(end * 16000))
    time = np.arange(inside.stop - inside.start) / 16000
    audio[inside] += level * np.sqrt(2) * np.sin(2 * np.pi * 200 * time)
    return audio.astype(np.float32)


def probabilities(total: float, begin: float, end: float, lag: float) -> list[float]:
    """Of chunks that hold speech from begin to end, known ``lag`` s late."""
    count = int(total / CHUNK_S)
    return [
        float((i + 1) * CHUNK_S > begin + lag and i * CHUNK_S < end + lag) for i in range(count)
    ]


@pytest.mark.parametrize("begin", [0.5, 0.513, 0.525])
def test_onset_and_offset_are_those_of_the_sound(begin: float) -> None:
    end = begin + 0.6
    found = run(burst(begin, end, 1.8), probabilities(1.8, begin, end, lag=0.05))
    started, stopped = found
    assert isinstance(started, SpeechStarted)
    assert started.onset == pytest.approx(begin, abs=0.005)
    assert started.at - begin <= 0.1
    assert started.level_db == pytest.approx(-20.0, abs=1.0)
    assert isinstance(stopped, SpeechStopped)
    assert stopped.offset == pytest.approx(end, abs=0.005)
    assert 0.15 <= stopped.at - end <= 0.23


def test_a_closure_within_a_word_ends_nothing() -> None:
    audio = burst(0.5, 0.8, 1.9) + burst(0.92, 1.2, 1.9)
    shares = [
        max(a, b)
        for a, b in zip(
            probabilities(1.9, 0.5, 0.8, 0.03), probabilities(1.9, 0.92, 1.2, 0.03), strict=True
        )
    ]
    assert [type(p) for p in run(audio, shares)] == [SpeechStarted, SpeechStopped]


def test_an_improbable_noise_starts_nothing() -> None:
    assert run(burst(0.5, 1.0, 1.5), [0.3] * 47) == []


def test_more_evidence_can_be_asked_for() -> None:
    shares = [0.0] * 20 + [0.9] + [0.0] * 30
    assert run(burst(0.6, 0.7, 1.4), shares, start_chunks=2) == []
    assert len(run(burst(0.6, 0.7, 1.4), shares, start_chunks=1)) == 2


@pytest.mark.parametrize("kind", ["white", "hum", "beep", "clicks"])
def test_noise_is_no_speech(kind: str) -> None:
    time = np.arange(16000 * 3) / 16000
    random = np.random.default_rng(1)
    audio = {
        "white": 0.05 * random.standard_normal(len(time)),
        "hum": 0.1 * np.sin(2 * np.pi * 50 * time),
        "beep": 0.1 * np.sin(2 * np.pi * 1000 * time) * (time % 1 < 0.3),
        "clicks": 0.5 * (random.random(len(time)) < 2e-4),
    }[kind]
    assert run(audio.astype(np.float32)) == []
