from __future__ import annotations

import numpy as np
import pytest

from speech.resampling import RESAMPLE_DELAY_S, Downsampler


def resampled(hz: float) -> np.ndarray:
    audio = np.sin(2 * np.pi * hz * np.arange(24000) / 24000).astype(np.float32)
    down = Downsampler(240)
    return np.concatenate([down.resample(audio[i : i + 240]) for i in range(0, 24000, 240)])


@pytest.mark.parametrize("hz", [50, 1000, 4000, 6500])
def test_every_sample_is_at_its_time(hz: float) -> None:
    out = resampled(hz)
    assert len(out) == 16000
    times = np.arange(16000) / 16000 - RESAMPLE_DELAY_S
    assert np.abs(out - np.sin(2 * np.pi * hz * times))[200:].max() < 1e-3


@pytest.mark.parametrize("hz", [9000, 10500, 11900])
def test_what_16_khz_cannot_hold_is_gone(hz: float) -> None:
    assert np.abs(resampled(hz))[200:].max() < 1e-3


def test_a_length_that_does_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of three"):
        Downsampler(512)
