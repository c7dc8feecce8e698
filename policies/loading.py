"""Policies by name or by path."""

from __future__ import annotations

import difflib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from policies.documents import load_document
from policies.policy import Policy
from policies.problems import DocumentError, Problem

_SUFFIXES = (".yaml", ".yml")


def shipped_policies() -> tuple[str, ...]:
    """The names of the policies that come with Kairos, in alphabetical order."""
    names = (entry.name for entry in files("policies").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def policy_path(ref: str | Path, beside: Path | None = None) -> Path:
    """Where a policy's file is; it need not exist if ``ref`` is a path.

    ``ref`` is a name that we ship, or a path, relative to ``beside`` (a folder, or a file in it)
    or else to the working directory. A bare word is a name. Raises ``DocumentError`` for an
    unknown one.
    """
    source = _source(ref, beside)
    return source if isinstance(source, Path) else Path(str(source))


def load_policy(ref: str | Path, beside: Path | None = None) -> Policy:
    """The policy that ``ref`` names, as in ``policy_path``; raises ``DocumentError``."""
    return load_document(Policy, _source(ref, beside))


def _source(ref: str | Path, beside: Path | None) -> Path | Traversable:
    name = str(ref)
    shipped = shipped_policies()
    if isinstance(ref, str) and name in shipped:
        return files("policies") / f"{name}.yaml"
    folder = beside if beside is None or beside.is_dir() else beside.parent
    path = Path(ref) if folder is None else folder / ref
    is_path = isinstance(ref, Path) or path.name != name or path.suffix in _SUFFIXES
    if name and (is_path or path.is_file()):
        return path
    close = difflib.get_close_matches(name, shipped, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    message = f"no policy of this name{hint}; give a path or one of {', '.join(shipped)}"
    raise DocumentError([Problem(name or "''", 1, 1, "policy", message)])
