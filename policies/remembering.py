"""What is remembered of callers from one call to the next: of whom, where, what and how long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from policies.addresses import ServerUrl
from policies.dialogue import Task
from policies.model import EnvName, Finding, Id, Place, Seconds, Section, Template, Text, refuse


def _file(value: str, info: ValidationInfo) -> str:
    if "://" in value:
        message = "is a file's path; a server's address comes by url_env"
        raise PydanticCustomError("text", "{message}", {"message": message})
    folder = info.context.get("folder") if isinstance(info.context, dict) else None
    path = Path(value).expanduser()
    return str(folder / path) if isinstance(folder, Path) else str(path)


StoreFile = Annotated[Text, AfterValidator(_file)]
"""A file that may not be there yet, relative to the document's folder."""


class Embeddings(Section):
    """A server that turns texts into vectors, so that memories are found by meaning too.

    It is sent what is remembered and what is searched for, both without what is masked.
    """

    url: ServerUrl = Field(
        description="Where the model is served, such as http://127.0.0.1:8000/v1; /embeddings is "
        "added. Use https for whatever is not this machine."
    )
    model: Text = Field(description="The model's name, as its server knows it.")
    timeout: Seconds = Field(
        5.0, gt=0, le=60, description="How long one request may take; one is made again. Unit: s."
    )
    floor: float = Field(
        0.3,
        ge=-1,
        le=1,
        description="The least cosine at which a memory has to do with what is searched for. "
        "No unit.",
    )
    key_env: EnvName = Field(
        "KAIROS_EMBEDDINGS_KEY",
        description="The environment variable that holds the server's key; none is sent where it "
        "is not set.",
    )


class Consent(Section):
    """Only who has agreed is remembered."""

    slot: Id = Field(
        description="The yes/no slot in which the caller agrees. Whose last answer is no is "
        "forgotten."
    )


class MemoryPolicy(Section):
    """What is kept of a call whose caller is known by an id, and for how long."""

    retention_days: int = Field(365, ge=0, le=36500, description="0 keeps nothing. Unit: days.")
    by_model: bool = Field(
        True,
        description="After a call its language model, where it has one, is asked what the caller "
        "said that is worth knowing; what the rules find counts anyway.",
    )
    store: StoreFile | None = Field(
        None,
        description="The memory's file (SQLite). Left out: what the environment variable "
        "KAIROS_MEMORY names, else ~/.local/share/kairos/memory.db.",
    )
    url_env: EnvName | None = Field(
        None,
        description="The environment variable that holds a postgresql:// address, for a memory "
        "that many machines share.",
    )
    shared_as: Id | None = Field(
        None,
        description="Policies with the same name here share what they remember of a caller. "
        "Left out: this policy's id, so that no other bot knows it.",
    )
    greeting: Template | None = Field(
        None,
        description="Said to a caller who has called before, in place of greeting; {name} stands "
        "for what is remembered under that name. Used only if all of it is remembered.",
    )
    consent: Consent | None = Field(
        None,
        description="Who is remembered. Left out: everyone; consent is given elsewhere.",
    )
    keep: Annotated[tuple[Id, ...], Field(strict=False)] | None = Field(
        None, description="The slots that are kept. Left out: all that are not masked."
    )
    notes: bool = Field(
        True, description="Whether what a language model notes of the caller is kept too."
    )
    most_facts: int = Field(
        12,
        ge=0,
        le=100,
        description="At most so many facts are recalled, the last confirmed first. No unit.",
    )
    recall_within: Seconds = Field(
        0.25,
        gt=0,
        le=10,
        description="A call begins without its memory after so long. Unit: s by the clock.",
    )
    write_within: Seconds = Field(
        10.0,
        gt=0,
        le=120,
        description="What the end of a call may take to be remembered. Unit: s by the clock.",
    )
    timeout: Seconds = Field(
        5.0,
        gt=0,
        le=60,
        description="How long to wait for another who writes, or for a server. Unit: s.",
    )
    embeddings: Embeddings | None = Field(
        None, description="Left out: memories are found by their words alone."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.store is not None and self.url_env is not None:
            refuse([(("url_env",), "stands beside store; a memory is in one place")])
        if self.greeting is not None:
            refuse(_braces(self.greeting))
        return self

    def slips(self, tasks: Sequence[Task], mask: Sequence[str]) -> Iterator[Finding]:
        """What does not fit the rest of the policy; places below ``memory``."""
        types: Mapping[str, object] = {one.slot: one.type for task in tasks for one in task.collect}
        named: list[tuple[Place, str]] = [
            (("keep", at), slot) for at, slot in enumerate(self.keep or ())
        ]
        if self.consent is not None:
            named.append((("consent", "slot"), self.consent.slot))
        for place, slot in named:
            if slot not in types:
                listed = ", ".join(sorted(types)) or "none"
                yield place, f"{slot!r} is no slot of a task ({listed})"
            elif slot in mask:
                yield place, f"{slot!r} is masked, and what is masked is never kept"
            elif place[0] == "consent" and types[slot] != "yes_no":
                yield place, f"{slot!r} must be a slot of type yes_no"
        for name in placeholders(self.greeting or ""):
            if name in mask:
                yield ("greeting",), f"{{{name}}} is masked, and what is masked is never kept"


def placeholders(template: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(re.findall(r"\{([^{}]*)\}", template))


def _braces(template: str) -> Iterator[Finding]:
    if any(not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) for name in placeholders(template)):
        yield ("greeting",), "a name in braces may hold only letters a to z, digits, '-' and '_'"
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", template)):
        yield ("greeting",), "has a brace without its partner; write {name}"
