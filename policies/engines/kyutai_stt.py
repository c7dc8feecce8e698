"""The settings of Kyutai's ears."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.model import Section


class KyutaiStt(Section):
    """Kyutai's speech-to-text, in process."""

    model: str = Field(
        "kyutai/stt-1b-en_fr-candle",
        min_length=1,
        description="The checkpoint: a repository of the Hugging Face hub, or a folder with its "
        "files. This one understands English and French and has the pause heads. No unit.",
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="What it runs on: auto (a GPU if there is one), cpu, cuda, cuda:1 or mps. "
        "No unit.",
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto",
        description="The numbers it counts in; auto: bfloat16 on CUDA, else float32. No unit.",
    )
    slots: int = Field(
        8,
        ge=1,
        le=1024,
        description="Calls of one process that share the model; each takes memory, used or not. "
        "No unit.",
    )
    flush_after: float | None = Field(
        0.1,
        ge=0.08,
        le=2,
        description="Once the caller has been quiet for so long, silence is pushed through the "
        "model at once, so that the last words need not wait out its delay; null: never. Unit: s.",
    )
    flush_pause: float | None = Field(
        0.6,
        ge=0,
        le=1,
        description="Also where voice activity goes on (noise, music) and the model gives such a "
        "probability to a pause of 2 s; null: never. unmute's number. No unit, 0 to 1.",
    )
    ignore_first_steps: int = Field(
        12,
        ge=0,
        le=1000,
        description="Steps of 80 ms at a call's beginning in which the pause heads are not "
        "believed. No unit.",
    )
