"""The listener: a model that hears how the caller sounds, beside the call and never waited for."""

from __future__ import annotations

from pydantic import Field

from policies.addresses import ServerUrl
from policies.model import EnvName, Seconds, Section, Text


class Listener(Section):
    """An audio-language model behind OpenAI's chat completions (``input_audio``).

    It is sent the sound of single stretches of the caller's speech, and nothing else; sound cannot
    be masked, so it goes with an empty privacy.mask only. It says how the caller seems to feel,
    and what else is to be heard.
    """

    url: ServerUrl = Field(
        description="Base URL of the server, such as http://127.0.0.1:8000/v1. "
        "Use https for whatever is not this machine."
    )
    model: Text = Field(description="The model's name, as its server knows it.")
    key_env: EnvName = Field(
        "KAIROS_LISTENER_KEY",
        description="The environment variable that holds the server's key; a server of one's own "
        "may do without.",
    )
    deadline: Seconds = Field(
        3.0,
        gt=0,
        le=30,
        description="An answer that comes later than this after the speech is dropped. Unit: s.",
    )
    every: Seconds = Field(
        4.0, ge=0, le=600, description="It is not asked more often than this. Unit: s."
    )
    shortest: Seconds = Field(
        1.0, ge=0.1, le=30, description="Shorter speech is not sent. Unit: s."
    )
    longest: Seconds = Field(
        10.0,
        ge=1,
        le=60,
        description="Of longer speech the end is sent, so much of it. Unit: s.",
    )
    sure: float = Field(
        0.7,
        ge=0,
        le=1,
        description="What it says with less confidence of a feeling does not count. "
        "No unit, 0 to 1.",
    )
    agree: int = Field(
        2,
        ge=1,
        le=10,
        description="So many answers in a row that tell the same feeling make a mood; of agitation "
        "one is enough where the voice of the turn is raised, too. No unit.",
    )
    failures: int = Field(
        5,
        ge=1,
        le=1000,
        description="After so many questions in a row without an answer in time it is not asked "
        "again in this call. No unit.",
    )
