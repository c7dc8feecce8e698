"""The JSON Schema for editors agrees with the loader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import get_args

import jsonschema
import pytest
from pydantic import ValidationError, create_model

from policies import document_schema, policy_path, policy_schema, schema_text, shipped_policies
from policies.documents import read_text
from policies.evidence import EvidenceFile
from policies.model import Section
from policies.policy import Policy
from policies.shapes import Json
from policies.yaml12 import Plain, plain, read
from scenarios.script import Scenario
from tests.policies.test_documents import Zoo
from tests.policies.test_slips import HEAD


def contents(text: str) -> Plain:
    root = read(text, "f").root
    assert root is not None
    return plain(root)


def check(text: str) -> None:
    jsonschema.Draft7Validator(policy_schema()).validate(contents(text))


@pytest.mark.parametrize("name", shipped_policies())
def test_shipped_policies_fit_the_schema_that_they_name(name: str) -> None:
    text = read_text(policy_path(name))
    assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n")
    check(text)


def test_the_schema_beside_the_policies_is_up_to_date() -> None:
    path = policy_path("clinic").with_name("policy.schema.json")
    assert read_text(path) == schema_text(policy_schema()), (
        "policies/policy.schema.json is old: write schema_text(policy_schema()) to it"
    )


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(policy_schema())
    assert policy_schema()["title"] == "Kairos policy"
    assert document_schema(Zoo, "A zoo")["title"] == "A zoo"


@pytest.mark.parametrize(
    "broken",
    [
        "policy: x\n",
        HEAD + "no_input: []\n",
        HEAD + "confidence: 80\n",
        HEAD
        + "tasks: [{id: t, when: {says: [a]}, then: {say: x}, "
        + "collect: [{slot: a, ask: b, type: c}]}]",
        HEAD + "turn_taking: {bargein: {type: never}}\n",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(broken: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(broken)


def test_every_key_is_described_and_every_threshold_has_a_unit_and_a_range() -> None:
    for path, field in fields(policy_schema()):
        assert "description" in field, f"{path} has no description"
        if field.get("type") in ("number", "integer"):
            assert field.keys() & {"minimum", "exclusiveMinimum"}, f"{path} has no lower end"
        if field.get("type") == "number":
            assert field.keys() & {"maximum", "exclusiveMaximum"}, f"{path} has no upper end"
            assert "nit" in str(field["description"]), f"{path} has no unit"


def fields(schema: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    for name, section in {"Policy": schema, **definitions}.items():
        properties = section.get("properties", {}) if isinstance(section, dict) else {}
        assert isinstance(properties, dict)
        for key, field in properties.items():
            assert isinstance(field, dict)
            # A description that the section itself has is not repeated in the field.
            target = definitions.get(str(field.get("$ref", "")).rsplit("/", 1)[-1])
            yield f"{name}.{key}", (target if isinstance(target, dict) else {}) | field


@pytest.mark.parametrize("model", [Policy, Scenario, EvidenceFile])
def test_the_ends_of_a_range_that_it_shows_are_those_that_hold(model: type[Section]) -> None:
    ranges = 0
    for section in sections(model):
        shown = section.model_json_schema()["properties"]
        for name, field in section.model_fields.items():
            key = field.alias or name
            for one in (shown[key], *shown[key].get("anyOf", ())):
                assert not {"minimum", "exclusiveMinimum"} <= one.keys(), f"{section}.{key}"
                assert not {"maximum", "exclusiveMaximum"} <= one.keys(), f"{section}.{key}"
                for end in ENDS.keys() & one.keys():
                    assert field.annotation is not None
                    takes = create_model("Held", value=(field.annotation, field))
                    limit, ranges = one[end], ranges + 1
                    with pytest.raises(ValidationError):
                        takes.model_validate({"value": ENDS[end](limit)})
                    if not end.startswith("exclusive"):
                        takes.model_validate({"value": limit})
    assert ranges


ENDS: dict[str, Callable[[float], float]] = {
    "minimum": lambda limit: limit - 1,
    "maximum": lambda limit: limit + 1,
    "exclusiveMinimum": lambda limit: limit,
    "exclusiveMaximum": lambda limit: limit,
}


def sections(model: type[Section]) -> set[type[Section]]:
    """The model and all that its fields hold."""
    found, waiting = {model}, [model]
    while waiting:
        inner = {
            one
            for field in waiting.pop().model_fields.values()
            for one in held(field.annotation)
            if one not in found
        }
        found |= inner
        waiting += inner
    return found


def held(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for one in get_args(annotation):
        yield from held(one)
