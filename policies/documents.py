"""A YAML file that people write, as a pydantic model; whatever is wrong is told at once."""

from __future__ import annotations

import errno
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from policies import yaml12
from policies.explain import Explainer
from policies.problems import DocumentError, Problem
from policies.shapes import shape_of

MAX_BYTES = 4 * 1024 * 1024

Model = TypeVar("Model", bound=BaseModel)

_UNREADABLE = {
    errno.ENOENT: "there is no such file",
    errno.ENOTDIR: "there is no such file",
    errno.EISDIR: "is a directory, not a file",
    errno.EACCES: "may not be read (permission denied)",
    errno.ENAMETOOLONG: "the file's name is too long",
}


def load_document(model: type[Model], path: Path | Traversable) -> Model:
    """The model that the file at ``path`` holds; raises ``DocumentError``."""
    folder = path.parent if isinstance(path, Path) else None
    return parse_document(model, read_text(path), str(path), folder)


def parse_document(model: type[Model], text: str, file: str, folder: Path | None = None) -> Model:
    """The model that ``text`` holds; ``file`` is what its problems are reported under.

    With a ``folder``, a ``FileBeside`` is looked for there, else it is taken as it is.
    Raises ``DocumentError`` with all problems, in the order of the file.
    """
    document = yaml12.read(text.removeprefix("\ufeff"), file)
    problems = list(document.problems)
    if document.root is None:
        if not problems:
            problems.append(Problem(file, 1, 1, "", "the file is empty"))
    else:
        try:
            value = model.model_validate(yaml12.plain(document.root), context={"folder": folder})
        except ValidationError as error:
            problems += Explainer(file).explain(
                error.errors(include_url=False), document.root, shape_of(model)
            )
        else:
            if not problems:
                return value
    ordered = sorted(problems, key=lambda one: (one.line, one.column))
    raise DocumentError(dict.fromkeys(ordered))


def read_text(path: Path | Traversable) -> str:
    """A UTF-8 file of at most ``MAX_BYTES``; raises ``DocumentError`` in one line."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        message = _UNREADABLE.get(number or 0, f"cannot be read ({error})")
        raise DocumentError([Problem(str(path), 1, 1, "", message)]) from None
    if len(content) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 1024**2} MiB"
        raise DocumentError([Problem(str(path), 1, 1, "", message)])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"is not UTF-8 text (byte 0x{content[error.start]:02X}); save it as UTF-8"
        raise DocumentError([Problem(str(path), line, column, "", message)]) from None
