"""pydantic's errors in plain words, one for each place.

Where a value may have several shapes, pydantic reports what every shape found wrong. Only the
errors of the shape that its author most likely meant are told; when none fits, one line lists
what may stand there.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from policies import yaml12
from policies.model import ID_PATTERN, LANGUAGE_PATTERN, PROFILE_PATTERN
from policies.problems import Problem
from policies.shapes import Shape
from policies.yaml12 import Mapping, Node, Path, dotted

_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text, not {value}",
    "int_type": "must be a whole number, not {value}",
    "int_from_float": "must be a whole number, not {value}",
    "float_type": "must be a number, not {value}",
    "bool_type": "must be true or false, not {value}",
    "tuple_type": "must be a list, not {value}",
    "list_type": "must be a list, not {value}",
    "set_type": "must be a list, not {value}",
    "frozen_set_type": "must be a list, not {value}",
    "dict_type": "must be a mapping with keys and values, not {value}",
    "model_type": "must be a mapping with keys and values, not {value}",
    "model_attributes_type": "must be a mapping with keys and values, not {value}",
    "greater_than": "must be more than {gt}, not {value}",
    "greater_than_equal": "must be at least {ge}, not {value}",
    "less_than": "must be less than {lt}, not {value}",
    "less_than_equal": "must be at most {le}, not {value}",
    "finite_number": "must be a finite number, not {value}",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "too_short": "needs at least {min_length} entries, not {actual_length}",
    "too_long": "may have at most {max_length} entries, not {actual_length}",
    "none_required": "must be left empty",
}
_PATTERNS = {
    ID_PATTERN: "may hold only letters a to z, digits, '-' and '_', not {value}",
    PROFILE_PATTERN: "may hold only letters a to z, digits, '-', '_' and '+', not {value}",
    LANGUAGE_PATTERN: "must be a language tag such as en or zh-CN, not {value}",
}
_SHAPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "none_required": "nothing",
}
_LISTS = ("tuple_type", "list_type")
_CLOSED = ("literal_error", "enum")
_MODELS = ("model_type", "model_attributes_type", "dataclass_type")


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error with what is left of its location below the place under consideration."""

    rest: tuple[str | int, ...]
    error: ErrorDetails

    def below(self) -> _Fault:
        return _Fault(self.rest[1:], self.error)


@dataclass(frozen=True, slots=True)
class Explainer:
    """Turns the errors of one document into problems with a place."""

    file: str

    def explain(self, errors: Iterable[ErrorDetails], root: Node, shape: Shape) -> list[Problem]:
        """One problem per place. ``shape``: what the model allows at the root."""
        return list(self._at(root, (), shape, [_Fault(error["loc"], error) for error in errors]))

    def _at(self, node: Node, path: Path, shape: Shape, faults: list[_Fault]) -> Iterator[Problem]:
        below: dict[str | int, list[_Fault]] = {}
        members: dict[str | int, list[_Fault]] = {}
        keys: list[_Fault] = []
        for fault in faults:
            if _follows(fault):
                continue
            if not fault.rest:
                yield from self._here(node, path, shape, fault.error)
            elif len(fault.rest) == 1 and fault.error["type"] in ("missing", "extra_forbidden"):
                keys.append(fault)
            elif child(node, fault.rest[0]) is not None:
                below.setdefault(fault.rest[0], []).append(fault.below())
            elif fault.rest == ("[key]",):
                yield from self._here(node, path, shape, fault.error)
            else:
                members.setdefault(fault.rest[0], []).append(fault.below())
        yield from self._keys(node, path, shape, keys)
        for step, deeper in below.items():
            value = child(node, step)
            assert value is not None
            names = [fault for fault in deeper if fault.rest == ("[key]",)]
            for fault in names:
                place = key_place(node, step) or (value.line, value.column)
                yield self._problem(place, (*path, step), in_words(fault.error))
            rest = [fault for fault in deeper if fault not in names]
            yield from self._at(value, (*path, step), shape.below(step), rest)
        if members:
            yield from self._meant(node, path, shape, members)

    def _here(self, node: Node, path: Path, shape: Shape, error: ErrorDetails) -> Iterator[Problem]:
        findings = error.get("ctx", {}).get("findings")
        if findings is None:
            message = in_words(error)
            if (
                error["type"] in _LISTS
                and shape.below(0).is_text()
                and isinstance(error["input"], str)
            ):
                message += f"; write [{error['input']}]"
            yield self._problem((node.line, node.column), path, message)
            return
        for place, message in findings:
            at = node
            for step in place:
                at = child(at, step) or at
            yield self._problem((at.line, at.column), (*path, *place), message)

    def _keys(
        self, node: Node, path: Path, shape: Shape, faults: list[_Fault]
    ) -> Iterator[Problem]:
        """Keys too many and too few; a misspelt one is told once, not as both."""
        missing = [str(fault.rest[0]) for fault in faults if fault.error["type"] == "missing"]
        given = node.keys if isinstance(node, Mapping) else {}
        free = [key for key in shape.known() if key not in given]
        for fault in faults:
            key = str(fault.rest[0])
            if key in missing:
                continue
            hint = ""
            if close := _closest(key, free):
                hint = f" (did you mean {close!r}?)"
                missing = [name for name in missing if name != close]
            elif 0 < len(shape.known()) <= 12:
                hint = f" (known here: {', '.join(shape.known())})"
            place = key_place(node, key) or (node.line, node.column)
            yield self._problem(place, (*path, key), f"unknown key{hint}")
        for key in missing:
            yield self._problem((node.line, node.column), (*path, key), "is missing")

    def _meant(
        self, node: Node, path: Path, shape: Shape, members: dict[str | int, list[_Fault]]
    ) -> Iterator[Problem]:
        if len(members) == 1:
            ((name, faults),) = members.items()
            yield from self._at(node, path, shape.member(str(name)), faults)
            return
        fitting = [
            list(self._at(node, path, shape.member(str(name)), faults))
            for name, faults in members.items()
            if not any(_rejects(fault) for fault in faults)
        ]
        if fitting:
            yield from min(fitting, key=_strangeness)
            return
        words: list[str] = []
        others: list[str] = []
        for name, faults in members.items():
            error = faults[0].error
            if error["type"] in _CLOSED:
                words += _expected(error.get("ctx", {}))
            else:
                others.append(_in_outline(error, shape.member(str(name))))
        value = next(iter(members.values()))[0].error["input"]
        message = f"must be {_or(words + others)}, not {shown(value)}{_hint(value, words)}"
        yield self._problem((node.line, node.column), path, message)

    def _problem(self, place: tuple[int, int], path: Path, message: str) -> Problem:
        return Problem(self.file, *place, dotted(path), message)


