"""Whether probabilities mean what they say: a reliability diagram and its figures.

Bins of equal width (Murphy and Winkler 1977; DeGroot and Fienberg 1983); the expected calibration
error is the mean distance between predicted and observed, weighted by the bins' sizes (Naeini and
others 2015); Brier 1950; the area under the ROC curve is Mann and Whitney's U.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions between ``low`` and ``high``: their mean, the share that came true, how many."""

    low: float
    high: float
    predicted: float
    observed: float
    count: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """A diagram. ``bins``: those with predictions in them. ``auc``: None where one class lacks."""

    bins: tuple[Bin, ...]
    ece: float
    brier: float
    auc: float | None
    count: int


def reliability(predicted: Sequence[float], labels: Sequence[bool]) -> Reliability:
    """How these predictions (0 to 1) compare with what came true; ValueError for none."""
    if not predicted or len(predicted) != len(labels):
        raise ValueError(f"{len(predicted)} predictions for {len(labels)} labels")
    p = np.asarray(predicted, np.float64)
    y = np.asarray(labels, np.float64)
    place = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    bins = []
    for at in range(BINS):
        inside = place == at
        if count := int(inside.sum()):
            predicted_mean, observed = float(p[inside].mean()), float(y[inside].mean())
            bins.append(Bin(at / BINS, (at + 1) / BINS, predicted_mean, observed, count))
    ece = sum(one.count * abs(one.predicted - one.observed) for one in bins) / len(p)
    return Reliability(tuple(bins), ece, float(np.mean((p - y) ** 2)), _auc(p, y), len(p))


def _auc(p: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    positive = int(y.sum())
    negative = len(y) - positive
    if not positive or not negative:
        return None
    _, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    # Ties share the mean of their ranks.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    u = float(ranks[y > 0.5].sum()) - positive * (positive + 1) / 2
    return u / (positive * negative)


_SIDE, _EDGE = 240, 36


def diagram(shown: Reliability, title: str) -> str:
    """The diagram as an SVG: predicted from left to right, observed from bottom to top."""
    total = _SIDE + 2 * _EDGE
    most = max(one.count for one in shown.bins)
    auc = "" if shown.auc is None else f" · AUC {shown.auc:.3f}"
    figures = f"n {shown.count} · ECE {shown.ece:.3f} · Brier {shown.brier:.3f}{auc}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {total + 16}" '
        f'font-family="sans-serif" font-size="10" role="img" aria-label="{_escaped(title)}">',
        f'<text x="{_EDGE}" y="14" font-size="12">{_escaped(title)}</text>',
        f'<text x="{_EDGE}" y="28">{figures}</text>',
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIDE}" height="{_SIDE}" fill="none" '
        'stroke="#999"/>',
        f'<line x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(1):.1f}" '
        'stroke="#999" stroke-dasharray="4 3"/>',
    ]
    for one in shown.bins:
        height = 40 * one.count / most
        parts.append(
            f'<rect x="{_x(one.low):.1f}" y="{_y(0) - height:.1f}" width="{_SIDE / BINS:.1f}" '
            f'height="{height:.1f}" fill="#4477aa" fill-opacity="0.2"/>'
        )
    points = " ".join(f"{_x(one.predicted):.1f},{_y(one.observed):.1f}" for one in shown.bins)
    parts.append(f'<polyline points="{points}" fill="none" stroke="#4477aa" stroke-width="1.5"/>')
    parts += [
        f'<circle cx="{_x(one.predicted):.1f}" cy="{_y(one.observed):.1f}" r="3" fill="#4477aa">'
        f"<title>{one.predicted:.2f} predicted, {one.observed:.2f} observed, n {one.count}</title>"
        "</circle>"
        for one in shown.bins
    ]
    for mark in (0.0, 0.5, 1.0):
        parts += [
            f'<text x="{_x(mark):.1f}" y="{_y(0) + 12:.1f}" text-anchor="middle">{mark:g}</text>',
            f'<text x="{_EDGE - 5}" y="{_y(mark) + 3:.1f}" text-anchor="end">{mark:g}</text>',
        ]
    parts += [
        f'<text x="{total / 2:.1f}" y="{total + 2}" text-anchor="middle">predicted</text>',
        f'<text x="10" y="{total / 2:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 10 {total / 2:.1f})">observed</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(share: float) -> float:
    return _EDGE + _SIDE * share


def _y(share: float) -> float:
    return _EDGE + _SIDE * (1.0 - share)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
