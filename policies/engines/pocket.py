"""The settings of the voice ``pocket``: pocket-tts, which clones a voice from ten seconds."""

from __future__ import annotations

from pydantic import Field

from policies.model import Section, Text


class PocketTts(Section):
    """Which model the voice ``pocket`` speaks with, and how."""

    model: Text | None = Field(
        None,
        description="A model that pocket-tts knows by name, such as english_7m_2026-10, or the "
        "path of a YAML file that describes one; by default the one for the policy's language.",
    )
    quantize: bool = Field(
        False, description="Weights of eight bits: half the memory, a quarter faster on x86."
    )
    temperature: float | None = Field(
        None,
        ge=0.0,
        le=2.0,
        description="How varied the speech is; by default what the model recommends. Unit: 1.",
    )
    tokens: int = Field(
        50,
        ge=10,
        le=200,
        description="The most of a sentence that is synthesized in one go. Unit: tokens.",
    )
    seed: int | None = Field(
        None,
        ge=0,
        le=2**32 - 1,
        description="Where the model's random numbers start, for each sentence; by default 0 in "
        "virtual time, and anywhere in a live call. Unit: 1.",
    )
