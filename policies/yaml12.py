"""YAML 1.2 text as a tree that knows where everything stands.

PyYAML's events carry no types, so the core schema of YAML 1.2 is applied here: ``on``, ``yes``,
``12:30`` and ``2026-11-21`` are text, and there are no merge keys. Stricter than YAML 1.2 where
it guards against slips: a key twice is refused, a number that begins with a superfluous zero
(``010``) or has more than 18 digits is text, as it is somebody's number and no quantity, and keys
are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

import yaml

from policies.problems import DocumentError, Problem

MAX_DEPTH = 50
MAX_VALUES = 100_000

Atom: TypeAlias = str | int | float | bool | None
Plain: TypeAlias = "Atom | list[Plain] | dict[str, Plain]"
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value at ``line`` and ``column``, which count from 1."""

    line: int
    column: int
    value: Atom


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; ``size`` counts all values in it, with what its aliases stand for."""

    line: int
    column: int
    items: tuple[Node, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys, each with its own place, and their values."""

    line: int
    column: int
    keys: dict[str, tuple[int, int]]
    values: dict[str, Node]
    size: int


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(slots=True)
class Document:
    """What a text holds. ``root`` is None when there is nothing in it."""

    root: Node | None
    problems: list[Problem] = field(default_factory=list)


_CORE: tuple[tuple[re.Pattern[str], type[int] | type[float], int], ...] = (
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})"), int, 10),
    (re.compile(r"0o[0-7]{1,18}"), int, 8),
    (re.compile(r"0x[0-9a-fA-F]{1,15}"), int, 16),
    (re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)\.[0-9]*)([eE][-+]?[0-9]+)?"), float, 10),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)[eE][-+]?[0-9]+"), float, 10),
)
_WORDS: dict[str, Atom] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{
        sign + inf: float(sign + "inf")
        for sign in ("", "-", "+")
        for inf in (".inf", ".Inf", ".INF")
    },
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
# What YAML allows in a text; libyaml would name a byte offset, which helps nobody.
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = "tag:yaml.org,2002:"

# libyaml's wording, and ours. {char} is the character at fault, {opened} the line of the context.
_SYNTAX = {
    "mapping values are not allowed in this context": (
        "a ':' cannot stand here; put text that holds ': ' in quotes, and check the indentation"
    ),
    "found character that cannot start any token": (
        "a value cannot begin with {char!r}; put the text in quotes"
    ),
    "found a tab character that violates indentation": "a tab cannot indent; use spaces",
    "block sequence entries are not allowed in this context": (
        "a list cannot begin here; put '- ' on a line of its own"
    ),
    "could not find expected ':'": "expected 'key: value' (see line {opened})",
    "did not find expected key": (
        "expected the next key; check the indentation and the quotes of the line before"
    ),
    "did not find expected '-' indicator": "expected the next '- ' of the list above",
    "did not find expected ',' or ']'": "expected ',' or ']' (the '[' is on line {opened})",
    "did not find expected ',' or '}'": "expected ',' or '}}' (the '{{' is on line {opened})",
    "did not find expected node content": "expected a value, not {char!r}",
    "found unexpected end of stream": "the text in quotes that begins on line {opened} never ends",
    "found unknown escape character": (
        "unknown escape '\\{char}'; in single quotes a backslash is plain text"
    ),
    "did not find expected <document start>": "nothing may follow the end of the document",
}


def read(text: str, file: str) -> Document:
    """The document in ``text``; raises ``DocumentError`` when it is not YAML at all.

    Duplicate keys, tags and the like do not stop the reading: they are in ``problems``, so that
    they can be reported together with what the model finds.
    """
    if found := _UNPRINTABLE.search(text):
        before = text[: found.start()]
        line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
        message = f"the character U+{ord(found[0]):04X} cannot be in a text file"
        raise DocumentError([Problem(file, line, column, "", message)])
    reader = _Reader(text, file)
    try:
        return Document(reader.document(), reader.problems)
    except yaml.MarkedYAMLError as error:
        raise DocumentError([_syntax_problem(error, text, file)]) from None


def plain(node: Node) -> Plain:
    """The node's content as lists, dicts and atoms, new at every place."""
    match node:
        case Scalar(value=value):
            return value
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Mapping(values=values):
            return {key: plain(value) for key, value in values.items()}
        case _:
            assert_never(node)


