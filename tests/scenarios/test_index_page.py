"""The index of a suite."""

from __future__ import annotations

import re

from scenarios.index_page import SuiteRow, render_index
from tests.agent.parsed_page import Page

GOOD = SuiteRow(
    "goodbye", "calls/goodbye.yaml", "audio", True, 20.0, 2.0, 10.0, 0.6, (), "goodbye/report.html"
)
BAD = SuiteRow(
    "<b>angry</b>", "calls/angry caller.yaml", "text", False, 40.0, 4.0, 10.0, None,
    ("0:21.7 agent stops: after 0.38 s, limit 0.3 s",), "angry caller/report.html",
)  # fmt: skip
QUIET = SuiteRow("quiet", "calls/quiet.yaml", "text", True, 30.0, 0.0, 0.0, 1.0, (), None)


def test_failures_come_first_and_open_with_their_moment() -> None:
    page = Page(render_index([GOOD, BAD, QUIET]))
    (failure,) = page.all("failures")
    assert failure.tag == "details"
    assert "open" in failure.attributes
    assert "0:21.7 agent stops: after 0.38 s, limit 0.3 s" in failure.text
    rows = [one for one in page.id("suite").inside if one.tag == "tr" and one.classes]
    assert [one.classes for one in rows] == [["bad"], ["good"], ["good"]]
    assert [one.text for one in page.all("head")[0].all("pill", "bad")] == ["1 failed"]


def test_tiles_sum_the_suite_up() -> None:
    tiles = [one.text for one in Page(render_index([GOOD, BAD, QUIET])).all("tile")]
    assert tiles == [
        "Scenarios32 passed · 1 failed",
        "Median response gap0.80 s",
        "Call time90.0 swall time 6.00 s",
        "Speed15×",
    ]


def test_names_are_text_and_links_are_relative() -> None:
    text = render_index([BAD, QUIET])
    page = Page(text)
    assert [one for one in page.elements if one.tag == "b" and one.text == "angry"] == []
    assert "<b>angry</b>" in page.id("suite").text
    links = {one.attributes["href"] for one in page.elements if one.tag == "a"}
    assert links == {"angry%20caller/report.html"}
    assert re.findall(r"(?:https?:)?//[a-z0-9]", text) == []


def test_every_column_can_be_sorted_by_a_key() -> None:
    page = Page(render_index([GOOD, BAD, QUIET]))
    cells = [one for one in page.id("suite").inside if one.tag == "td"]
    assert len(cells) == 3 * 7
    assert all("data-key" in one.attributes for one in cells)
    heads = [one for one in page.id("suite").inside if one.tag == "th"]
    assert all(one.inside[0].tag == "button" for one in heads)


def test_a_suite_that_passed_and_an_empty_one() -> None:
    passed = Page(render_index([GOOD]))
    assert [one.text for one in passed.all("head")[0].all("pill", "good")] == ["All passed"]
    assert passed.all("failures") == []
    assert "No scenario was run." in [one.text for one in Page(render_index([])).all("hint")]


def test_in_chinese() -> None:
    assert "场景套件" in Page(render_index([GOOD], "zh-CN")).all("head")[0].text
