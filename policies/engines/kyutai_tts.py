"""The settings of Kyutai's voice."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.model import Section


class KyutaiTts(Section):
    """Kyutai's text-to-speech, in process."""

    model: str = Field(
        "kyutai/tts-1.6b-en_fr",
        min_length=1,
        description="The checkpoint: a repository of the Hugging Face hub, or a folder with its "
        "files. This one speaks English and French. No unit.",
    )
    voices: str = Field(
        "kyutai/tts-voices",
        min_length=1,
        description="Where its voices are: a repository of the Hugging Face hub, or a folder. "
        "No unit.",
    )
    voice: str = Field(
        "expresso/ex03-ex01_happy_001_channel1_334s.wav",
        min_length=1,
        description="The voice of a policy that names none: one of these, or a file .safetensors. "
        "No unit.",
    )
    codebooks: int = Field(
        24,
        ge=1,
        le=64,
        description="Levels of the audio codec that are generated, or all if there are fewer: "
        "more sound better and take longer; Kyutai serves 24 of 32. No unit.",
    )
    cfg: float = Field(
        2.0,
        ge=1,
        le=4,
        description="How strictly the voice and the text are followed; models know steps of 0.5. "
        "No unit.",
    )
    temperature: float = Field(
        0.6,
        ge=0,
        le=2,
        description="How freely it speaks; 0 is always the likeliest sound. No unit.",
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
        le=256,
        description="Utterances that share the model at a time, of all calls of one process; each "
        "takes memory, used or not. No unit.",
    )
