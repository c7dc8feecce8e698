from __future__ import annotations

import math
from pathlib import Path

import pytest

from speech.embedded.trigrams import write_arpa

TEXT = ("i want a refund", "i want a human", "i want a refund", "yes please", "yes")
WORDS = frozenset(word for sentence in TEXT for word in sentence.split())


def model(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    probabilities, backoffs = {}, {}
    for line in path.read_text().splitlines():
        parts = line.split()
        if parts and parts[0].startswith("-") and not parts[0].startswith("\\"):
            last = parts[-1]
            gram = parts[1:-1] if last.lstrip("-").replace(".", "").isdigit() else parts[1:]
            probabilities[" ".join(gram)] = float(parts[0])
            backoffs[" ".join(gram)] = float(last) if gram != parts[1:] else 0.0
    return probabilities, backoffs


def log10(model: tuple[dict[str, float], dict[str, float]], history: str, word: str) -> float:
    """As a decoder reads an ARPA file."""
    probabilities, backoffs = model
    gram = f"{history} {word}".strip()
    if gram in probabilities:
        return probabilities[gram]
    shorter = " ".join(history.split()[1:])
    return backoffs.get(history, 0.0) + log10(model, shorter, word)


@pytest.mark.parametrize("history", ["", "want", "i want", "want a", "<s> yes", "please a"])
def test_probabilities_of_all_words_add_up_to_one(tmp_path: Path, history: str) -> None:
    path = tmp_path / "lm.arpa"
    write_arpa(TEXT, WORDS, path)
    read = model(path)
    total = sum(10 ** log10(read, history, word) for word in (*WORDS, "</s>"))
    assert total == pytest.approx(1.0, abs=2e-3)


def test_what_was_said_more_often_is_likelier(tmp_path: Path) -> None:
    path = tmp_path / "lm.arpa"
    write_arpa(TEXT, WORDS, path)
    read = model(path)
    refund, human, yes = (log10(read, "want a", word) for word in ("refund", "human", "yes"))
    assert refund > human > yes > -math.inf


def test_sentences_with_unknown_words_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "lm.arpa"
    write_arpa((*TEXT, "i want xylophones"), WORDS, path)
    assert "xylophones" not in path.read_text()
