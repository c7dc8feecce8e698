"""All delays are compared at once, and each as it would be by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from speech.meters.bands import Bands
from speech.meters.chunks import Chunks
from speech.meters.echo import EchoMeter
from speech.protocols import Audio


def noises(seed: int, chunks: int, length: int) -> list[Audio]:
    random = np.random.default_rng(seed)
    loud = 10.0 ** random.uniform(-4, 0, chunks)
    return [(one * random.standard_normal(length)).astype(np.float32) for one in loud]


def one_by_one(meter: EchoMeter, count: int) -> float:
    """The best correlation, delay by delay."""

    def centred(bands: Bands) -> Bands:
        return np.asarray(bands - bands.mean(axis=0))

    heard, played = centred(np.array(list(meter._heard)[-count:])), np.array(meter._played)
    best = 0.0
    for delay in range(meter._longest + 1):
        stop = len(played) - max(meter._ahead, 0) - delay
        if stop - count < 0 or delay < -meter._ahead:
            continue
        before = centred(played[stop - count : stop])
        energy = float(np.sqrt(np.sum(heard**2) * np.sum(before**2)))
        if energy > 1e-6:
            best = max(best, float(np.sum(heard * before)) / energy)
    return best


@pytest.mark.parametrize("ahead", [-3, 0, 2])
@pytest.mark.parametrize("silence", [0, 12, 40])
def test_it_is_the_best_of_the_delays(ahead: int, silence: int) -> None:
    meter, line = EchoMeter(), Chunks()
    for block in noises(1, max(ahead, 0), 768):
        meter.played(block)
    for number, (mine, theirs) in enumerate(
        zip(noises(2, 60, 768), noises(3, 60, 512), strict=True)
    ):
        quiet = 60 - number <= silence
        if number >= max(-ahead, 0):
            meter.played(np.zeros(768, np.float32) if quiet else mine)
        meter.step(line.take(theirs), None)
        for count in (4, 10, 33, 40):
            if count <= len(meter._heard) and meter._played:
                assert meter._best(count) == one_by_one(meter, count)
    assert not math.isnan(meter.step(line.take(theirs), 0.5))
