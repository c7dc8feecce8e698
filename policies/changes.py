"""A policy with a few of its values changed, as ``section.key=value`` says it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from policies import yaml12
from policies.documents import parse_document
from policies.policy import Policy
from policies.problems import DocumentError
from policies.yaml12 import Plain


class ChangeError(ValueError):
    """A change that a policy does not allow; the text is one line that says which and why."""


def changed(policy: Policy, changes: Sequence[str]) -> Policy:
    """``policy`` with every change made, then validated as a whole.

    A change is ``dotted.path=value``, such as ``turn_taking.endpointing.patience=1.5`` or
    ``noinput.0.after=5``; the value is YAML. Raises ``ChangeError`` for the first that cannot be.
    """
    if not changes:
        return policy
    whole: Plain = json.loads(
        json.dumps(policy.model_dump(mode="json", by_alias=True, exclude_unset=True))
    )
    for change in changes:
        path, equals, text = change.partition("=")
        steps = [step.strip() for step in path.split(".")]
        if not equals or not all(steps):
            raise ChangeError(f"{change}: write it as section.key=value")
        _put(whole, steps, _value(change, text), change)
    try:
        return parse_document(Policy, json.dumps(whole, ensure_ascii=False), "")
    except DocumentError as error:
        problem = error.problems[0]
        blamed = next((one for one in changes if _touches(one, problem.path)), changes[-1])
        raise ChangeError(f"{blamed}: {problem.path}: {problem.message}") from None


def _value(change: str, text: str) -> Plain:
    try:
        document = yaml12.read(text, "")
    except DocumentError as error:
        raise ChangeError(f"{change}: {error.problems[0].message}") from None
    if document.problems:
        raise ChangeError(f"{change}: {document.problems[0].message}")
    return None if document.root is None else yaml12.plain(document.root)


def _put(whole: Plain, steps: Sequence[str], value: Plain, change: str) -> None:
    """Set the value under ``steps``; sections that the policy leaves out come into being."""
    at = whole
    for depth, step in enumerate(steps):
        last = depth == len(steps) - 1
        match at:
            case dict():
                if last:
                    at[step] = value
                else:
                    at = at.setdefault(step, {})
            case list() if step.isdecimal() and int(step) < len(at):
                if last:
                    at[int(step)] = value
                else:
                    at = at[int(step)]
            case list():
                place = ".".join(steps[:depth])
                raise ChangeError(f"{change}: {place} has entries 0 to {len(at) - 1}")
            case _:
                place = ".".join(steps[:depth])
                raise ChangeError(f"{change}: {place} is a single value, nothing is below it")


def _touches(change: str, path: str) -> bool:
    changed_path = change.partition("=")[0].strip()
    return path.startswith(changed_path) or changed_path.startswith(path)
