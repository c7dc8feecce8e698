"""The telephone line: its band, the level of its noise, and that it is always the same."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.line import (
    SPEECH_DB,
    TelephoneLine,
    active_speech_db,
    band_limited,
    level_db,
)
from scenarios.script import LineQuality
from speech.protocols import SAMPLE_RATE, Audio


def tone(hz: float, seconds: float = 1.0) -> Audio:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def middle(audio: Audio) -> Audio:
    """Without the edges, where a tone begins and ends."""
    return audio[audio.size // 4 : -audio.size // 4]


@pytest.mark.parametrize(
    ("hz", "least", "most"),
    [
        (50, -60, -24),
        (300, -3.2, -2.8),
        (1000, -0.1, 0.1),
        (3000, -0.2, 0.1),
        (3400, -3.2, -2.8),
        (4000, -40, -14),
        (4600, -60, -32),
    ],
)
def test_the_band(hz: float, least: float, most: float) -> None:
    audio = tone(hz)
    change = level_db(
        middle(TelephoneLine(LineQuality(band="phone"), 0).carried(audio))
    ) - level_db(audio)
    assert least <= change <= most


@pytest.mark.parametrize(
    ("hz", "least", "most"),
    [(50, -3.2, -2.8), (200, -0.1, 0.1), (6000, -0.2, 0.1), (9000, -60, -30)],
)
def test_the_wide_band(hz: float, least: float, most: float) -> None:
    audio = tone(hz)
    change = level_db(middle(TelephoneLine(LineQuality(), 0).carried(audio))) - level_db(audio)
    assert least <= change <= most


def test_the_band_delays_nothing() -> None:
    audio = np.zeros(SAMPLE_RATE, np.float32)
    audio[9600:14400] = tone(1000, 0.2)
    carried = TelephoneLine(LineQuality(band="phone"), 0).carried(audio)
    assert np.argmax(np.correlate(carried, audio[9600:14400], "valid")) == 9600


@pytest.mark.parametrize("noise", ["white", "pink"])
@pytest.mark.parametrize("band", ["phone", "wide"])
@pytest.mark.parametrize("snr_db", [5.0, 25.0])
def test_the_noise_has_its_level(noise: str, band: str, snr_db: float) -> None:
    quality = LineQuality.model_validate({"noise": noise, "band": band, "snr_db": snr_db})
    line = TelephoneLine(quality, 3, speech_db=-20.0)
    assert -20.0 - level_db(line.noise(20 * SAMPLE_RATE)) == pytest.approx(snr_db, abs=0.01)
    assert -20.0 - level_db(line.noise(2 * SAMPLE_RATE)) == pytest.approx(snr_db, abs=0.5)


def test_the_noise_stays_in_the_band() -> None:
    noise = TelephoneLine(LineQuality(band="phone", noise="white"), 1).noise(SAMPLE_RATE)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    outside = spectrum[:150].sum() + spectrum[4000:].sum()
    assert outside / spectrum.sum() < 0.01


def test_pink_falls_three_db_an_octave() -> None:
    noise = TelephoneLine(LineQuality(noise="pink", band="wide"), 1).noise(20 * SAMPLE_RATE)
    low, high = (level_db(band_limited(noise, hz, 2 * hz)) for hz in (250, 2000))
    assert low - high == pytest.approx(0.0, abs=0.5)  # equal power in each octave


def test_the_noise_has_no_seam_and_does_not_depend_on_blocks() -> None:
    quality = LineQuality(band="phone", noise="white")
    whole = TelephoneLine(quality, 5).noise(21 * SAMPLE_RATE)
    line = TelephoneLine(quality, 5)
    pieces = np.concatenate([line.noise(n) for n in (7, 240, 24_000, 20 * SAMPLE_RATE)])
    assert np.array_equal(whole, pieces[: whole.size])
    seam = 20 * SAMPLE_RATE
    steps = np.abs(np.diff(whole))
    assert steps[seam - 1] <= steps.max()
    assert np.abs(np.diff(whole, 3))[seam - 2] <= np.abs(np.diff(whole, 3))[: seam // 2].max()


def test_seeds_differ() -> None:
    quality = LineQuality(band="phone", noise="white")
    first, second = (TelephoneLine(quality, seed).noise(100) for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_no_noise() -> None:
    assert not TelephoneLine(LineQuality(band="phone"), 0).noise(100).any()


def test_the_level_of_speech_is_that_without_pauses() -> None:
    speech = tone(1000, 1.0)
    paused = np.concatenate([speech, np.zeros(3 * SAMPLE_RATE, np.float32), speech])
    assert active_speech_db(paused) == pytest.approx(level_db(speech), abs=0.1)
    assert active_speech_db(np.zeros(4800, np.float32)) == -120.0
    assert SPEECH_DB == -26.0
