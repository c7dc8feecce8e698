"""What a model allows at a place of a document, read from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from pydantic import BaseModel

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Schema: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Shape:
    """The alternatives at one place: each a name (of a model, or empty) and a schema."""

    alternatives: tuple[tuple[str, Schema], ...]
    definitions: Schema = field(repr=False)

    def below(self, step: str | int) -> Shape:
        """The shape of the value under a key or an index."""
        found: list[tuple[str, Schema]] = []
        for _, schema in self.alternatives:
            for inner in _inner(schema, step):
                found += _spread(inner, self.definitions)
        return Shape(tuple(found), self.definitions)

    def member(self, name: str) -> Shape:
        """The alternative that is the model ``name``; all of them if there is none such."""
        chosen = tuple(one for one in self.alternatives if one[0] == name)
        return Shape(chosen, self.definitions) if chosen else self

    def known(self) -> list[str]:
        """The keys that a mapping may have here, in the model's order."""
        found: dict[str, None] = {}
        for _, schema in self.alternatives:
            properties = schema.get("properties")
            found |= dict.fromkeys(properties if isinstance(properties, dict) else ())
        return list(found)

    def is_text(self) -> bool:
        """Can a text stand here?"""
        return any(schema.get("type") == "string" for _, schema in self.alternatives)

    def required(self) -> list[str]:
        """The keys that a mapping must have here."""
        found: dict[str, None] = {}
        for _, schema in self.alternatives:
            required = schema.get("required")
            found |= dict.fromkeys(map(str, required if isinstance(required, list) else ()))
        return list(found)


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of a whole document."""
    schema: Schema = model.model_json_schema()
    definitions = schema.get("$defs")
    defined = definitions if isinstance(definitions, dict) else {}
    return Shape(tuple(_spread(schema, defined, model.__name__)), defined)


def _spread(schema: Json, definitions: Schema, name: str = "") -> Iterator[tuple[str, Schema]]:
    """The alternatives of a schema, with references followed."""
    if not isinstance(schema, dict):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = reference.rsplit("/", 1)[-1]
        yield from _spread(definitions.get(target), definitions, target)
        return
    options = [schema.get(key) for key in ("anyOf", "oneOf", "allOf")]
    listed = [one for option in options if isinstance(option, list) for one in option]
    for one in listed:
        yield from _spread(one, definitions)
    if not listed:
        yield name, schema


def _inner(schema: Schema, step: str | int) -> Iterator[Json]:
    if isinstance(step, int):
        positions = schema.get("prefixItems")
        if isinstance(positions, list) and step < len(positions):
            yield positions[step]
        else:
            yield schema.get("items")
        return
    properties = schema.get("properties")
    if isinstance(properties, dict) and step in properties:
        yield properties[step]
        return
    yield schema.get("additionalProperties")
    patterns = schema.get("patternProperties")
    yield from patterns.values() if isinstance(patterns, dict) else ()
