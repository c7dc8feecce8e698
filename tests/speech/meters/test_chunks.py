"""What is worked out once for all meters is what each would work out, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from speech.meters.bands import Spectra, band_powers
from speech.meters.chunks import STEP, STEPS, Chunks, levels_db, step_powers
from speech.meters.silero import VAD_CHUNK
from speech.protocols import Audio

HOP = VAD_CHUNK // 2
EDGES = np.rint(
    np.array([200, 350, 500, 700, 900, 1150, 1450, 1850, 2300, 2800, 3400]) * VAD_CHUNK / 16_000
).astype(int)


def line(seed: int) -> Audio:
    random = np.random.default_rng(seed)
    loud = 10.0 ** random.uniform(-5, 0, 6).repeat(VAD_CHUNK)
    return (loud * random.standard_normal(loud.size)).astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
def test_spectra_and_bands_are_those_of_each_window_by_itself(seed: int) -> None:
    audio, chunks = line(seed), Chunks()
    padded = np.concatenate((np.zeros(HOP, np.float32), audio))
    for start in range(0, audio.size, VAD_CHUNK):
        chunk = chunks.take(audio[start : start + VAD_CHUNK])
        for half in (0, 1):
            window = padded[start + half * HOP :][:VAD_CHUNK]
            power = np.abs(np.fft.rfft(window.astype(np.float64) * np.hanning(VAD_CHUNK))) ** 2
            assert np.array_equal(chunk.spectra[half], power)
            bands = np.add.reduceat(power[: EDGES[-1]], EDGES[:-1])
            assert np.array_equal(chunk.bands[half], bands)


@pytest.mark.parametrize("seed", range(8))
def test_powers_are_means_of_squares(seed: int) -> None:
    audio = line(seed)[:VAD_CHUNK]
    chunk = Chunks().take(audio)
    squares = audio.astype(np.float64) ** 2
    assert chunk.power == float(np.mean(squares))
    steps = np.mean(squares.reshape(STEPS, STEP), axis=1)
    assert np.array_equal(chunk.step_powers, steps)
    assert np.array_equal(step_powers(audio), steps)
    assert np.array_equal(levels_db(steps), 10 * np.log10(steps + 1e-9))


def test_a_line_that_is_silent_has_no_power_in_any_band() -> None:
    spectra = Spectra()
    spectra.step(line(1)[:VAD_CHUNK])
    silence = np.zeros(VAD_CHUNK, np.float32)
    assert band_powers(spectra.step(silence))[0].all()  # its window still reaches into the sound
    assert not band_powers(spectra.step(silence)).any()
