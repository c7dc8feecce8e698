"""The base of every section of a policy: strict, frozen, unknown keys refused.

Also the kinds of text: what a person types, what a caller says, what the agent says.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
PROFILE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*)?$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Place = tuple[str | int, ...]
"""Where a value stands below another: keys and indices."""

Finding = tuple[Place, str]
"""A slip that a validator found, and what is wrong there."""


class Section(BaseModel):
    """A mapping in a YAML file that people write: no coercion, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def refuse(findings: Iterable[Finding]) -> None:
    """Raise for use in a validator, if there are any, each finding with its place below the value.

    A plain ``ValueError`` can only point at the whole value; this one points at every slip in it.
    """
    listed = tuple(findings)
    if listed:
        text = "; ".join(f"{'.'.join(map(str, at)) or 'here'}: {say}" for at, say in listed)
        raise PydanticCustomError("findings", "{text}", {"text": text, "findings": listed})


def repeated(what: str, places: Iterable[tuple[Place, str]]) -> list[Finding]:
    """A finding for each value that an earlier place has already."""
    seen: set[str] = set()
    findings: list[Finding] = []
    for place, value in places:
        if value in seen:
            findings.append((place, f"{what} {value!r} is used twice"))
        seen.add(value)
    return findings


def _refuse_text(message: str) -> NoReturn:
    raise PydanticCustomError("text", "{message}", {"message": message})


def _pronounceable(value: str) -> str:
    if not any(char.isalnum() for char in value):
        _refuse_text(f"has no letter or digit, so nobody can say {value!r}")
    return " ".join(value.split())


ASK = "{ask}"
"""Stands for a slot's question in that slot's own ``noinput`` lines."""

ASK_IS_ELSEWHERE = "{ask} is filled in only in a slot's own noinput, under collect"


def _without_braces(value: str) -> str:
    if ASK in value:
        _refuse_text(ASK_IS_ELSEWHERE)
    if "{" in value or "}" in value:
        _refuse_text("a {slot} is filled in only in a task's then.say and give_up.say")
    return value


def _but_for_ask(value: str) -> str:
    _without_braces(value.replace(ASK, ""))
    return value


def _beside(value: str, info: ValidationInfo) -> str:
    folder = info.context.get("folder") if isinstance(info.context, dict) else None
    if not isinstance(folder, Path):
        return value
    path = folder / value
    if not path.is_file():
        _refuse_text(f"there is no file {value!r} beside this one")
    return str(path)


VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
"""The name of an environment variable."""

EnvName = Annotated[str, StringConstraints(pattern=f"^{VARIABLE}$")]
"""The name of an environment variable, which holds what must not stand in a file."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
ProfileName = Annotated[str, StringConstraints(pattern=PROFILE_PATTERN)]
Seconds: TypeAlias = float
"""A time. Each field says itself from what to what: of two bounds of one kind pydantic would keep
the type's and drop the field's, without a word."""

Phrase = Annotated[Text, AfterValidator(_pronounceable)]
"""Words that a caller says, on one line."""

Template = Annotated[Text, AfterValidator(_pronounceable)]
"""Words that the agent says, in which ``{slot}`` stands for a slot's value."""

Line = Annotated[Text, AfterValidator(_pronounceable), AfterValidator(_without_braces)]
"""Words that the agent says, on one line."""

Reminder = Annotated[Text, AfterValidator(_pronounceable), AfterValidator(_but_for_ask)]
"""Words that the agent says, in which ``{ask}`` may stand for a slot's question."""

FileBeside = Annotated[Text, AfterValidator(_beside)]
"""A file, relative to the document's folder: complete, and known to exist, once it is loaded."""

Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1, strict=False)]
Lines = Annotated[tuple[Line, ...], Field(min_length=1, strict=False)]
