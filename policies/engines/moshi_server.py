"""Kyutai's moshi-server: where its ears and voices are, and how long it is waited for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policies.addresses import SocketUrl
from policies.model import EnvName, FileBeside, Seconds, Section, Text

SocketUrls = Annotated[tuple[SocketUrl, ...], Field(min_length=1, max_length=64, strict=False)]


class MoshiServer(Section):
    """Servers of Kyutai's speech recognition and synthesis, and the limits of asking them."""

    stt: SocketUrls = Field(
        ("ws://127.0.0.1:8090",),
        description="Servers that recognise speech; each call takes one of them by lot, and the "
        "next where that has no free channel.",
    )
    tts: SocketUrls = Field(
        ("ws://127.0.0.1:8089",),
        description="Servers that speak; each utterance takes one of them by lot.",
    )
    key_env: EnvName = Field(
        "KAIROS_MOSHI_SERVER_KEY",
        description="The environment variable that holds the servers' key; where it is not set, "
        "moshi-server's own public_token is sent.",
    )
    voice: Text | None = Field(
        None,
        description="A voice as the servers know it, such as "
        "expresso/ex03-ex01_happy_001_channel1_334s.wav; without one the policy's voice.name, "
        "and without that the servers' own.",
    )
    embedding: FileBeside | None = Field(
        None,
        description="A voice as a safetensors file with speaker_wavs, sent to the servers in "
        "place of a name; relative to the policy.",
    )
    connect: Seconds = Field(
        2.0, gt=0, le=60, description="How long one server may take to be ready. Unit: s."
    )
    answer: Seconds = Field(
        10.0,
        gt=0,
        le=120,
        description="A server that owes an answer and says nothing for so long is given up. "
        "Unit: s.",
    )
    retries: int = Field(
        3,
        ge=0,
        le=20,
        description="How often all servers are tried again after the first time, when none "
        "takes the call or the line broke. No unit.",
    )
    backoff: Seconds = Field(
        0.25,
        gt=0,
        le=30,
        description="Wait before the first such try, doubled before each one after it. Unit: s.",
    )
    keep: Seconds = Field(
        30.0,
        ge=1,
        le=300,
        description="How much of the caller is kept, to be heard once a broken line is up again; "
        "what is older is lost. A server that is twice so far behind is given up. Unit: s.",
    )
    prefix: Seconds = Field(
        0.0,
        ge=0,
        le=5,
        description="Silence that the model wants before a call: 0 for stt-1b-en_fr, 1 for "
        "stt-2.6b-en. Unit: s.",
    )
    delay: Seconds = Field(
        0.5,
        ge=0,
        le=5,
        description="How far the model's words are behind: 0.5 for stt-1b-en_fr, 2.5 for "
        "stt-2.6b-en. At a pause so much silence is sent at once to have them. Unit: s.",
    )
    heads: bool = Field(
        True,
        description="Whether the model has pause heads, as stt-1b-en_fr has. A server tells of "
        "its steps with them alone; without them, as for stt-2.6b-en, in virtual time words come "
        "at pauses only, and delay must not be too short.",
    )
    quiet: Seconds = Field(
        0.24,
        ge=0.1,
        le=2,
        description="Silence after which a stretch of speech is over and its last words are "
        "asked for. Unit: s.",
    )
