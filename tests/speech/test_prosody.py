from __future__ import annotations

import numpy as np
import pytest

from speech.prosody import ProsodyMeter
from speech.protocols import Audio
from system1.percepts import Prosody


def voice(hz: float, seconds: float, level: float = 0.1, syllables_s: float = 4.0) -> Audio:
    """A buzz of this pitch that swells so many times a second."""
    time = np.arange(round(seconds * 16000)) / 16000
    buzz = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 12))
    swell = 0.52 - 0.48 * np.cos(2 * np.pi * syllables_s * time)
    return (level * buzz * swell).astype(np.float32)


def reports(meter: ProsodyMeter, audio: Audio, speaking: bool = True) -> list[Prosody]:
    found = []
    for start in range(0, len(audio) - 511, 512):
        report = meter.step(audio[start : start + 512], speaking, start / 16000)
        if report is not None:
            found.append(report)
    return found


@pytest.mark.parametrize("hz", [80, 120, 220, 330])
def test_a_steady_voice_is_at_its_own_baseline(hz: float) -> None:
    found = reports(ProsodyMeter(), voice(hz, 6.0))
    last = found[-1]
    assert abs(last.pitch_st) < 0.2
    assert abs(last.level_db) < 0.5
    assert last.rate_ratio == pytest.approx(1.0, abs=0.15)


def test_higher_louder_faster_is_told() -> None:
    meter = ProsodyMeter()
    reports(meter, voice(120, 6.0))
    last = reports(meter, voice(120 * 2 ** (4 / 12), 3.0, 0.2, 6.0))[-1]
    assert last.pitch_st == pytest.approx(4.0, abs=0.3)
    assert last.level_db == pytest.approx(6.0, abs=0.7)
    assert last.rate_ratio == pytest.approx(1.5, abs=0.2)
    assert last.rate_sps == pytest.approx(6.0, abs=0.6)


def test_at_most_four_a_second_and_only_in_speech() -> None:
    meter = ProsodyMeter()
    found = reports(meter, voice(150, 5.0))
    assert 15 <= len(found) <= 20
    assert reports(meter, voice(150, 2.0), speaking=False) == []


def test_noise_has_no_prosody() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(48000)
    assert reports(ProsodyMeter(), noise.astype(np.float32)) == []
