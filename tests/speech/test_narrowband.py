"""24 kHz to a telephone line's 8 kHz and back."""

from __future__ import annotations

import numpy as np
import pytest

from speech.narrowband import DELAY_S, LINE_RATE, FromLine, ToLine
from speech.protocols import SAMPLE_RATE, Audio


def tone(hz: float, rate: int, seconds: float = 0.5) -> Audio:
    wave: Audio = np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return wave.astype(np.float32)


def level_db(audio: Audio) -> float:
    middle = audio[len(audio) // 4 : -len(audio) // 4]
    return float(10 * np.log10(np.mean(middle.astype(np.float64) ** 2) * 2 + 1e-12))


@pytest.mark.parametrize(
    ("hz", "least", "most"),
    [(100, -0.1, 0.1), (1000, -0.1, 0.1), (3400, -0.5, 0.1), (4600, -200, -45), (9000, -200, -45)],
)
def test_the_telephones_band_is_kept_and_no_more(hz: float, least: float, most: float) -> None:
    assert least <= level_db(ToLine().resample(tone(hz, SAMPLE_RATE))) <= most


@pytest.mark.parametrize("hz", [100, 1000, 3400])
def test_nothing_is_mirrored_on_the_way_up(hz: float) -> None:
    wide = FromLine().resample(tone(hz, LINE_RATE))
    assert level_db(wide) == pytest.approx(0, abs=0.5)
    length = len(wide) // 2
    spectrum = np.abs(np.fft.rfft(wide[length // 2 : -length // 2] * np.hanning(length)))
    above = round(4600 * length / SAMPLE_RATE)
    assert spectrum[above:].max() < spectrum.max() * 10 ** (-45 / 20)


@pytest.mark.parametrize("sizes", [(1,), (160,), (2, 0, 5, 333, 480)])
def test_pieces_of_any_length_give_the_same(sizes: tuple[int, ...]) -> None:
    wide = np.random.default_rng(1).normal(size=3001).astype(np.float32)
    for make in (ToLine, FromLine):
        whole, pieces, resampler = make().resample(wide), [], make()
        at, turn = 0, 0
        while at < len(wide):
            size = sizes[turn % len(sizes)]
            pieces.append(resampler.resample(wide[at : at + size]))
            at, turn = at + size, turn + 1
        np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)
        assert len(whole) == (1001 if make is ToLine else 9003)


def test_there_and_back_is_the_same_sound_later() -> None:
    sound = tone(440, SAMPLE_RATE) * np.hanning(SAMPLE_RATE // 2).astype(np.float32)
    back = FromLine().resample(ToLine().resample(sound))
    late = round(2 * DELAY_S * SAMPLE_RATE)
    np.testing.assert_allclose(back[late:], sound[:-late], atol=0.01)
