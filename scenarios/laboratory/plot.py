"""``latency.svg``: the median delay of each contender against its false cut-offs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.report import environment
from scenarios.laboratory.bench import Standing

WIDTH, HEIGHT = 760, 440
LEFT, TOP, RIGHT, BOTTOM = 64, 24, 20, 52
MOST_DELAY_S = 3.5
COLOURS = ("#0f7f6c", "#7a55c4", "#2f6bc6", "#c9501f", "#a8690c", "#b8457f")
"""In the contenders' order; ours is the agent's green of the call reports."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A contender's line. ``path``: SVG path data; ``stock``: where its default settings lie."""

    name: str
    colour: str
    path: str
    stock: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line at ``at`` (px)."""

    at: float
    label: str


def render_plot(standings: Sequence[Standing]) -> str:
    """The plot as a document of its own; the same figures give the same bytes."""
    return (
        environment("scenarios")
        .get_template("latency.svg.j2")
        .render(
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            top=TOP,
            right=WIDTH - RIGHT,
            bottom=HEIGHT - BOTTOM,
            shares=[Tick(_x(share / 100), f"{share} %") for share in range(0, 101, 10)],
            delays=[Tick(_y(half / 2), f"{half / 2:g} s") for half in range(8)],
            limits=[_x(0.05), _x(0.10)],
            curves=[_curve(one, COLOURS[i % len(COLOURS)]) for i, one in enumerate(standings)],
        )
        + "\n"
    )


def frontier(standing: Standing) -> tuple[tuple[float, float], ...]:
    """False cut-offs and the lowest median delay (s) at that many or fewer, by rising cut-offs."""
    points = sorted((one.cut_rate, one.p50_s) for one in standing.points if one.p50_s is not None)
    lowest: list[tuple[float, float]] = []
    for cut_rate, delay_s in points:
        if not lowest or delay_s < lowest[-1][1]:
            lowest.append((cut_rate, delay_s))
    return tuple(lowest)


def _curve(standing: Standing, colour: str) -> Curve:
    corners = [(_x(cut_rate), _y(delay_s)) for cut_rate, delay_s in frontier(standing)]
    moves = [f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(corners)]
    stock = tuple(
        (_x(one.cut_rate), _y(one.p50_s))
        for threshold in standing.entry.stock
        for one in standing.points
        if one.threshold == threshold and one.p50_s is not None
    )
    return Curve(standing.entry.name, colour, " ".join(moves), stock)


def _x(cut_rate: float) -> float:
    return round(LEFT + cut_rate * (WIDTH - LEFT - RIGHT), 1)


def _y(delay_s: float) -> float:
    inside = HEIGHT - TOP - BOTTOM
    return round(HEIGHT - BOTTOM - min(delay_s, MOST_DELAY_S) / MOST_DELAY_S * inside, 1)
