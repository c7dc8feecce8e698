"""Fits the weights of the evidence that a turn is over, and checks that they are calibrated.

A maximum a posteriori logistic regression: the likelihood of the labels, and a normal prior around
the weights that stand (so what a corpus never shows keeps its weight), by Newton's method. A
weight whose sign the literature knows is never fitted against it: it is put to 0 instead, and the
rest is fitted again. The intercept has no prior and so settles the calibration in the large, as
Platt's does (1999).

How to fit, with labelled recordings as silences of ``agent.moments``:

    rows = [row for name, silences in corpus for row in rows_of(silences, group=name)]
    fitted = fit(rows)
    fitted_text(fitted, name=..., date=..., corpus=...)  # the text of policies/evidence.json
    print(fitted.before, fitted.held_out, fitted.slope, fitted.clipped)
    diagram(fitted.held_out, "Evidence at the onset")   # an SVG for the report

``group`` keeps what belongs together (one voice, one sentence) in the same fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agent.moments import Known, Silence
from policies.advising import ADVISER
from policies.evidence import (
    EvidenceWeights,
    Weight,
    shipped_weights,
    weights_document,
)
from policies.timing import Endpointing
from scenarios.laboratory.reliability import Reliability, reliability
from system1.evidence import judged
from system1.odds import log_odds
from system1.pauses import SHORTEST_S

Matrix: TypeAlias = NDArray[np.float64]

INTERCEPT = "prior"
RIDGE = 1.0
"""Inverse variance of a weight around the one that stands: one unit of log-odds either way."""

FOLDS = 5
_STEPS = 60
_CONVERGED = 1e-9


@dataclass(frozen=True, slots=True)
class Row:
    """The features known in one pause, and whether the turn was over.

    ``group``: rows of the same group are never on both sides of a check.
    """

    values: tuple[tuple[str, float], ...]
    over: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """``weights``: all of them, fitted or not. ``seen``: in how many rows each feature was.

    ``clipped``: those put to 0 for their sign. ``before``: the weights that stood, on all rows;
    ``within``: the fitted ones on the rows they were fitted on; ``held_out``: each row judged by
    weights that were fitted without its fold. ``slope``: of the held-out log-odds against what
    came true; 1 is right, less means too sure.
    """

    weights: EvidenceWeights
    seen: tuple[tuple[str, int], ...]
    clipped: tuple[str, ...]
    before: Reliability
    within: Reliability
    held_out: Reliability
    slope: float


def rows_of(silences: Iterable[Silence], group: str = "") -> list[Row]:
    """A row for each silence that counts as a pause: what was known when it mattered.

    That is once the recogniser had settled, or had been waited for, or the caller went on.
    """
    return [
        Row(_settled(silence).evidence.values, silence.until is None, group)
        for silence in silences
        if silence.until is None or silence.until - silence.onset >= SHORTEST_S
    ]


def _settled(silence: Silence) -> Known:
    by = silence.onset + Endpointing().words_settle
    chosen = silence.known[0]
    for known in silence.known:
        if known.since <= by:
            chosen = known
    return chosen


def fit(
    rows: Sequence[Row],
    *,
    start: EvidenceWeights | None = None,
    ridge: float = RIDGE,
    ridges: Mapping[str, float] | None = None,
    folds: int = FOLDS,
    base_rate: float | None = None,
) -> Fitted:
    """Weights for these rows, near ``start`` (default: those that we ship).

    ``ridges``: of single features, where a corpus says too much of them: synthetic voices always
    fall at a full stop, people do not, so their prosody wants a greater one.
    ``base_rate``: the share of pauses that end a turn where the weights are to be used, if it
    is another than in these rows; it moves the intercept alone, after the checks. Raises
    ValueError unless both labels occur.
    """
    start = start or shipped_weights()
    labels = [row.over for row in rows]
    if len(set(labels)) < 2:
        raise ValueError("a fit needs pauses that end turns, and pauses that do not")
    names = _names(rows, start)
    design, truth = matrix(rows, names), np.array(labels, np.float64)
    penalty = np.array([(ridges or {}).get(name, ridge) for name in names])
    found, clipped = _constrained(design, truth, names, start, penalty)
    logits = _held_out(rows, design, truth, names, start, penalty, folds)
    weights = _merged(start, dict(zip(names, found.tolist(), strict=True)))
    seen = tuple((name, int(np.count_nonzero(design[:, at]))) for at, name in enumerate(names))
    fitted = Fitted(
        weights,
        seen,
        clipped,
        reliability([judged(row.values, start).pi for row in rows], labels),
        reliability(_logistic(design @ found).tolist(), labels),
        reliability(_logistic(logits).tolist(), labels),
        _slope(logits, truth),
    )
    return fitted if base_rate is None else _moved(fitted, base_rate, float(truth.mean()))


def matrix(rows: Sequence[Row], names: Sequence[str]) -> Matrix:
    """The design matrix: a row for each pause, a column for each of ``names``."""
    place = {name: at for at, name in enumerate(names)}
    design = np.zeros((len(rows), len(names)))
    for at, row in enumerate(rows):
        for name, value in row.values:
            if name in place:
                design[at, place[name]] += value
    return design


def _names(rows: Sequence[Row], start: EvidenceWeights) -> list[str]:
    """The features of the rows: the intercept, then in the order of the weights' file.

    The adviser's is none of them: a policy weighs its adviser itself.
    """
    found = {name for row in rows for name, _ in row.values if name != ADVISER} | {INTERCEPT}
    ordered = [entry.name for entry in start.entries if entry.name in found]
    rest = sorted(found - set(ordered))
    return [INTERCEPT, *(name for name in (*ordered, *rest) if name != INTERCEPT)]


def _constrained(
    design: Matrix, truth: Matrix, names: Sequence[str], start: EvidenceWeights, penalty: Matrix
) -> tuple[Matrix, tuple[str, ...]]:
    """The weights, with those at 0 that would have the wrong sign."""
    signs = {entry.name: entry.sign for entry in start.entries}
    around = np.array([start.of(name) for name in names])
    free = np.ones(len(names), np.bool_)
    while True:
        found = np.zeros(len(names))
        found[free] = newton(design[:, free], truth, around[free], penalty[free])
        wrong = [at for at, name in enumerate(names) if found[at] * signs.get(name, 0) < 0.0]
        if not wrong:
            clipped = [name for name, kept in zip(names, free, strict=True) if not kept]
            return found, tuple(clipped)
        free[wrong] = False


def newton(design: Matrix, truth: Matrix, around: Matrix, ridges: Matrix) -> Matrix:
    """The weights of the greatest posterior; the first column is the intercept, without prior.

    ``ridges``: the inverse variance of each weight around ``around``. Newton's steps (iteratively
    reweighted least squares), halved while they make it worse.
    """
    penalty = ridges.astype(np.float64)
    # A trace of a prior keeps the intercept finite where the rest separates the labels.
    penalty[0] = 1e-6
    weights = around.astype(np.float64).copy()
    value = _loss(design, truth, weights, around, penalty)
    for _ in range(_STEPS):
        p = _logistic(design @ weights)
        gradient = design.T @ (p - truth) + penalty * (weights - around)
        curvature = (design * (p * (1.0 - p))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        while scale > 1e-6:
            trial = weights - scale * step
            trial_value = _loss(design, truth, trial, around, penalty)
            if trial_value <= value:
                break
            scale /= 2
        else:
            break
        weights, value = trial, trial_value
        if float(np.max(np.abs(scale * step))) < _CONVERGED:
            break
    return weights


def _loss(design: Matrix, truth: Matrix, weights: Matrix, around: Matrix, penalty: Matrix) -> float:
    logits = design @ weights
    likelihood = float(np.sum(np.logaddexp(0.0, logits) - truth * logits))
    return likelihood + 0.5 * float(penalty @ (weights - around) ** 2)


def _logistic(logits: Matrix) -> Matrix:
    clipped: Matrix = np.clip(logits, -30.0, 30.0)
    return np.asarray(1.0 / (1.0 + np.exp(-clipped)), np.float64)


def _held_out(
    rows: Sequence[Row],
    design: Matrix,
    truth: Matrix,
    names: Sequence[str],
    start: EvidenceWeights,
    penalty: Matrix,
    folds: int,
) -> Matrix:
    fold = _folds(rows, folds)
    logits = np.zeros(len(rows))
    for at in range(folds):
        out = fold == at
        inside = truth[~out]
        if not out.any():
            continue
        if len(inside) == 0 or inside.min() == inside.max():
            raise ValueError(f"too few groups for {folds} folds")
        found, _ = _constrained(design[~out], inside, names, start, penalty)
        logits[out] = design[out] @ found
    return logits


def _folds(rows: Sequence[Row], folds: int) -> NDArray[np.int64]:
    """The fold of each row: groups are dealt out in turn, rows without a group one by one."""
    dealt: dict[str, int] = {}
    places = []
    for at, row in enumerate(rows):
        key = row.group or f"\0{at}"
        places.append(dealt.setdefault(key, len(dealt)) % folds)
    return np.array(places, np.int64)


def _slope(logits: Matrix, truth: Matrix) -> float:
    design = np.column_stack((np.ones(len(logits)), logits))
    return float(newton(design, truth, np.array([0.0, 1.0]), np.full(2, 1e-6))[1])


def _merged(start: EvidenceWeights, found: dict[str, float]) -> EvidenceWeights:
    known = {entry.name: entry for entry in start.entries}
    changes = [
        replace(known.get(name, Weight(name, 0.0, model=True)), weight=round(weight, 4))
        for name, weight in found.items()
    ]
    return start.having(changes)


def _moved(fitted: Fitted, base_rate: float, own_rate: float) -> Fitted:
    by = log_odds(base_rate) - log_odds(own_rate)
    entries = [
        replace(entry, weight=round(entry.weight + by, 4))
        for entry in fitted.weights.entries
        if entry.name == INTERCEPT
    ]
    return replace(fitted, weights=fitted.weights.having(entries))


def fitted_text(fitted: Fitted, *, name: str, date: str, corpus: str) -> str:
    """The weights' file: what was fitted says on what, the rest as it was."""
    seen = dict(fitted.seen)
    entries = tuple(
        replace(entry, source=_source(entry, seen[entry.name], fitted.clipped, corpus, date))
        if seen.get(entry.name)
        else entry
        for entry in fitted.weights.entries
    )
    weights = EvidenceWeights(name, entries, date, corpus, fitted.weights.note)
    return weights_document(weights).model_dump_json(indent=2) + "\n"


def _source(entry: Weight, count: int, clipped: Sequence[str], corpus: str, date: str) -> str:
    fit_on = f"fitted on {corpus}, {date}, in {count} pauses"
    return f"{fit_on}; 0 as its sign was not the expected" if entry.name in clipped else fit_on
