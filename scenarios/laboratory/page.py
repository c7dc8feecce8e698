"""``index.html``: the bench's tables and its plot on one self-contained page."""

from __future__ import annotations

from markupsafe import Markup

from agent.report import environment, stylesheet
from scenarios.laboratory.reliability import Reliability, diagram
from scenarios.laboratory.results import SOURCES, Json
from scenarios.laboratory.table import people, repeats, tables

RELIABILITY = "End of turn: said and observed"


def render_page(found: dict[str, Json], plot: str, shown: Reliability | None) -> str:
    """The page; ``plot`` is an SVG document. The same figures give the same bytes."""
    corpus = found["corpus"]
    assert isinstance(corpus, dict)
    return (
        environment("scenarios")
        .get_template("turns.html.j2")
        .render(
            corpus=corpus,
            tables=tables(found),
            repeats=repeats(found),
            people=people(found),
            reliability=Markup("" if shown is None else diagram(shown, RELIABILITY)),
            sources=SOURCES,
            plot=Markup(plot),
            style=Markup(stylesheet()),
        )
        + "\n"
    )
