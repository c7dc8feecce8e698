"""Clips: the truth about them is the truth about their samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.laboratory.clips import LEAD_S, TAIL_S, Recipe, render
from scenarios.laboratory.corpus import recipes
from scenarios.line import AUDIBLE
from scenarios.script import LineQuality
from speech.protocols import SAMPLE_RATE, Audio


@pytest.fixture(scope="module")
def hesitant() -> Recipe:
    """Cut from one waveform, on a clean line."""
    return next(
        replace(one, line=LineQuality.model_validate({"noise": "none"}), pauses_s=(0.9,))
        for one in recipes("tuning")
        if one.category == "content_word" and one.manner == "cut"
    )


def audible(audio: Audio, start_s: float, end_s: float) -> bool:
    part = audio[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
    return bool(np.abs(part).max(initial=0.0) > AUDIBLE)


@pytest.mark.parametrize("manner", ["cut", "comma"])
def test_the_spans_are_those_of_the_samples(hesitant: Recipe, manner: str) -> None:
    clip = render(replace(hesitant, manner="cut" if manner == "cut" else "comma"))
    assert [round(hold.length, 4) for hold in clip.holds] == [0.9]
    assert not audible(clip.audio, 0.0, clip.spans[0].start)
    assert not audible(clip.audio, clip.holds[0].start, clip.holds[0].end)
    assert not audible(clip.audio, clip.end, clip.audio.size / SAMPLE_RATE)
    for span in clip.spans:
        assert audible(clip.audio, span.start, span.start + 1 / SAMPLE_RATE)
        assert audible(clip.audio, span.end - 1 / SAMPLE_RATE, span.end)
    assert clip.spans[0].start == LEAD_S
    assert clip.audio.size / SAMPLE_RATE - clip.end == pytest.approx(TAIL_S, abs=1e-3)


def test_a_cut_sentence_is_the_whole_one_with_a_pause_in_it(hesitant: Recipe) -> None:
    cut = render(hesitant)
    whole = render(replace(hesitant, parts=(hesitant.text,), pauses_s=()))
    spoken = sum(span.length for span in cut.spans)
    # what is lost is silence at the cut's edges
    assert 0.0 <= whole.spans[0].length - spoken < 0.15


def test_rendering_twice_gives_the_same_samples(hesitant: Recipe) -> None:
    noisy = replace(hesitant, line=LineQuality.model_validate({"noise": "pink", "snr_db": 10}))
    first, second = render(noisy), render(noisy)
    assert np.array_equal(first.audio, second.audio)
    assert audible(first.audio, 0.0, LEAD_S)
