"""How many letters and digits a slot's pattern has room for."""

import pytest

from system2.spoken.widths import widths


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[A-Z0-9 ]{5,8}", (5, 8)),
        ("[0-9]{5}", (5, 5)),
        (r"\d{5}(-\d{4})?", (5, 9)),
        (r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", (5, 7)),
        (r"[A-Z]{2}\s*\d{6}", (8, 8)),
        (r"^(?:AB|CDE)[- ]?\d{3,4}$", (5, 7)),
        (r"(?P<year>\d{4})-(?P<month>\d\d)", (6, 6)),
        (r"[^\]]{3}x??", (3, 4)),
        (r"\d{3}[.-]\d{4}", (7, 7)),
    ],
)
def test_known(pattern: str, expected: tuple[int, int]) -> None:
    assert widths(pattern) == expected


@pytest.mark.parametrize("pattern", [r"\d+", r".*", r"(?=x)x", r"(a)\1", r"[A-Z]{3,}", r"\d{40}"])
def test_unknown_or_unbounded(pattern: str) -> None:
    assert widths(pattern) is None
