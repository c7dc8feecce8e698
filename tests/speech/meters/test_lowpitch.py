"""Stretches of low pitch, from contours in Hz, a frame each 16 ms."""

from __future__ import annotations

import pytest

from speech.meters.lowpitch import LowPitchMeter

HOP_S = 0.016
STORY = [200.0, 210.0, 190.0, 205.0, 195.0] * 30
"""2.4 s of voice, none of it low for long."""


def found(*parts: list[float], meter: LowPitchMeter | None = None) -> list[tuple[int, float]]:
    """The frames at which a stretch is told, counted from the last part's first, and its length."""
    meter = meter or LowPitchMeter(HOP_S)
    meter.begin()
    told, at = [], -sum(len(part) for part in parts[:-1])
    for part in parts:
        for pitch in part:
            low_s = meter.step(pitch)
            if low_s is not None:
                told.append((at, low_s))
            at += 1
    return told


def test_a_low_stretch_is_told_once_when_it_has_lasted_110_ms() -> None:
    ((frame, low_s),) = found(STORY, [150.0] * 30)
    assert frame == 6, "the seventh frame ends at 112 ms"
    assert low_s == pytest.approx(7 * HOP_S)


def test_each_stretch_is_told() -> None:
    assert len(found(STORY, [150.0] * 10 + [205.0] * 30 + [150.0] * 10)) == 2


@pytest.mark.parametrize(
    "contour",
    [
        [150.0] * 6 + [210.0] * 20,
        [150.0, 210.0] * 20,
        [200.0, 210.0] * 20,
        [0.0] * 40,
        [150.0] * 4 + [0.0] * 5 + [150.0] * 4 + [205.0] * 9,
    ],
    ids=["too short", "up and down", "not low", "unvoiced", "broken by silence"],
)
def test_what_is_no_low_stretch(contour: list[float]) -> None:
    assert found(STORY, contour) == []


def test_a_consonant_does_not_break_it() -> None:
    assert len(found(STORY, [150.0] * 4 + [0.0] * 2 + [150.0] * 4)) == 1


def test_none_before_700_ms_of_speech() -> None:
    meter = LowPitchMeter(HOP_S)
    assert found(STORY, meter=meter) == []
    assert found([205.0] * 30, [150.0] * 10, meter=meter) == []
    assert len(found([205.0] * 50, [150.0] * 10, meter=meter)) == 1


def test_none_before_the_callers_own_pitch_is_known() -> None:
    assert found([200.0] * 60, [150.0] * 10) == []


def test_low_is_low_for_this_caller() -> None:
    """A quarter of the frames and more lie there: that is no low pitch but the usual one."""
    assert found(STORY + [150.0, 150.0, 200.0] * 60, [150.0] * 20) == []
    deep = [pitch / 2 for pitch in STORY]
    assert found(deep, [100.0] * 20) == []
    assert len(found(deep, [75.0] * 20)) == 1


def test_a_copy_goes_on_from_what_was_learnt() -> None:
    meter = LowPitchMeter(HOP_S)
    found(STORY, meter=meter)
    twin = meter.copy()
    low = ([205.0] * 50, [150.0] * 10)
    assert found(*low, meter=twin) == found(*low, meter=meter)


@pytest.mark.parametrize("odd", [1e-9, 20.0, 5000.0, 1e9])
def test_any_pitch_has_its_place(odd: float) -> None:
    found(STORY, [odd] * 20)
