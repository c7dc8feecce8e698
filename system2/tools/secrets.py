"""Secrets that a policy names and the environment holds."""

from __future__ import annotations

from collections.abc import Mapping

from policies.tools import SECRET
from system2.tools.answers import ToolError


def headers(terms: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request; ``ToolError`` names a variable that is not set."""
    return {name: _value(text, environment) for name, text in terms.items()}


def variables(names: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, str]:
    """These variables and no other."""
    return {name: _variable(name, environment) for name in names}


def _value(text: str, environment: Mapping[str, str]) -> str:
    named = SECRET.fullmatch(text)
    if named is None:
        return text
    secret = _variable(named[1], environment).strip()
    if not secret.isascii() or not secret.isprintable():
        raise ToolError(f"what {named[1]} holds cannot stand in a header")
    return text.removesuffix(f"env:{named[1]}") + secret


def _variable(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if not value:
        raise ToolError(f"{name} is not set in the environment")
    return value
