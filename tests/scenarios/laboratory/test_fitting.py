"""The fit finds the weights that made the labels, keeps to signs, and says how well it did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.moments import overheard
from policies.evidence import EvidenceWeights, Weight, load_weights, shipped_weights
from scenarios.laboratory.fitting import Row, fit, fitted_text, matrix, newton, rows_of
from tests.stage import bot, speech

TRUE = {"prior": -0.5, "dangling": -2.5, "complete": 2.0, "ends_here": 0.8, "final_fall": 0.3}
START = EvidenceWeights(
    "start",
    (
        Weight("prior", 0.2),
        Weight("dangling", -1.0, -1),
        Weight("complete", 1.0, 1),
        Weight("ends_here", 0.1, 1),
        Weight("final_fall", 0.1, 1),
        Weight("level_hold", -0.1, -1),
        Weight("final_particle", 1.2, 1, "by hand; Chinese only"),
    ),
    "2026-11-21",
)


def drawn(count: int, true: dict[str, float], seed: int = 0) -> list[Row]:
    """Rows whose labels these weights made."""
    random = np.random.default_rng(seed)
    rows = []
    for at in range(count):
        values = {"prior": 1.0}
        kind = int(random.integers(3))
        if kind < 2:
            values[("dangling", "complete")[kind]] = 1.0
        values["ends_here"] = float(random.normal())
        values["final_fall"] = float(random.uniform(0, 6))
        logit = sum(true.get(name, 0.0) * value for name, value in values.items())
        over = bool(random.random() < 1 / (1 + np.exp(-logit)))
        rows.append(Row(tuple(values.items()), over, f"voice {at % 20}"))
    return rows


def test_the_weights_that_made_the_labels_are_found() -> None:
    fitted = fit(drawn(8000, TRUE), start=START)
    for name, weight in TRUE.items():
        assert fitted.weights.of(name) == pytest.approx(weight, abs=0.2), name
    assert fitted.clipped == ()
    assert fitted.held_out.ece < 0.03
    assert fitted.held_out.brier < fitted.before.brier
    assert fitted.held_out.auc == pytest.approx(fitted.within.auc, abs=0.02)
    assert fitted.slope == pytest.approx(1.0, abs=0.1)


def test_what_the_rows_never_show_keeps_its_weight_and_its_source() -> None:
    fitted = fit(drawn(400, TRUE), start=START)
    assert fitted.weights.of("final_particle") == 1.2
    assert "final_particle" not in dict(fitted.seen)
    text = fitted_text(fitted, name="a", date="2026-11-21", corpus="test rows")
    assert '"by hand; Chinese only"' in text
    assert "fitted on test rows, 2026-11-21, in" in text


def test_a_weight_is_not_fitted_against_its_sign() -> None:
    fitted = fit(drawn(3000, TRUE | {"final_fall": -0.4}), start=START)
    assert fitted.clipped == ("final_fall",)
    assert fitted.weights.of("final_fall") == 0.0
    assert abs(fitted.within.ece) < 0.05
    assert "0 as its sign" in fitted_text(fitted, name="a", date="d", corpus="c")


def test_few_rows_leave_the_weights_near_where_they_stood() -> None:
    near = fit(drawn(60, TRUE), start=START, ridge=1000.0)
    assert near.weights.of("dangling") == pytest.approx(-1.0, abs=0.05)
    one = fit(drawn(2000, TRUE), start=START, ridges={"final_fall": 1e6})
    assert one.weights.of("final_fall") == pytest.approx(0.1, abs=0.01)
    assert one.weights.of("dangling") < -2.0


def test_rows_that_separate_stay_finite() -> None:
    labels = (False, True) * 30
    rows = [Row((("prior", 1.0), ("complete", 1.0 if over else 0.0)), over) for over in labels]
    fitted = fit(rows, start=START)
    assert 1.0 < fitted.weights.of("complete") < 20.0


def test_another_base_rate_moves_the_intercept_alone() -> None:
    rows = drawn(500, TRUE)
    usual, often = fit(rows, start=START), fit(rows, start=START, base_rate=0.95)
    assert often.weights.of("prior") > usual.weights.of("prior")
    assert often.weights.of("dangling") == usual.weights.of("dangling")


def test_the_same_rows_give_the_same_weights() -> None:
    rows = drawn(300, TRUE)
    assert fit(rows, start=START) == fit(rows, start=START)


def test_one_kind_of_pause_is_not_enough() -> None:
    with pytest.raises(ValueError, match="pauses that do not"):
        fit([Row((("prior", 1.0),), True)] * 5, start=START)


def test_newton_is_at_the_minimum() -> None:
    rows = drawn(200, TRUE)
    names = ["prior", "dangling", "complete", "ends_here", "final_fall"]
    design = matrix(rows, names)
    truth = np.array([row.over for row in rows], np.float64)
    around = np.zeros(len(names))
    found = newton(design, truth, around, np.full(len(names), 0.5))
    p = 1 / (1 + np.exp(-design @ found))
    gradient = design.T @ (p - truth) + np.array([1e-6, 0.5, 0.5, 0.5, 0.5]) * found
    assert float(np.abs(gradient).max()) < 1e-6


def test_silences_become_rows() -> None:
    first, end = speech(1.0, "i would like to", 0)
    then, _ = speech(end + 0.8, "cancel my contract", 1)
    held, over = rows_of(overheard(bot(), (*first, *then)), group="one voice")
    assert (held.over, over.over) == (False, True)
    assert held.group == "one voice"
    assert "dangling" in dict(held.values)


def test_a_gap_too_short_to_be_a_pause_is_no_row() -> None:
    [silence] = overheard(bot(), speech(1.0, "i would like to", 0)[0])
    assert rows_of([replace(silence, until=silence.onset + 0.1)]) == []
    [row] = rows_of([replace(silence, until=silence.onset + 0.5)])
    assert not row.over


def test_the_file_that_is_written_can_be_named_by_a_policy(tmp_path: Path) -> None:
    first, end = speech(1.0, "i would like to", 0)
    then, _ = speech(end + 0.8, "cancel my contract", 1)
    rows = rows_of(overheard(bot(), (*first, *then))) * 20
    fitted = fit(rows)
    path = tmp_path / "fitted.json"
    path.write_text(fitted_text(fitted, name="mine", date="2026-11-21", corpus="two pauses"))
    loaded = load_weights(path)
    assert loaded.of("dangling") == fitted.weights.of("dangling")
    assert loaded.of("final_particle") == shipped_weights().of("final_particle")
