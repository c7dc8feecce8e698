"""A server of the OpenAI Realtime protocol: where it is and how it speaks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.addresses import ServerUrl
from policies.model import EnvName, Section, Text


class Realtime(Section):
    """The server behind ``model: {name: realtime:MODEL}``. The caller's voice is sent there.

    How long it may take stands under ``model``: connect, first_token, next_token (of sound as of
    words) and total.
    """

    url: ServerUrl = Field(
        "https://api.openai.com/v1",
        description="Base URL of the server; /realtime is added. Use https for whatever is not "
        "this machine.",
    )
    key_env: EnvName = Field(
        "OPENAI_API_KEY",
        description="The environment variable that holds the server's key; a server that wants "
        "none needs none.",
    )
    voice: Text | None = Field(
        None, description="A voice as the server knows it. Left out: the server's own choice."
    )
    dialect: Literal["current", "beta"] = Field(
        "current",
        description="current: as OpenAI's server speaks it today; beta: as it did before, and many "
        "others still do.",
    )
