"""The adviser: a decision model that is asked about the moment, and never waited for."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from policies.addresses import ServerUrl
from policies.model import EnvName, Seconds, Section, Text

ADVISER = "adviser"
"""Who says it, wherever an answer of the adviser's is named."""


class Matter(StrEnum):
    """What an adviser can be asked about."""

    DONE = "done"
    OVERLAP = "overlap"


_Matter = Annotated[Matter, Field(strict=False)]


class Adviser(Section):
    """A decision model behind ``POST /v1/systemone``, one more evidence where it is in time.

    Each question sends the caller's words of this turn, what kind of answer was asked for and
    the agent's last line, all of them masked by ``privacy.mask``; nothing else.
    """

    url: ServerUrl = Field(
        description="Where the model is served; /v1/systemone is added. "
        "Use https for whatever is not this machine."
    )
    model: Text = Field(description="The model's name, as its server knows it.")
    deadline: Seconds = Field(
        0.15, gt=0, le=5, description="An answer that comes later than this is dropped. Unit: s."
    )
    questions: Annotated[tuple[_Matter, ...], Field(strict=False)] = Field(
        (Matter.DONE, Matter.OVERLAP),
        description="done: whether the caller has finished, asked when a pause begins; "
        "overlap: what undecided speech over the agent is.",
    )
    weight: float = Field(
        1.0,
        ge=0,
        le=1,
        description="How much an answer counts: this share of its log-odds is evidence that the "
        "turn is over, and by this share it moves the time after which speech over the agent "
        "interrupts. No unit, 0 (not at all) to 1.",
    )
    failures: int = Field(
        5,
        ge=1,
        le=1000,
        description="After so many questions in a row without an answer in time the adviser is "
        "not asked again in this call. No unit.",
    )
    key_env: EnvName = Field(
        "KAIROS_ADVISER_KEY",
        description="The environment variable that holds the server's key, sent as a bearer "
        "token; none is sent where it is not set.",
    )
