"""The shipped counts are those of the text behind the recogniser."""

from pathlib import Path

import pytest

from policies.endings import shipped_endings
from scenarios.laboratory.endings import counted, endings_text, language_of, whole_turns


def test_counts_by_hand() -> None:
    found = counted(["the bill", "the bill is the bill", "the bill is red"], language_of("en"))
    assert found.words["bill"] == (2, 4)
    assert found.words["the"] == (0, 4)
    assert "red" not in found.words


@pytest.mark.slow
def test_the_shipped_file_is_what_the_text_gives(root: Path) -> None:
    english = counted(whole_turns(), language_of("en"))
    assert shipped_endings("en") == english
    assert (root / "policies" / "endings.json").read_text(encoding="utf-8") == endings_text(english)


def test_a_language_without_counts_has_none() -> None:
    assert shipped_endings("zh").words == {}
