"""Moshi in process: a model that hears and speaks at the same time."""

from __future__ import annotations

from pydantic import Field

from policies.model import Seconds, Section, Text


class Moshi(Section):
    """The model behind ``model: {name: moshi}``, which speaks English.

    It answers in real time, of its own accord and out of its own head: a policy's persona and
    knowledge do not reach it.
    """

    model: Text = Field(
        "kyutai/moshiko-pytorch-bf16",
        description="A repository of the Hugging Face hub or a folder; moshi:REPO_OR_DIR as the "
        "model's name wins.",
    )
    device: Text = Field(
        "auto", description="auto (the first GPU, else the CPU), cpu, cuda, cuda:1 or mps."
    )
    dtype: Text = Field(
        "auto", description="auto (bfloat16 on CUDA, else float32), float32, bfloat16 or float16."
    )
    slots: int = Field(
        1, ge=1, le=256, description="How many calls of one process share the model. No unit."
    )
    temperature: float = Field(
        0.8, ge=0, le=2, description="How freely it picks its sounds; 0: the likeliest. No unit."
    )
    text_temperature: float = Field(
        0.7, ge=0, le=2, description="How freely it picks its words; 0: the likeliest. No unit."
    )
    pause: Seconds = Field(
        0.8,
        gt=0,
        le=10,
        description="Its answer is over once it has said nothing for so long. Unit: s.",
    )
    patience: Seconds = Field(
        4.0,
        gt=0,
        le=60,
        description="So long may its first word take, before the policy's own knowledge answers. "
        "Unit: s.",
    )
    longest: Seconds = Field(
        20.0, gt=0, le=600, description="An answer that is longer is broken off. Unit: s."
    )
