"""Rate conversion while it streams: each sample in its place, whatever the cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.protocols import Audio
from speech.rates import RateConverter

PAIRS = [(48_000, 24_000), (24_000, 48_000), (8_000, 24_000), (24_000, 8_000), (44_100, 24_000)]


def tone(hz: float, rate: int, seconds: float, delay_s: float = 0.0) -> Audio:
    at = np.arange(round(seconds * rate)) / rate - delay_s
    wave: Audio = np.sin(2 * np.pi * hz * at).astype(np.float32)
    return wave


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_tone_comes_out_as_it_went_in_and_as_late_as_said(source: int, target: int) -> None:
    converter = RateConverter(source, target)
    out = converter.convert(tone(1000.0, source, 0.5))
    assert out.size == -(-round(0.5 * source) * target // source)
    edge = round(0.02 * target)
    wanted = tone(1000.0, target, 0.5, converter.delay_s)[edge : out.size]
    assert np.abs(out[edge:] - wanted).max() < 1e-3
    assert converter.delay_s <= 0.003


@pytest.mark.parametrize(("source", "target"), [(48_000, 24_000), (24_000, 8_000)])
def test_what_the_lower_rate_cannot_hold_is_taken_out(source: int, target: int) -> None:
    out = RateConverter(source, target).convert(tone(0.55 * target, source, 0.2))
    assert np.abs(out[400:]).max() < 2e-3


@given(st.sampled_from(PAIRS), st.lists(st.integers(0, 700), max_size=12))
def test_how_it_is_cut_does_not_matter(pair: tuple[int, int], sizes: list[int]) -> None:
    sound = np.random.default_rng(1).standard_normal(sum(sizes)).astype(np.float32)
    whole = RateConverter(*pair).convert(sound)
    cut = RateConverter(*pair)
    ends = np.cumsum([0, *sizes])[1:]
    parts = [cut.convert(sound[end - size : end]) for end, size in zip(ends, sizes, strict=True)]
    assert np.array_equal(np.concatenate([whole[:0], *parts]), whole)


def test_one_rate_is_left_as_it_is() -> None:
    sound = tone(440.0, 24_000, 0.1)
    assert RateConverter(24_000, 24_000).convert(sound) is sound
    assert RateConverter(24_000, 24_000).delay_s == 0


@pytest.mark.parametrize("pair", [(0, 24_000), (24_000, 1_000_000)])
def test_a_rate_that_no_line_has_is_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="Hz are converted"):
        RateConverter(*pair)