def atom(text: str) -> Atom:
    """What an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    for pattern, kind, base in _CORE:
        if pattern.fullmatch(text):
            return float(text) if kind is float else int(text.replace("0o", "0"), base)
    return text


class _Reader:
    """Recursive descent over PyYAML's events, at most ``MAX_DEPTH`` deep."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._anchors: dict[str, Node | None] = {}  # None: not complete yet

    def document(self) -> Node | None:
        root: Node | None = None
        seen = False
        for event in self._events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if seen:
                self._refuse(event, (), "a second document begins here; one file holds one")
                break
            seen = True
            root = self._node(next(self._events), ())
        return None if isinstance(root, Scalar) and root.value is None else root

    def _node(self, event: yaml.Event, path: Path) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        assert isinstance(event, yaml.NodeEvent)
        anchor = event.anchor
        if anchor:
            self._anchors[anchor] = None
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(*_place(event), self._scalar(event, path))
        elif len(path) >= MAX_DEPTH:
            raise self._fatal(event, path, f"nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.SequenceStartEvent):
            self._check_tag(event, path, "seq")
            node = self._sequence(event, path)
        else:
            assert isinstance(event, yaml.MappingStartEvent)
            self._check_tag(event, path, "map")
            node = self._mapping(event, path)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _sequence(self, start: yaml.SequenceStartEvent, path: Path) -> Sequence:
        items: list[Node] = []
        size = 1
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
            size = self._grown(size, items[-1], event, path)
        return Sequence(*_place(start), tuple(items), size)

    def _mapping(self, start: yaml.MappingStartEvent, path: Path) -> Mapping:
        keys: dict[str, tuple[int, int]] = {}
        values: dict[str, Node] = {}
        size = 1
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._fatal(event, path, "a key must be plain text")
            key: str = event.value
            value = self._node(next(self._events), (*path, key))
            size = self._grown(size, value, event, path)
            if key == "<<" and event.implicit[0]:
                self._refuse(event, path, "YAML 1.2 has no '<<'; write the keys out")
            elif key in keys:
                first = keys[key][0]
                self._refuse(event, (*path, key), f"key {key!r} twice, first on line {first}")
            else:
                keys[key], values[key] = _place(event), value
        return Mapping(*_place(start), keys, values, size)

    def _alias(self, event: yaml.AliasEvent, path: Path) -> Node:
        name = str(event.anchor)
        if name not in self._anchors:
            self._refuse(event, path, f"*{name} stands for nothing: no &{name} before it")
            return Scalar(*_place(event), None)
        node = self._anchors[name]
        if node is None:
            raise self._fatal(event, path, f"*{name} is used inside of itself")
        return node

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Atom:
        text: str = event.value
        if event.tag in (_TAG + "str", "!"):
            return text
        self._check_tag(event, path, "")
        return atom(text) if event.implicit[0] else text

    def _check_tag(self, event: yaml.NodeEvent, path: Path, kind: str) -> None:
        tag: str | None = getattr(event, "tag", None)
        if tag not in (None, _TAG + kind):
            self._refuse(event, path, f"the tag {str(tag).replace(_TAG, '!!')} is not used here")

    def _grown(self, size: int, node: Node, event: yaml.Event, path: Path) -> int:
        size += 1 if isinstance(node, Scalar) else node.size
        if size > MAX_VALUES:
            raise self._fatal(event, path, f"unfolds to more than {MAX_VALUES} values")
        return size

    def _refuse(self, event: yaml.Event, path: Path, message: str) -> None:
        self.problems.append(Problem(self.file, *_place(event), dotted(path), message))

    def _fatal(self, event: yaml.Event, path: Path, message: str) -> DocumentError:
        # A path of dozens of steps says less than the place.
        return DocumentError([Problem(self.file, *_place(event), dotted(path[:8]), message)])


def dotted(path: Path) -> str:
    """``("tasks", 0, "say")`` as ``tasks.0.say``."""
    return ".".join(map(str, path))


def _place(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    return event.start_mark.line + 1, event.start_mark.column + 1


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    char = lines[line][column : column + 1] if line < len(lines) else ""
    problem = error.problem or "not YAML"
    if "escape character" in problem:  # the mark is on the backslash
        char = lines[line][column + 1 : column + 2]
    if char == "\t" and "cannot start" in problem:
        problem = "found a tab character that violates indentation"
    if not char and "node content" in problem:
        message = "the file ends where a value is expected"
    elif problem in _SYNTAX:
        opened = (error.context_mark.line if error.context_mark else line) + 1
        message = _SYNTAX[problem].format(char=char, opened=opened)
    else:
        message = f"not valid YAML: {problem}"
    return Problem(file, line + 1, column + 1, "", message)
