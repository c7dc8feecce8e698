"""A scenario's file, with everything that it names looked up before the call begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from policies import yaml12
from policies.documents import load_document, read_text
from policies.loading import load_policy
from policies.problems import DocumentError, Problem
from scenarios.script import Scenario


def load_scenario(path: Path) -> Scenario:
    """The scenario at ``path``; its policy and recordings are there and can be used.

    Raises ``DocumentError`` with a ``FILE:LINE:COL: path: message`` line for each problem.
    """
    script = load_document(Scenario, path)
    problems = list(_problems(script, path))
    if problems:
        raise DocumentError(problems)
    return script


def _problems(script: Scenario, path: Path) -> Iterator[Problem]:
    try:
        policy = load_policy(script.policy, path)
        if script.adviser is not None and policy.adviser is None:
            yield _problem(path, ("adviser",), "is of use only with a policy that has an adviser")
        if script.listener is not None and policy.listener is None:
            yield _problem(path, ("listener",), "is of use only with a policy that has a listener")
        tools = [tool.id for tool in policy.tools]
        doubled = [("tools", name) for name in script.tools]
        expected = [("expect", "tools", name) for name in script.expect.tools]
        for place in (*doubled, *expected):
            if place[-1] not in tools:
                message = f"the policy has no such tool (it has: {', '.join(tools) or 'none'})"
                yield _problem(path, place, message)
    except DocumentError as error:
        for problem in error.problems:
            named = problem.path == "policy" and problem.line == 1
            yield _problem(path, ("policy",), problem.message) if named else problem
    if script.caller.policy is not None:
        try:
            load_policy(script.caller.policy, path)
        except DocumentError as error:
            for problem in error.problems:
                yield _problem(path, ("caller", "policy"), problem.message)
    for index, step in enumerate(script.steps):
        name = step.caller.wav if step.caller is not None else None
        if name is not None and not (path.parent / name).is_file():
            message = f"there is no such file beside the scenario: {name}"
            yield _problem(path, ("steps", index, "caller", "wav"), message)


def _problem(path: Path, place: tuple[str | int, ...], message: str) -> Problem:
    """A problem with the value at ``place``, where it stands in the file."""
    node = yaml12.read(read_text(path), str(path)).root
    for key in place:
        match node, key:
            case yaml12.Mapping(values=values), str():
                node = values[key]
            case yaml12.Sequence(items=items), int():
                node = items[key]
            case _:
                pass
    line, column = (1, 1) if node is None else (node.line, node.column)
    return Problem(str(path), line, column, yaml12.dotted(place), message)
