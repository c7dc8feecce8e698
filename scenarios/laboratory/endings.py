"""Makes ``policies/endings.json``: after which words the sentences of callers end.

To make it anew after ``speech/callers_en.txt`` has changed:

    python -c "from scenarios.laboratory.endings import *; \\
        print(endings_text(counted(whole_turns(), language_of('en'))), end='')" > endings.json
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from policies.endings import Counts, Endings
from speech.vocabulary import whole_turns
from system1.language import Language, language_of

__all__ = ["counted", "endings_text", "language_of", "whole_turns"]

LEAST_WORDS, LEAST_PAIRS = 2, 6
"""Words and pairs that come less often are left out."""

NOTE = (
    "By the last word, and by the last two: [sentences that end there, how often it comes], "
    "counted over the distinct sentences of speech/callers_en.txt."
)


def counted(sentences: Iterable[str], language: Language) -> Endings:
    """The counts over these sentences."""
    seen: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for sentence in sentences:
        words = language.folded(sentence)
        for at in range(1, len(words) + 1):
            for length in (1, 2)[: min(at, 2)]:
                key = " ".join(words[at - length : at])
                seen[key] += 1
                ended[key] += at == len(words)
    kept = {key: (ended[key], seen[key]) for key in sorted(seen)}
    return Endings(
        {k: v for k, v in kept.items() if " " not in k and v[1] >= LEAST_WORDS},
        {k: v for k, v in kept.items() if " " in k and v[1] >= LEAST_PAIRS},
    )


def endings_text(english: Endings) -> str:
    """The file's text."""
    tables = [
        f'      "{name}": {{\n{_lines(table)}\n      }}'
        for name, table in (("words", english.words), ("pairs", english.pairs))
    ]
    body = ",\n".join(tables)
    note = json.dumps(NOTE)
    return f'{{\n  "note": {note},\n  "languages": {{\n    "en": {{\n{body}\n    }}\n  }}\n}}\n'


def _lines(table: Counts) -> str:
    items = [f"{json.dumps(key)}: {json.dumps(list(value))}" for key, value in table.items()]
    rows = [", ".join(items[at : at + 6]) for at in range(0, len(items), 6)]
    return ",\n".join(f"        {row}" for row in rows)
