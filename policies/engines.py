"""The engines behind ears and voices: which weights, which servers, on what they run."""

from __future__ import annotations

from pydantic import Field

from policies.engines_kyutai_stt import KyutaiStt
from policies.engines_kyutai_tts import KyutaiTts
from policies.engines_moshi import Moshi
from policies.engines_realtime import Realtime
from policies.model import Section


class Engines(Section):
    """The settings of the speech engines; those that no profile names are not looked at."""

    kyutai_stt: KyutaiStt = Field(
        KyutaiStt(), description="Kyutai's ears: the speech profile's part kyutai."
    )
    kyutai_tts: KyutaiTts = Field(
        KyutaiTts(), description="Kyutai's voice: the speech profile's part kyutai."
    )
    realtime: Realtime = Field(
        Realtime(), description="The server of a model that is called realtime:MODEL."
    )
    moshi: Moshi = Field(Moshi(), description="The model that is called moshi.")
