"""eot-bench's and TurnBench's figures, by hand."""

from __future__ import annotations

import pytest

from agent.spans import Span
from scenarios.laboratory.endpointing_scores import (
    TIME_OUT_S,
    Point,
    Turn,
    cut_rate_at,
    operating_point,
    point,
    recognition,
    sweep,
    talked_over,
)
from tests.scenarios.laboratory.scripted import Scripted

WHOLE = Turn("whole", (Span(1.0, 2.0),))
HESITANT = Turn("hesitant", (Span(1.0, 2.0), Span(3.0, 4.0), Span(4.1, 5.0)))


def test_the_truth_about_a_turn() -> None:
    assert HESITANT.holds == (Span(2.0, 3.0), Span(4.0, 4.1))
    # eot-bench scores pauses from 0.2 s
    assert HESITANT.scored_holds == (Span(2.0, 3.0),)
    assert HESITANT.end == 5.0


def test_a_cut_is_a_floor_taken_before_the_caller_goes_on() -> None:
    cutting = Scripted({1.0: {"hesitant": (2.5, 5.5), "whole": (2.3,)}})
    found = point(cutting, (WHOLE, HESITANT), 1.0)
    assert found.cut_rate == 1.0
    assert found.delays_s == pytest.approx((0.3, 0.5))
    assert found.p50_s == pytest.approx(0.4)
    late = Scripted({1.0: {"hesitant": (3.01, 5.5), "whole": (2.3,)}})
    assert point(late, (WHOLE, HESITANT), 1.0).cut_rate == 0.0


def test_nobody_came() -> None:
    found = point(Scripted({1.0: {}}), (WHOLE,), 1.0)
    assert (found.missed, found.delays_s) == (1, (TIME_OUT_S,))


def test_a_little_early_is_at_once_and_much_too_early_is_not_at_the_end() -> None:
    early = Scripted({1.0: {"whole": (1.8,)}})
    assert point(early, (WHOLE,), 1.0).delays_s == (0.0,)
    assert talked_over(early, (WHOLE,), 1.0) == 0
    over = Scripted({1.0: {"whole": (1.5,)}})
    assert point(over, (WHOLE,), 1.0).missed == 1
    assert talked_over(over, (WHOLE,), 1.0) == 1


def test_a_pause_right_before_a_short_last_word_is_not_the_end() -> None:
    short = Turn("short", (Span(1.0, 2.0), Span(3.0, 3.1)))
    assert point(Scripted({1.0: {"short": (2.95,)}}), (short,), 1.0).missed == 1


POINTS = (
    Point(0.2, 0.50, (0.2, 0.2)),
    Point(0.5, 0.10, (0.4, 0.6)),
    Point(0.8, 0.05, (0.8, 0.8)),
    Point(1.0, 0.04, (0.7, 0.7)),
)


@pytest.mark.parametrize(("most", "threshold"), [(0.5, 0.2), (0.10, 0.5), (0.05, 1.0)])
def test_the_operating_point_is_the_fastest_that_is_careful_enough(
    most: float, threshold: float
) -> None:
    best = operating_point(POINTS, most)
    assert best is not None
    assert best.threshold == threshold


def test_no_operating_point_where_nothing_is_careful_enough() -> None:
    assert operating_point(POINTS, 0.01) is None


def test_cut_offs_at_a_mean_latency() -> None:
    assert cut_rate_at(POINTS, 0.3) == 0.50
    assert cut_rate_at(POINTS, 0.5) == 0.10
    assert cut_rate_at(POINTS, 0.1) is None


def test_a_sweep_has_a_point_for_each_threshold() -> None:
    both = Scripted({0.5: {"whole": (2.5,)}, 0.8: {"whole": (2.8,)}})
    assert [one.p50_s for one in sweep(both, (WHOLE,))] == pytest.approx([0.5, 0.8])


def test_turnbench_counts_each_end_and_each_pause_once() -> None:
    # The pause at 2.0 s is cut 0.1 s before it begins; that at 4.0 s is left alone.
    contender = Scripted({1.0: {"hesitant": (1.9, 2.5, 5.2), "whole": (5.1,)}})
    found = recognition(contender, (WHOLE, HESITANT), 1.0)
    assert found.recall == 0.5
    assert found.fp_rate == 0.5
    assert found.p50_s == pytest.approx(0.2)
    early = recognition(Scripted({1.0: {"whole": (1.9,)}}), (WHOLE,), 1.0)
    assert early.p50_s == pytest.approx(-0.1)
