"""What a tool is given: JSON Schema of an object, in the part of it that is checked here.

A keyword beside it is refused at load: one that is not checked would be a promise that nobody
keeps. What is listed here means what JSON Schema (draft 2020-12) says it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from policies.model import ID_PATTERN, Finding, Place, refuse

TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")

_TEXTS = ("description", "title", "format")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
KEYWORDS = (
    "type",
    *_TEXTS,
    "default",
    "examples",
    "enum",
    "const",
    *_BOUNDS,
    *_COUNTS,
    "pattern",
    "items",
    "properties",
    "required",
    "additionalProperties",
)

DEEPEST = 8
"""Objects and lists within each other."""


def _is_object(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    findings = list(_slips(schema, (), 0))
    if not findings and schema.get("type", "object") != "object":
        findings.append((("type",), "the parameters of a tool are an object"))
    properties = schema.get("properties")
    if not findings and isinstance(properties, dict):
        findings += [
            (("properties", name), "a parameter's name has only letters a to z, digits, - and _")
            for name in properties
            if not re.match(ID_PATTERN, name)
        ]
    refuse(findings)
    return schema


Parameters = Annotated[
    dict[str, JsonValue],
    AfterValidator(_is_object),
    Field(description="What it is given: JSON Schema of an object."),
]


def names(schema: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """The parameters that a tool knows."""
    properties = schema.get("properties")
    return tuple(properties) if isinstance(properties, dict) else ()


def required(schema: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Those that it must have."""
    listed = schema.get("required")
    return tuple(map(str, listed)) if isinstance(listed, list) else ()


def _slips(schema: JsonValue, place: Place, depth: int) -> Iterator[Finding]:
    if not isinstance(schema, dict):
        yield place, "must be a JSON Schema: a mapping with keys and values"
        return
    if depth > DEEPEST:
        yield place, f"is nested more than {DEEPEST} deep"
        return
    for key, value in schema.items():
        if key not in KEYWORDS:
            yield (*place, key), f"is not checked, so it may not stand here ({_hint(key)})"
        elif message := _slip(key, value):
            yield (*place, key), message
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for name, inner in properties.items():
            yield from _slips(inner, (*place, "properties", name), depth + 1)
        listed = schema.get("required")
        for at, needed in enumerate(listed if isinstance(listed, list) else ()):
            if needed not in properties:
                yield (*place, "required", at), f"{needed!r} is not among the properties"
    if "items" in schema:
        yield from _slips(schema["items"], (*place, "items"), depth + 1)


def _hint(key: str) -> str:
    return {
        "$ref": "write the schema out in its place",
        "anyOf": "type may be a list of types",
        "oneOf": "type may be a list of types",
    }.get(key, f"known: {', '.join(KEYWORDS)}")


def _slip(key: str, value: JsonValue) -> str | None:
    """What is wrong with the value of a keyword."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match key:
        case "type":
            given = value if isinstance(value, list) else [value]
            fits = bool(given) and all(one in TYPES for one in given)
            return None if fits else f"must be one of {', '.join(TYPES)}, or a list of them"
        case "enum":
            fits = isinstance(value, list) and bool(value)
            return None if fits else "must be a list of values"
        case "examples":
            return None if isinstance(value, list) else "must be a list of values"
        case "required":
            fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
            return None if fits else "must be a list of names"
        case "properties":
            return None if isinstance(value, dict) else "must be a mapping of names to schemas"
        case "additionalProperties":
            return None if isinstance(value, bool) else "must be true or false"
        case "pattern":
            return _no_pattern(value)
        case "default" | "const" | "items":
            return None
        case _ if key in _TEXTS:
            return None if isinstance(value, str) else "must be text"
        case _ if key in _COUNTS:
            fits = isinstance(value, int) and number and value >= 0
            return None if fits else "must be a whole number, 0 or more"
        case _:
            return None if number else "must be a number"


def _no_pattern(value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return "must be a regular expression"
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression: {error}"
    return None
