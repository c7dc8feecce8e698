"""What is wrong with a file that somebody wrote: one line for each problem, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. ``line`` and ``column`` count from 1, in characters.

    ``path`` leads to the value, such as ``tasks.0.then.say``; it is empty where the file as a
    whole is meant.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        path = self.path or "document"
        return f"{self.file}:{self.line}:{self.column}: {path}: {self.message}"


class DocumentError(ValueError):
    """A file cannot be used; the text is a ``FILE:LINE:COL: path: message`` line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
