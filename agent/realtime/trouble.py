"""What is wrong with a client's message, as the protocol's ``error`` says it.

A message never quotes what the caller said: it names the place and the rule.
"""

from __future__ import annotations

from pydantic import ValidationError


class Refusal(Exception):
    """A message is not acted upon. ``param``: the place in it; ``code``: what kind of slip."""

    def __init__(self, message: str, param: str | None = None, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.param = param
        self.code = code


def refusal_of(error: ValidationError, root: str) -> Refusal:
    """The first slip that a model found, below ``root``."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join([root, *map(str, first["loc"])]) if root else ".".join(map(str, first["loc"]))
    kind = first["type"]
    code = "missing_required_parameter" if kind == "missing" else "invalid_value"
    message = "must be left out" if kind == "none_required" else first["msg"]
    return Refusal(f"{place}: {message}" if place else message, place or None, code)
