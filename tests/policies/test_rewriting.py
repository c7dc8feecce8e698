"""Numbers written into a policy's text: nothing else changes."""

from __future__ import annotations

import difflib

import pytest

from policies.documents import parse_document
from policies.loading import policy_path, shipped_policies
from policies.policy import Policy
from policies.problems import DocumentError
from policies.rewriting import rewritten
from policies.yaml12 import Path

MEDIAN: Path = ("turn_taking", "endpointing", "pause_median")
SPEECH: Path = ("turn_taking", "bargein", "min_speech")


def lines_changed(before: str, after: str) -> list[str]:
    return [
        line[1:] for line in difflib.ndiff(before.splitlines(), after.splitlines())
        if line.startswith("+")
    ]  # fmt: skip


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_keeps_all_else(name: str) -> None:
    text = policy_path(name).read_text(encoding="utf-8")
    after = rewritten(text, name, {MEDIAN: 0.55, SPEECH: 0.25})
    assert len(lines_changed(text, after)) == 2
    policy = parse_document(Policy, after, name)
    assert policy.turn_taking.endpointing.pause_median == 0.55
    assert policy.turn_taking.bargein.min_speech == 0.25
    assert [line.strip() for line in text.splitlines() if line.strip().startswith("#")] == [
        line.strip() for line in after.splitlines() if line.strip().startswith("#")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", "a: 1\n\nturn_taking: {endpointing: {pause_median: 0.5}}\n"),
        ("turn_taking: {}\n", "turn_taking: {endpointing: {pause_median: 0.5}}\n"),
        (
            "turn_taking: {endpointing: {pause_median: 1.25, patience: 2}} # c\n",
            "turn_taking: {endpointing: {pause_median: 0.5, patience: 2}} # c\n",
        ),
        (
            "turn_taking:\n  endpointing:\n    pause_median: 1.25   # c\n",
            "turn_taking:\n  endpointing:\n    pause_median: 0.5    # c\n",
        ),
        (
            "turn_taking:\n  bargein: {}\n",
            "turn_taking:\n  endpointing: {pause_median: 0.5}\n  bargein: {}\n",
        ),
    ],
)
def test_a_number_is_written_where_it_belongs(text: str, expected: str) -> None:
    assert rewritten(text, "x", {MEDIAN: 0.5}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "turn_taking: 3\n",
        "turn_taking: {endpointing: {pause_median: [1]}}\n",
        "other: &one {pause_median: 1}\nturn_taking: {endpointing: *one}\n",
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        rewritten(text, "x", {MEDIAN: 0.5})
