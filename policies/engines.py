"""The engines behind ears and voices: which weights, which servers, on what they run."""

from __future__ import annotations

from pydantic import Field

from policies.engines_kyutai_stt import KyutaiStt
from policies.engines_kyutai_tts import KyutaiTts
from policies.model import Section


class Engines(Section):
    """The settings of the speech engines; those that no profile names are not looked at."""

    kyutai_stt: KyutaiStt = Field(
        KyutaiStt(), description="Kyutai's ears: the speech profile's part kyutai."
    )
    kyutai_tts: KyutaiTts = Field(
        KyutaiTts(), description="Kyutai's voice: the speech profile's part kyutai."
    )
