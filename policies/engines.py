"""The engines behind ears and voices: which weights, which servers, on what they run."""

from __future__ import annotations

from pydantic import Field

from policies.engines_kyutai_stt import KyutaiStt
from policies.engines_kyutai_tts import KyutaiTts
from policies.engines_moshi import Moshi
from policies.engines_moshi_server import MoshiServer
from policies.engines_openai import OpenAIAudio
from policies.engines_pocket import PocketTtsSettings
from policies.engines_realtime import Realtime
from policies.engines_sherpa import SherpaSettings
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
    pocket_tts: PocketTtsSettings = Field(
        PocketTtsSettings(), description="The voice pocket: pocket-tts in this process, on the CPU."
    )
    sherpa: SherpaSettings = Field(
        SherpaSettings(), description="The ears sherpa: a streaming transducer on the CPU."
    )
