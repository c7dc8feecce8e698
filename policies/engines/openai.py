"""Servers that speak OpenAI's audio protocols: which models, and the limits of asking them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.addresses import ServerUrl
from policies.model import EnvName, Seconds, Section, Text


class OpenAIAudio(Section):
    """Speech, transcription and realtime transcription of one OpenAI-compatible server.

    What callers say is sent there; transcription also sends the policy's own words.
    """

    url: ServerUrl = Field(
        "https://api.openai.com/v1",
        description="Where the server is; /audio/speech, /audio/transcriptions and /realtime "
        "are added.",
    )
    key_env: EnvName = Field(
        "OPENAI_API_KEY",
        description="The environment variable that holds the server's key; a server that wants "
        "none needs none.",
    )
    speech_model: Text = Field("gpt-4o-mini-tts", description="The model that speaks.")
    transcription_model: Text = Field(
        "whisper-1", description="The model that transcribes stretches of speech."
    )
    realtime_model: Text = Field(
        "gpt-4o-transcribe", description="The model of realtime transcription sessions."
    )
    voice: Text | None = Field(
        None,
        description="A voice as the server knows it; without one the policy's voice.name, and "
        "without that alloy.",
    )
    instructions: Text | None = Field(
        None, description="How the voice is to speak, for models that can be told."
    )
    stream: Literal["audio", "sse"] = Field(
        "audio",
        description="How speech comes: audio, the bytes themselves; sse, events with the audio "
        "in base64.",
    )
    word_times: bool = Field(
        True,
        description="Ask for each word's times (verbose_json); a server that refuses is asked "
        "without, and the words are spread over the stretch.",
    )
    prompt: bool = Field(
        True, description="Tell the transcriber the policy's own words, as a prompt."
    )
    connect: Seconds = Field(5.0, gt=0, le=60, description="How long connecting may take. Unit: s.")
    answer: Seconds = Field(
        15.0,
        gt=0,
        le=120,
        description="How long a transcription, or the next piece of speech, may take. Unit: s.",
    )
    retries: int = Field(
        2, ge=0, le=10, description="How often a failed request is made again. No unit."
    )
    backoff: Seconds = Field(
        0.25,
        gt=0,
        le=30,
        description="Wait before the first such try, doubled before each one after it. Unit: s.",
    )
    quiet: Seconds = Field(
        0.4,
        ge=0.1,
        le=2,
        description="Silence after which a stretch of speech is over and is sent. Unit: s.",
    )
    longest: Seconds = Field(
        30.0,
        ge=2,
        le=300,
        description="A stretch of speech that is longer is sent in parts. Unit: s.",
    )
