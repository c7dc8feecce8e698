"""The language model behind System 2: which, where, how long it may take, what it is told."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from policies.addresses import ServerUrl
from policies.model import EnvName, Id, Line, Phrases, Seconds, Section, Text

GROUNDED = "grounded"
"""The embedded mind: no model."""

KEY_ENV = "OPENAI_API_KEY"

_NAMES = re.compile(r"grounded|moshi(?::\S.*)?|(?:openai|transformers|realtime):\S.*")

_SPEAKING = re.compile(r"moshi(?::.*)?|realtime:.*")


def speaks(name: str) -> bool:
    """Whether a model of this name hears and speaks itself: its answers come with their sound."""
    return _SPEAKING.fullmatch(name) is not None


def has_weights(name: str) -> bool:
    """Whether a model of this name is in the process of the call, and shared by all calls there."""
    return name.partition(":")[0] in ("moshi", "transformers")


def _known(value: str) -> str:
    if not _NAMES.fullmatch(value):
        message = (
            "must be grounded, openai:MODEL, transformers:DIR, realtime:MODEL, moshi or "
            f"moshi:REPO_OR_DIR, not {value!r}"
        )
        raise PydanticCustomError("text", "{message}", {"message": message})
    return value


def _of_text(value: str) -> str:
    if speaks(value):
        message = f"must be a model of text, not {value!r}"
        raise PydanticCustomError("text", "{message}", {"message": message})
    return value


ModelName = Annotated[Text, AfterValidator(_known)]
"""``grounded``, ``openai:MODEL`` for a model of any compatible server, ``transformers:DIR`` for
weights in a local folder. ``realtime:MODEL`` and ``moshi`` (or ``moshi:REPO_OR_DIR``) hear and
speak themselves."""


class Answers(StrEnum):
    """When a model is asked."""

    WHEN_NEEDED = "when_needed"
    ALWAYS = "always"


class Fallback(Section):
    """The model that is asked when the first one is down."""

    name: Annotated[ModelName, AfterValidator(_of_text)] = Field(
        description="grounded, openai:MODEL or transformers:DIR."
    )
    url: ServerUrl | None = Field(
        None,
        description="Base URL of its server, such as http://127.0.0.1:8000/v1. "
        "Left out: the openai SDK's own.",
    )
    key_env: EnvName = Field(
        KEY_ENV, description="The environment variable that holds its server's key."
    )


class Model(Section):
    """Which language model answers, and within what bounds.

    Whatever it is sent is masked by ``privacy.mask``. When it is down, ``fallback`` is asked, then
    the policy's own knowledge answers.
    """

    name: ModelName = Field(
        GROUNDED,
        description="grounded: no model, the policy answers alone; openai:MODEL: any server that "
        "speaks OpenAI's chat completions; transformers:DIR: weights in a local folder; "
        "realtime:MODEL: a server that hears and speaks (engines.realtime); moshi or "
        "moshi:REPO_OR_DIR: Moshi in process (engines.moshi). "
        "--model on the command line wins.",
    )
    url: ServerUrl | None = Field(
        None,
        description="Base URL of the server, such as http://127.0.0.1:8000/v1. "
        "Left out: the openai SDK's own. Use https for whatever is not this machine.",
    )
    key_env: EnvName = Field(
        KEY_ENV,
        description="The environment variable that holds the server's key; a server of one's own "
        "may do without.",
    )
    fallback: Fallback | None = Field(
        None, description="Asked when the model is down. Left out: only the policy's own answers."
    )
    answers: Annotated[Answers, Field(strict=False)] = Field(
        Answers.WHEN_NEEDED,
        description="when_needed: what the policy answers surely needs no model (a task's slots, "
        "small talk, knowledge as good as sure); always: the model has every turn.",
    )
    sure: float = Field(
        0.7,
        ge=0,
        le=1,
        description="Knowledge of at least this likeness is answered without the model, "
        "where answers is when_needed. No unit, 0 to 1.",
    )
    temperature: float | None = Field(
        None,
        ge=0,
        le=2,
        description="How freely the model picks its words. Left out: the model's own. "
        "No unit, 0 to 2.",
    )
    most_tokens: int = Field(
        256, ge=16, le=4096, description="The longest answer. Unit: tokens of the model."
    )
    brief_tokens: int = Field(
        1500,
        ge=200,
        le=100_000,
        description="What the model is told of the call at most: old turns are left out first, "
        "then knowledge. Unit: tokens, estimated.",
    )
    rounds: int = Field(
        4, ge=1, le=10, description="How often one answer may use tools and ask the model again."
    )
    connect: Seconds = Field(
        2.0, gt=0, le=60, description="How long a connection may take to open. Unit: s."
    )
    first_token: Seconds = Field(
        6.0, gt=0, le=300, description="How long the first word may take. Unit: s."
    )
    next_token: Seconds = Field(
        3.0, gt=0, le=300, description="How long each further word may take. Unit: s."
    )
    total: Seconds = Field(
        30.0, gt=0, le=600, description="How long a whole answer may take. Unit: s."
    )
    retries: int = Field(
        1,
        ge=0,
        le=5,
        description="How often a request is made again that failed before its first word.",
    )
    backoff: Seconds = Field(
        0.25,
        ge=0,
        le=30,
        description="Wait before the first retry; each further one waits twice as long. Unit: s.",
    )
    audio: bool = Field(
        False,
        description="Send the sound of the caller's last turn too, for models that hear. "
        "Sound cannot be masked, so it goes with an empty privacy.mask only.",
    )

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.first_token > self.total:
            raise ValueError("first_token is longer than total")
        return self


class Forbidden(Section):
    """A topic on which the agent has nothing to say but one line."""

    id: Id = Field(description="Named in the journal.")
    says: Phrases = Field(
        description="Phrases of the topic. A caller's turn that has one is answered by the line; "
        "a model's sentence that has one is not said."
    )
    answer: Line = Field(description="What the agent says instead.")
