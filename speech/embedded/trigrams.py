"""A trigram language model from text, as an ARPA file.

Interpolated absolute discounting (Ney, Essen and Kneser 1994): every count gives up ``DISCOUNT``,
and what is saved goes to the words that the shorter history makes likely. In ARPA form the saved
share is the history's back-off weight.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

DISCOUNT = 0.8
"""What each count gives up; between 0 and 1, no unit."""

_BEGIN, _END = "<s>", "</s>"
_Gram = tuple[str, ...]


def write_arpa(sentences: Iterable[str], words: frozenset[str], path: Path) -> None:
    """Write the model of these sentences. One with a word that is not in ``words`` is left out."""
    counts = _counted(sentences, words)
    probabilities, backoffs = _smoothed(counts)
    with path.open("w", encoding="utf-8") as file:
        file.write("\\data\\\n")
        for order in (1, 2, 3):
            file.write(f"ngram {order}={len(counts[order - 1])}\n")
        for order in (1, 2, 3):
            file.write(f"\n\\{order}-grams:\n")
            for gram in sorted(counts[order - 1]):
                probability = probabilities[gram]
                log = math.log10(probability) if probability > 0 else -99.0
                line = f"{log:.4f} {' '.join(gram)}"
                if order < 3:
                    line += f" {math.log10(backoffs.get(gram, 1.0)):.4f}"
                file.write(line + "\n")
        file.write("\n\\end\\\n")


def _counted(sentences: Iterable[str], words: frozenset[str]) -> tuple[Counter[_Gram], ...]:
    counts: tuple[Counter[_Gram], ...] = (Counter(), Counter(), Counter())
    for sentence, times in Counter(sentences).items():
        inner = sentence.split()
        if not words.issuperset(inner):
            continue
        marked = (_BEGIN, *inner, _END)
        for order in (1, 2, 3):
            for start in range(len(marked) - order + 1):
                counts[order - 1][marked[start : start + order]] += times
    return counts


def _smoothed(
    counts: tuple[Counter[_Gram], ...],
) -> tuple[dict[_Gram, float], dict[_Gram, float]]:
    """The probability of every n-gram, and the back-off weight of every history."""
    unigrams = counts[0]
    total = sum(unigrams.values()) - unigrams[(_BEGIN,)]
    words = len(unigrams) - 1
    probabilities: dict[_Gram, float] = {}
    for gram, count in unigrams.items():
        uniform = DISCOUNT * words / total / words
        probabilities[gram] = (count - DISCOUNT) / total + uniform if gram != (_BEGIN,) else 0.0
    backoffs: dict[_Gram, float] = {}
    for order in (2, 3):
        seen: Counter[_Gram] = Counter()
        kinds: Counter[_Gram] = Counter()
        for gram, count in counts[order - 1].items():
            seen[gram[:-1]] += count
            kinds[gram[:-1]] += 1
        for history, count in seen.items():
            backoffs[history] = DISCOUNT * kinds[history] / count
        for gram, count in counts[order - 1].items():
            history = gram[:-1]
            lower = probabilities[gram[1:]]
            probabilities[gram] = (count - DISCOUNT) / seen[history] + backoffs[history] * lower
    return probabilities, backoffs
