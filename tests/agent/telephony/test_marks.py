"""What the caller has heard, by the marks that came back."""

from __future__ import annotations

import pytest

from agent.telephony.marks import MOST, Marks


def asked(marks: Marks, *ends: float) -> None:
    for chars, at in enumerate(ends, 1):
        marks.ask(7, chars, at, last=False)


def test_a_mark_is_sent_behind_its_sound_and_its_echo_is_the_truth() -> None:
    marks = Marks(echoes_cleared=True)
    asked(marks, 0.3, 0.5, 0.9)
    assert [one.chars for one in marks.due(0.5)] == [1, 2]
    assert marks.open == 3
    first, second = "k1", "k2"
    found = marks.echo(first, 0.6)
    assert found is not None
    assert found[0].chars == 1
    assert found[1] == pytest.approx(0.3)
    assert found[2]
    marks.echo(second, 0.6)
    assert marks.heard is not None
    assert (marks.heard.utterance, marks.heard.chars) == (7, 2)
    assert marks.lag == pytest.approx(0.1)
    assert marks.longest_lag == pytest.approx(0.3)
    assert marks.echo(first, 0.7) is None
    assert marks.echo("never asked", 0.7) is None


def test_a_later_echo_stands_for_those_before_it() -> None:
    marks = Marks(echoes_cleared=True)
    asked(marks, 0.1, 0.2, 0.3)
    marks.due(1.0)
    assert marks.echo("k3", 1.0) is not None
    assert marks.open == 0
    assert marks.lost == 2


def test_what_comes_back_because_it_was_cleared_was_not_heard() -> None:
    marks = Marks(echoes_cleared=True)
    asked(marks, 0.1, 0.5, 0.8, 1.5)
    marks.due(1.0)
    marks.echo("k1", 0.3)  # a lag of 0.2 s
    marks.clear(1.0)
    # Reached at 0.8 - at the latest - before the clear: on its way back.
    second, third = marks.echo("k2", 1.1), marks.echo("k3", 1.1)
    assert second is not None
    assert second[2]
    assert third is not None
    assert third[2]
    assert marks.open == 0


def test_without_a_lag_nothing_that_was_cleared_counts() -> None:
    marks = Marks(echoes_cleared=True)
    asked(marks, 0.1, 0.5)
    marks.due(1.0)
    marks.clear(1.0)
    found = marks.echo("k1", 1.1)
    assert found is not None
    assert not found[2]
    assert marks.heard is None
    assert marks.lag is None


def test_marks_that_are_never_echoed_are_not_waited_for() -> None:
    marks = Marks(echoes_cleared=False)
    asked(marks, 0.1, 0.5)
    marks.due(1.0)
    marks.clear(1.0)
    assert marks.open == 0
    assert marks.echo("k1", 1.1) is None


def test_a_provider_that_never_answers_costs_no_memory() -> None:
    marks = Marks(echoes_cleared=True)
    for _ in range(2 * MOST):
        marks.ask(1, 1, 0.0, last=False)
        marks.due(1.0)
    assert marks.open == MOST
    assert marks.lost == MOST
    for _ in range(3):
        marks.clear(2.0)
    assert marks.open == 0
