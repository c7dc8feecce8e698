"""JSON Schema of a model, for editors that complete and check YAML while it is typed."""

from __future__ import annotations

import json

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from policies.policy import Policy
from policies.shapes import Schema


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic makes out of field names: they only repeat the key."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def document_schema(model: type[BaseModel], title: str) -> Schema:
    """The schema of a document, in the draft that editors' YAML support knows best."""
    schema = model.model_json_schema(schema_generator=_Untitled)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": title}


def policy_schema() -> Schema:
    """The schema of a policy."""
    return document_schema(Policy, "Kairos policy")


def schema_text(schema: Schema) -> str:
    """A schema as the text of a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
