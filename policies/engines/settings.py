"""The engines behind ears and voices: which weights, which servers, on what they run."""

from __future__ import annotations

from pydantic import Field

from policies.engines.kyutai_stt import KyutaiStt
from policies.engines.kyutai_tts import KyutaiTts
from policies.engines.moshi import Moshi
from policies.engines.moshi_server import MoshiServer
from policies.engines.openai import OpenAIAudio
from policies.engines.pocket import PocketTts
from policies.engines.realtime import Realtime
from policies.engines.sherpa import Sherpa
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
    moshi_server: MoshiServer = Field(
        MoshiServer(), description="Kyutai's ears and voice behind moshi-server."
    )
    openai: OpenAIAudio = Field(
        OpenAIAudio(), description="Ears and voice of an OpenAI-compatible server."
    )
    pocket_tts: PocketTts = Field(
        PocketTts(), description="The voice pocket: pocket-tts in this process, on the CPU."
    )
    sherpa: Sherpa = Field(
        Sherpa(), description="The ears sherpa: a streaming transducer on the CPU."
    )
