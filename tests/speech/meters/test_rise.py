from __future__ import annotations

import numpy as np
import pytest

from speech.meters.chunks import Chunks
from speech.meters.rise import RiseMeter
from speech.protocols import Audio
from system1.percepts import SoundRose

RATE = 16_000
CHUNK = 512


def noise(seconds: float, level_db: float, seed: int = 1) -> Audio:
    random = np.random.default_rng(seed)
    hiss = random.standard_normal(round(seconds * RATE)) * 10 ** (level_db / 20)
    return hiss.astype(np.float32)


def rises(audio: Audio, speech: tuple[float, float] | None = None) -> list[SoundRose]:
    """What is told of a line; between the times of ``speech`` there is some."""
    meter, line, found = RiseMeter(), Chunks(), []
    for start in range(0, audio.size - CHUNK + 1, CHUNK):
        ends = (start + CHUNK) / RATE
        speaking = speech is not None and speech[0] <= ends <= speech[1]
        rose = meter.step(line.take(audio[start : start + CHUNK]), speaking, ends, ends)
        found += [] if rose is None else [rose]
    return found


def with_burst(level_db: float, length: float = 0.1, noise_db: float = -50.0) -> Audio:
    line = noise(2.0, noise_db)
    burst = noise(length, level_db, seed=2)
    line[RATE : RATE + burst.size] += burst
    return line


@pytest.mark.parametrize("noise_db", [-100.0, -60.0, -45.0])
def test_it_is_told_within_a_chunk_and_dated(noise_db: float) -> None:
    (rose,) = rises(with_burst(-35.0, noise_db=noise_db))
    assert rose.onset == pytest.approx(1.0, abs=0.006)
    assert rose.at - 1.0 <= 0.016 + CHUNK / RATE
    assert rose.level_db == pytest.approx(-35.0, abs=2.5)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_none(seed: int) -> None:
    assert rises(noise(20.0, -40.0, seed)) == []


def test_a_click_is_none() -> None:
    assert rises(with_burst(-20.0, length=0.006)) == []


def test_what_nobody_hears_is_none() -> None:
    assert rises(with_burst(-70.0, noise_db=-100.0)) == []


def test_noise_that_becomes_louder_is_one_and_then_noise() -> None:
    line = np.concatenate([noise(1.0, -55.0), noise(4.0, -40.0), noise(0.2, -25.0), noise(1, -40)])
    assert [round(one.onset, 2) for one in rises(line)] == [1.0, 5.0]


def test_noise_that_moves_has_to_be_outdone() -> None:
    line = noise(6.0, -50.0)
    slow = np.repeat(np.random.default_rng(3).uniform(-6, 6, line.size // 640 + 1), 640)
    line = (line * 10 ** (slow[: line.size] / 20)).astype(np.float32)
    line[4 * RATE : 4 * RATE + 1600] += noise(0.1, -25.0)
    assert [round(one.onset, 2) for one in rises(line)] == [4.0]


def test_speech_has_none_and_says_how_loud_the_voice_is() -> None:
    line = noise(4.0, -90.0)
    line[RATE : 2 * RATE] += noise(1.0, -15.0)
    quiet, heard = line.copy(), line.copy()
    quiet[3 * RATE : 3 * RATE + 1600] += noise(0.1, -57.0)
    heard[3 * RATE : 3 * RATE + 1600] += noise(0.1, -40.0)
    # What is lost beside the voice is no part of it; from silence the first of it is told.
    assert [round(one.onset) for one in rises(quiet, (1.0, 2.05))] == []
    assert [round(one.onset) for one in rises(heard, (1.0, 2.05))] == [3]
