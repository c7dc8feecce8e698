"""The reliability diagram and its figures, against small cases worked out by hand."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from scenarios.laboratory.reliability import diagram, reliability


def test_figures_by_hand() -> None:
    shown = reliability([0.1, 0.15, 0.9, 0.8], [False, True, True, True])
    assert shown.brier == pytest.approx((0.01 + 0.7225 + 0.01 + 0.04) / 4)
    assert shown.auc == 1.0
    assert [one.count for one in shown.bins] == [2, 1, 1]
    assert shown.bins[0].predicted == pytest.approx(0.125)
    assert shown.bins[0].observed == 0.5
    assert shown.ece == pytest.approx((2 * 0.375 + 0.2 + 0.1) / 4)


def test_ties_count_half() -> None:
    assert reliability([0.5, 0.5, 0.5], [True, False, True]).auc == 0.5


def test_one_class_has_no_curve() -> None:
    assert reliability([0.2, 1.0], [True, True]).auc is None


def test_sure_predictions_are_in_the_last_bin() -> None:
    assert reliability([1.0], [True]).bins[0].low == 0.9


def test_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="0 predictions"):
        reliability([], [])


def test_the_diagram_is_an_svg() -> None:
    shown = reliability([0.1, 0.5, 0.9], [False, True, True])
    root = ElementTree.fromstring(diagram(shown, 'a "title" & more'))
    assert root.tag.endswith("svg")
    texts = [one.text or "" for one in root.iter() if one.tag.endswith("text")]
    assert 'a "title" & more' in texts
    assert any("ECE" in text and "n 3" in text for text in texts)
    assert sum(one.tag.endswith("circle") for one in root.iter()) == 3
