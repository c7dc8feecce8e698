"""The settings of the ears ``sherpa``: a streaming transducer on the CPU."""

from __future__ import annotations

from pydantic import Field

from policies.model import Seconds, Section, Text


class Sherpa(Section):
    """Which model the ears ``sherpa`` decode with, and how."""

    model: Text = Field(
        "zipformer-zh-en",
        description="A name that kairos models list shows, or the path of a folder with tokens.txt "
        "and the model's encoder, decoder and joiner as .onnx files.",
    )
    threads: int = Field(
        1, ge=1, le=16, description="Threads that one step of a call's decoding may use. Unit: 1."
    )
    paths: int = Field(
        4,
        ge=1,
        le=16,
        description="Hypotheses that are kept while decoding: 1 is fastest and knows no hotwords. "
        "Unit: 1.",
    )
    boost: float = Field(
        1.5,
        ge=0.0,
        le=10.0,
        description="How much more likely a token of the policy's own phrases is made; 0 for not "
        "at all. Unit: natural logarithm of a probability.",
    )
    before: Seconds = Field(
        0.256, ge=0.0, le=1.0, description="Audio before an onset that is decoded with it. Unit: s."
    )
    quiet: Seconds = Field(
        0.24, ge=0.1, le=2.0, description="Silence after which a stretch is final. Unit: s."
    )
    stable: Seconds = Field(
        0.125,
        ge=0.0,
        le=2.0,
        description="A word that another follows is stable once it has been the same for so long. "
        "Unit: s.",
    )
    flush: Seconds = Field(
        0.66,
        ge=0.0,
        le=2.0,
        description="Silence given to the model at the end of a stretch, so that it says its last "
        "words: as long as it looks ahead. Unit: s.",
    )
    behind: Seconds = Field(
        5.0,
        ge=0.5,
        le=60.0,
        description="A live call whose decoding falls behind by more ends with an error. Unit: s.",
    )
