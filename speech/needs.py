"""What each pair of ears and each voice needs: packages, weights or a server, and machine.

The costs are measured or quoted for one call unless they say otherwise; ``kairos doctor`` prints
them beside what it measures itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Needs:
    """``packages``: as pip names them; ``extra``: of ours, which brings them.

    ``elsewhere``: it runs on a server, which measuring asks, and pays. ``cost``: what running it
    takes.
    """

    packages: tuple[str, ...]
    extra: str
    cost: str
    elsewhere: bool = False


_EMBEDDED = ("onnxruntime", "pocketsphinx")
_METERS = ("onnxruntime",)
"""Voice activity is Silero's, whatever knows the words."""

EARS_NEED: Mapping[str, Needs] = MappingProxyType(
    {
        "embedded": Needs(_EMBEDDED, "embedded", "0.05 of a CPU core, 90 MB on disk; English"),
        "embedded+smart-turn": Needs(
            (*_EMBEDDED, "pipecat-ai"), "smart-turn", "0.06 of a CPU core; English"
        ),
        "kyutai": Needs(
            (*_METERS, "moshi", "torch"),
            "kyutai",
            "a GPU with 3 GB and more (bfloat16), shared by all calls; English and French",
        ),
        "moshi-server": Needs(
            (*_METERS, "websockets", "msgpack"),
            "servers",
            "a moshi-server with a GPU: 64 calls on an L40S, 400 on an H100 (its makers' figures)",
            elsewhere=True,
        ),
        "openai": Needs(
            (*_METERS, "openai"), "openai", "a server's transcription of every turn", elsewhere=True
        ),
        "openai-realtime": Needs(
            (*_METERS, "openai", "websockets"),
            "openai",
            "a server's transcription of the whole call",
            elsewhere=True,
        ),
        "sherpa": Needs(
            (*_METERS, "sherpa-onnx"), "sherpa", "a part of a CPU core; English and Chinese"
        ),
    }
)

VOICES_NEED: Mapping[str, Needs] = MappingProxyType(
    {
        "embedded": Needs(("espeakng-loader",), "embedded", "0.01 of a CPU core; many languages"),
        "kyutai": Needs(
            ("moshi", "torch"),
            "kyutai",
            "a GPU with 6 GB and more, shared by all calls; English and French",
        ),
        "pocket": Needs(
            ("pocket-tts", "torch"),
            "pocket",
            "one or two CPU cores while it speaks, one call at a time; seven European languages",
        ),
        "moshi-server": Needs(
            ("websockets", "msgpack"),
            "servers",
            "a moshi-server with a GPU: 16 to 32 calls on an L40S (its makers' figure)",
            elsewhere=True,
        ),
        "openai": Needs(("openai",), "openai", "a server's speech for every line", elsewhere=True),
    }
)
