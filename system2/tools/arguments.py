"""Arguments held against the schema of a tool: made to fit where that is harmless, else refused.

Models write "3" where 3 is wanted, and slots hold nothing but text: such a text is read as what
the schema wants. Everything else is as JSON Schema says (``policies.parameters`` lists what of it
is checked).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from system2.desk import Json
from system2.tools.answers import compact

MOST_BYTES = 16 * 1024
"""Arguments longer than this fit nothing."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")


class ArgumentsError(Exception):
    """They do not fit; the text says why in one line that holds none of the values."""


def fitted(schema: Mapping[str, Json], arguments: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments as the tool gets them; ``ArgumentsError`` where they do not fit.

    A parameter that the schema does not name is refused, unless it says ``additionalProperties``.
    """
    closed = {"additionalProperties": False, **schema, "type": "object"}
    value = _fit(closed, dict(arguments), "")
    assert isinstance(value, dict)
    try:
        size = len(compact(value).encode())
    except (TypeError, ValueError, RecursionError):
        raise ArgumentsError("the arguments are no JSON") from None
    if size > MOST_BYTES:
        raise ArgumentsError(f"the arguments are longer than {MOST_BYTES} bytes")
    return value


def _fit(schema: Json, value: Json, place: str) -> Json:
    if not isinstance(schema, dict):
        return value
    value = _typed(schema, value, place)
    for key, limit in schema.items():
        _check(key, limit, value, place)
    if isinstance(value, dict):
        return _object(schema, value, place)
    if isinstance(value, list) and "items" in schema:
        return [_fit(schema["items"], one, f"{place}.{at}") for at, one in enumerate(value)]
    return value


def _typed(schema: Mapping[str, Json], value: Json, place: str) -> Json:
    """The value, read as the type that is wanted."""
    wanted = schema.get("type")
    if wanted is None:
        return value
    types: list[Json] = list(wanted) if isinstance(wanted, list) else [wanted]
    if any(_is(value, one) for one in types):
        return value
    if isinstance(value, str):
        text = value.strip()
        number = _NUMBER.fullmatch(text)
        if "integer" in types and number and "." not in text:
            return int(text)
        if "number" in types and number:
            return float(text)
        if "boolean" in types and text in ("true", "false"):
            return text == "true"
    elif isinstance(value, int) and not isinstance(value, bool) and "string" in types:
        return str(value)
    raise ArgumentsError(f"{_at(place)} must be {_or(types)}")


def _is(value: Json, kind: Json) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return number and float(value) == value and int(value) == value  # type: ignore[arg-type]
        case "number":
            return number
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return value is None


def _object(schema: Mapping[str, Json], value: Mapping[str, Json], place: str) -> Json:
    known = schema.get("properties")
    properties = known if isinstance(known, dict) else {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if name not in value:
            raise ArgumentsError(f"{_at(f'{place}.{name}')} is missing")
    if schema.get("additionalProperties") is False and set(value) - set(properties):
        listed = ", ".join(properties) or "none"
        raise ArgumentsError(f"{_at(place)} must have no other keys than: {listed}")
    return {
        name: _fit(properties[name], one, f"{place}.{name}") if name in properties else one
        for name, one in value.items()
    }


def _check(key: str, limit: Json, value: Json, place: str) -> None:
    """One keyword; ``ArgumentsError`` where the value breaks it."""
    size = len(value) if isinstance(value, str | list) else 0
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    broken = False
    match key, limit:
        case "enum", list():
            broken, say = not any(_same(value, one) for one in limit), f"one of {compact(limit)}"
        case "const", _:
            broken, say = not _same(value, limit), compact(limit)
        case "pattern", str():
            broken = isinstance(value, str) and re.search(limit, value) is None
            say = f"of the form {limit}"
        case "minLength", int():
            broken = isinstance(value, str) and size < limit
            say = f"at least {limit} characters long"
        case "maxLength", int():
            broken = isinstance(value, str) and size > limit
            say = f"at most {limit} characters long"
        case "minItems", int():
            broken, say = isinstance(value, list) and size < limit, f"at least {limit} entries long"
        case "maxItems", int():
            broken, say = isinstance(value, list) and size > limit, f"at most {limit} entries long"
        case "minimum", int() | float():
            broken, say = number is not None and number < limit, f"at least {limit}"
        case "maximum", int() | float():
            broken, say = number is not None and number > limit, f"at most {limit}"
        case "exclusiveMinimum", int() | float():
            broken, say = number is not None and number <= limit, f"more than {limit}"
        case "exclusiveMaximum", int() | float():
            broken, say = number is not None and number >= limit, f"less than {limit}"
        case _:
            return
    if broken:
        raise ArgumentsError(f"{_at(place)} must be {say}")


def _same(one: Json, other: Json) -> bool:
    """JSON's equality: 1 and 1.0 are the same, 1 and true are not."""
    match one, other:
        case (bool(), _) | (_, bool()):
            return one is other
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
        case _:
            return one == other


def _at(place: str) -> str:
    return place.lstrip(".") or "the arguments"


def _or(types: list[Json]) -> str:
    articles = {"integer": "a whole number", "array": "a list", "object": "an object"}
    return " or ".join(articles.get(str(one), f"a {one}") for one in types).replace(
        "a null", "nothing"
    )
