"""A policy's text with a few numbers changed: its comments, order and layout stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping as Changes

from policies import yaml12
from policies.problems import DocumentError, Problem
from policies.yaml12 import Mapping, Node, Path, Plain, Scalar, dotted

_PLAIN_SCALAR = re.compile(r"[^\s,}\]#]+")


def rewritten(text: str, file: str, changes: Changes[Path, float]) -> str:
    """``text`` with the number at each path in ``changes``, written in where it was left out.

    Raises ``DocumentError`` where that cannot be done without changing anything else, as where
    a value is an alias for one that stands elsewhere.
    """
    wanted = _plain(text, file)
    for path, number in changes.items():
        _put(wanted, path, number)
    for path, number in changes.items():
        text = _changed(text, file, path, f"{number:g}")
    if _plain(text, file) != wanted:
        message = "the numbers cannot be changed in place (is there an alias, '*'?)"
        raise DocumentError([Problem(file, 1, 1, "", message)])
    return text


def _plain(text: str, file: str) -> Plain:
    root = yaml12.read(text, file).root
    return None if root is None else yaml12.plain(root)


def _put(whole: Plain, path: Path, number: float) -> None:
    at = whole
    for step in path[:-1]:
        if isinstance(at, dict):
            at = at.setdefault(str(step), {})
    if isinstance(at, dict):
        at[str(path[-1])] = yaml12.atom(f"{number:g}")


def _changed(text: str, file: str, path: Path, number: str) -> str:
    """With one number written where it belongs; what leads to it is made where it is missing."""
    node: Node | None = yaml12.read(text, file).root
    for depth, step in enumerate(path):
        if not isinstance(node, Mapping):
            line, column = (1, 1) if node is None else (node.line, node.column)
            message = "is no mapping, so nothing can be written below it"
            raise DocumentError([Problem(file, line, column, dotted(path[:depth]), message)])
        if step not in node.values:
            return _inserted(text, node, path[depth:], number)
        node = node.values[str(step)]
    if not isinstance(node, Scalar):
        line, column = (1, 1) if node is None else (node.line, node.column)
        raise DocumentError([Problem(file, line, column, dotted(path), "is no number")])
    start = _offset(text, node.line, node.column)
    found = _PLAIN_SCALAR.match(text, start)
    if found is None:
        return text
    rest = text[found.end() :]
    if comment := re.match(r"( +)#", rest):
        # The comment beside it stays in its column, where there is room.
        spaces = max(1, len(comment[1]) + found.end() - start - len(number))
        rest = " " * spaces + rest[len(comment[1]) :]
    return text[:start] + number + rest


def _inserted(text: str, into: Mapping, rest: Path, number: str) -> str:
    """A new entry in a mapping, before its first; what lies below it is written in braces."""
    entry = f"{rest[-1]}: {number}"
    for step in reversed(rest[:-1]):
        entry = f"{step}: {{{entry}}}"
    start = _offset(text, into.line, into.column)
    if text[start] == "{":
        return f"{text[: start + 1]}{entry}{', ' if into.keys else ''}{text[start + 1 :]}"
    column = min(column for _, column in into.keys.values())
    if column == 1:
        return f"{text.rstrip()}\n\n{entry}\n"
    return f"{text[:start]}{entry}\n{' ' * (column - 1)}{text[start:]}"


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