def child(node: Node, step: str | int) -> Node | None:
    """The value under a key or an index, if there is one."""
    if isinstance(node, yaml12.Mapping) and isinstance(step, str):
        return node.values.get(step)
    if isinstance(node, yaml12.Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def key_place(node: Node, step: str | int) -> tuple[int, int] | None:
    """Line and column of a key."""
    return node.keys.get(str(step)) if isinstance(node, yaml12.Mapping) else None


def in_words(error: ErrorDetails) -> str:
    """What is wrong with one value."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        words = _expected(context)
        given = context.get("tag", value)
        return f"must be {_or(words)}, not {shown(given)}{_hint(given, words)}"
    if kind == "union_tag_not_found":
        return f"needs {context['discriminator']} to say what it is".replace("'", "")
    if kind == "string_pattern_mismatch":
        fallback = f"does not match {context['pattern']}"
        return _PATTERNS.get(context["pattern"], fallback).format(value=shown(value))
    if kind in ("string_too_short", "too_short") and context["min_length"] == 1:
        return "must not be empty"
    if kind not in _PLAIN:
        return error["msg"][:1].lower() + error["msg"][1:]
    bounds = {key: shown(bound) for key, bound in context.items()}
    message = _PLAIN[kind].format(value=shown(value), **bounds)
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f"{message}; put it in quotes"
    return message


def shown(value: object) -> str:
    """A value as its author would recognise it, kept short."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= 40 else value[:39] + "…")
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _follows(fault: _Fault) -> bool:
    """Is a list called too short only because entries of it were refused?"""
    error = fault.error
    enough = error.get("ctx", {}).get("min_length", 0)
    return error["type"] == "too_short" and len(error["input"]) >= enough


def _rejects(fault: _Fault) -> bool:
    """Does the error say that the value as a whole has another shape?"""
    kind = fault.error["type"]
    return not fault.rest and (kind in _SHAPES or kind in _MODELS or kind in _CLOSED)


def _strangeness(problems: Sequence[Problem]) -> tuple[int, int]:
    """How far a value is from a shape: by its keys first, then by everything."""
    keys = sum(problem.message.startswith(("unknown key", "is missing")) for problem in problems)
    return keys, len(problems)


def _in_outline(error: ErrorDetails, shape: Shape) -> str:
    """What would have to stand there for the error not to have happened."""
    if error["type"] in _MODELS:
        return "{" + ", ".join(f"{key}: …" for key in shape.required() or shape.known()[:1]) + "}"
    return _SHAPES.get(error["type"], "another value")


def _expected(context: dict[str, object]) -> list[str]:
    listed = str(context.get("expected") or context.get("expected_tags") or "")
    words = re.findall(r"'([^']*)'", listed) or [listed]
    return ["true" if word == "True" else "false" if word == "False" else word for word in words]


def _closest(word: str, words: Sequence[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)), None)


def _hint(value: object, words: Sequence[str]) -> str:
    close = _closest(value, words) if isinstance(value, str) else None
    return f" (did you mean {close!r}?)" if close else ""


def _or(words: Sequence[str]) -> str:
    unique = list(dict.fromkeys(words))
    return " or ".join(filter(None, (", ".join(unique[:-1]), unique[-1])))
