"""The YAML policy language: one bot, one file.

In: a policy's name or path. Out: a validated, frozen ``Policy``, or a ``DocumentError`` whose text
is a line ``FILE:LINE:COL: path: message`` for everything that is wrong. Imports nothing of ours.

Also here: the reader of YAML documents that scenarios use too, the JSON Schema for editors, and
the policies that we ship.
"""

from policies.documents import load_document, parse_document
from policies.loading import load_policy, policy_path, shipped_policies
from policies.policy import Policy
from policies.problems import DocumentError, Problem
from policies.schema import document_schema, policy_schema, schema_text

__all__ = [
    "DocumentError",
    "Policy",
    "Problem",
    "document_schema",
    "load_document",
    "load_policy",
    "parse_document",
    "policy_path",
    "policy_schema",
    "schema_text",
    "shipped_policies",
]
