from __future__ import annotations

import numpy as np
import pytest

from speech.meters.prosody import ProsodyMeter
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


def melody(hz: float, semitones: float, seconds: float) -> Audio:
    """A voice that rises and falls over so many semitones, once a second."""
    time = np.arange(round(seconds * 16000)) / 16000
    pitch = hz * 2 ** (semitones / 24 * np.sin(2 * np.pi * time))
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    buzz = sum(np.sin(k * phase) / k for k in range(1, 12))
    return (0.1 * buzz * (0.52 - 0.48 * np.cos(8 * np.pi * time))).astype(np.float32)


@pytest.mark.parametrize(("before", "after", "ratio"), [(4, 4, 1.0), (4, 8, 2.0), (8, 4, 0.5)])
def test_pitch_range_is_told(before: float, after: float, ratio: float) -> None:
    meter = ProsodyMeter()
    reports(meter, melody(150, before, 8.0))
    last = reports(meter, melody(150, after, 4.0))[-1]
    assert last.range_ratio == pytest.approx(ratio, rel=0.15)


def test_a_monotone_has_no_range_to_grow_from() -> None:
    meter = ProsodyMeter()
    reports(meter, voice(150, 6.0))
    assert reports(meter, melody(150, 1.5, 4.0))[-1].range_ratio == 1.0


@pytest.mark.parametrize("learnt_s", [0.0, 1.0, 6.0])
def test_a_laugh_leaves_no_trace(learnt_s: float) -> None:
    """What turns out to be no speech moves no baseline, learnt or being learnt."""
    with_laugh, without = ProsodyMeter(), ProsodyMeter()
    for meter in (with_laugh, without):
        reports(meter, voice(120, learnt_s))
    with_laugh.stretch_begins()
    reports(with_laugh, voice(320, 1.5, 0.4, 7.0))
    with_laugh.stretch_ends(False)
    speech = voice(120, 3.0)
    before, after = reports(without, speech)[-1], reports(with_laugh, speech)[-1]
    assert after.pitch_st == pytest.approx(before.pitch_st, abs=0.2)
    assert after.level_db == pytest.approx(before.level_db, abs=0.5)


def test_what_was_speech_is_learnt_from() -> None:
    meter = ProsodyMeter()
    meter.stretch_begins()
    reports(meter, voice(120, 6.0))
    meter.stretch_ends(True)
    assert reports(meter, voice(240, 3.0))[-1].pitch_st == pytest.approx(12.0, abs=0.5)
