"""Arguments against schemas: as JSON Schema says, read kindly where that is harmless."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system2.tools.answers import compact
from system2.tools.arguments import ArgumentsError, fitted

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": "^[0-9]+$", "minLength": 2, "maxLength": 4},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "price": {"type": ["number", "null"], "exclusiveMinimum": 0},
        "gift": {"type": "boolean"},
        "size": {"enum": ["S", "M", 3]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "to": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
    "required": ["number"],
}


def fits(**arguments: Any) -> dict[str, Any]:
    return fitted(ORDER, arguments)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "number is missing"),
        ({"number": "1"}, "number must be at least 2 characters long"),
        ({"number": "12345"}, "number must be at most 4 characters long"),
        ({"number": "abc"}, "number must be of the form ^[0-9]+$"),
        ({"number": True}, "number must be a string"),
        ({"number": "12", "count": 0}, "count must be at least 1"),
        ({"number": "12", "count": "ten"}, "count must be a whole number"),
        ({"number": "12", "count": 1.5}, "count must be a whole number"),
        ({"number": "12", "count": True}, "count must be a whole number"),
        ({"number": "12", "price": 0}, "price must be more than 0"),
        ({"number": "12", "price": "much"}, "price must be a number or nothing"),
        ({"number": "12", "gift": "yes"}, "gift must be a boolean"),
        ({"number": "12", "size": "L"}, 'size must be one of ["S","M",3]'),
        ({"number": "12", "tags": ["a", 1.5]}, "tags.1 must be a string"),
        ({"number": "12", "tags": ["a", "b", "c"]}, "tags must be at most 2 entries long"),
        ({"number": "12", "to": {}}, "to.city is missing"),
        ({"number": "12", "to": {"city": "a", "x": 1}}, "to must have no other keys than: city"),
        ({"number": "12", "secret words": 1}, "the arguments must have no other keys than: "),
    ],
)
def test_one_line_without_the_values(given: dict[str, Any], line: str) -> None:
    with pytest.raises(ArgumentsError) as caught:
        fitted(ORDER, given)
    assert str(caught.value).startswith(line)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_texts_are_read_as_what_is_wanted() -> None:
    assert fits(number=12, count=" 3 ", price="4.50", gift="true") == {
        "number": "12",
        "count": 3,
        "price": 4.5,
        "gift": True,
    }
    assert fits(number="12", price=None) == {"number": "12", "price": None}


def test_a_tool_without_parameters_takes_none() -> None:
    assert fitted({}, {}) == {}
    with pytest.raises(ArgumentsError, match="no other keys than: none"):
        fitted({}, {"x": 1})


def test_too_much_fits_nothing() -> None:
    with pytest.raises(ArgumentsError, match="longer than 16384 bytes"):
        fitted({"additionalProperties": True}, {"x": "y" * 20_000})
    with pytest.raises(ArgumentsError, match="no JSON"):
        fitted({"additionalProperties": True}, {"x": float("nan")})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.floats(-3, 12).map(lambda x: round(x, 1))
    | st.sampled_from(["", "S", "M", "12", "99999", "abc"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["city", "x"]), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from([*ORDER["properties"], "x"]), JSON))
def test_what_fits_is_valid_and_what_is_valid_fits(arguments: dict[str, Any]) -> None:
    closed = {**ORDER, "additionalProperties": False}
    try:
        value = fitted(ORDER, arguments)
    except ArgumentsError:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(arguments, closed)
        return
    jsonschema.validate(value, closed)
    try:
        jsonschema.validate(arguments, closed)
    except jsonschema.ValidationError:
        return
    assert json.loads(compact(value)) == json.loads(compact(arguments))
