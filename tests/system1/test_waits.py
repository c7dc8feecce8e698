"""The expected wait, and which filler is next."""

from __future__ import annotations

import pytest

from system1.waits import LAST_WAITS, LATE_S, Waits, least_recent


def test_nothing_is_expected_before_the_first_answer() -> None:
    assert Waits().expected_s is None
    assert Waits().filler_after(0.1, 0.35) == 0.1


def test_one_slow_answer_changes_little_and_old_ones_are_forgotten() -> None:
    waits = Waits()
    for wait_s in (0.5, 0.6, 9.0):
        waits = waits.learnt(wait_s)
    assert waits.expected_s == 0.6
    for _ in range(LAST_WAITS):
        waits = waits.learnt(2.0)
    assert waits == Waits((2.0,) * LAST_WAITS)


@pytest.mark.parametrize(
    ("waited_s", "after_s"),
    [
        (0.5, 0.5),  # half a second to go is worth a filler
        (0.65, 0.65),  # just worth it
        (0.7, 1.0 + LATE_S),
        (1.05, 1.0 + LATE_S),
        (1.0 + LATE_S, 1.0 + LATE_S),  # late: now
        (2.0, 2.0),
    ],
)
def test_a_filler_waits_only_for_an_answer_that_is_near(waited_s: float, after_s: float) -> None:
    assert Waits((1.0,)).filler_after(waited_s, 0.35) == pytest.approx(after_s)


def test_the_text_said_longest_ago_is_next() -> None:
    texts = ("a", "b", "c")
    assert least_recent(texts, ()) == "a"
    assert least_recent(texts, ("a",)) == "b"
    assert least_recent(texts, ("a", "b", "a", "c")) == "b"
    assert least_recent(("a",), ("a",)) == "a"
