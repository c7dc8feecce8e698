"""The line between the microphone and the ears: what is done to its sound before it is heard."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from policies.model import Seconds, Section


class Echo(StrEnum):
    """What happens to the agent's own voice where the microphone hears the loudspeaker."""

    LEAVE = "leave"
    CANCEL = "cancel"


class Level(StrEnum):
    """What happens to the level of the line."""

    LEAVE = "leave"
    AUTOMATIC = "automatic"


class Line(Section):
    """How the caller's sound is prepared. A telephone network has done that already."""

    echo: Echo = Field(
        Echo.LEAVE,
        strict=False,
        description="cancel: take the agent's own voice out of what the microphone hears, for a "
        "loudspeaker in the same room. It makes speech over the agent's harder to understand, so "
        "leave it where there is no echo: on the telephone and with headphones.",
    )
    echo_delay: Seconds = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Known delay from the agent's sound to its echo, as a first guess. Unit: s.",
    )
    level: Level = Field(
        Level.LEAVE,
        strict=False,
        description="automatic: bring a soft or loud microphone to a usual level within a few "
        "seconds. What is told from levels (a raised voice, somebody far off) is less sure then.",
    )
