"""The engines behind ears and voices: which weights, which servers, on what they run."""

from __future__ import annotations

from pydantic import Field

from policies.engines_pocket import PocketTtsSettings
from policies.engines_sherpa import SherpaSettings
from policies.model import Section


class Engines(Section):
    """The settings of the speech engines; those that no profile names are not looked at."""

    pocket_tts: PocketTtsSettings = Field(
        PocketTtsSettings(), description="The voice pocket: pocket-tts in this process, on the CPU."
    )
    sherpa: SherpaSettings = Field(
        SherpaSettings(), description="The ears sherpa: a streaming transducer on the CPU."
    )
