"""A conversation on the machine's own microphone and loudspeaker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Literal, Protocol, TypeAlias

import numpy as np

from agent.live.pacing import Paced
from policies.line import Echo, Level
from policies.policy import Policy
from speech.protocols import SAMPLE_RATE, Audio

Ending: TypeAlias = Literal["ended", "hung_up", "lost"]
"""Why talking is over: the call ended, the caller hung up here, or the sound card is gone."""

_TICK = SAMPLE_RATE // 100
_LONGEST_DELAY_S = 0.5


class Talked(Paced, Protocol):
    """A call whose caller can hang up."""

    def caller_hangs_up(self) -> None:
        """Takes effect at the next step."""
        ...


class Sound(Protocol):
    """What carries the sound, and whose clock it is; see ``agent.live.soundcard.LiveSound``."""

    async def heard(self) -> Audio | None:
        """What the caller said next; None once there will be no more."""
        ...

    def say(self, audio: Audio) -> None:
        """What the agent says in that time."""
        ...

    async def said(self) -> None:
        """Until all of it can have been heard."""
        ...


async def talk(
    call: Talked,
    sound: Sound,
    hang_up: asyncio.Event,
    meter: Callable[[Audio, Audio], None] = lambda heard, said: None,
) -> Ending:
    """Hold a call until it ends, the caller hangs up or the sound is gone.

    ``meter`` is given what either said, frame by frame.
    """
    while call.ended is None:
        frame = await sound.heard()
        if frame is None or hang_up.is_set():
            call.caller_hangs_up()
            await call.step(np.zeros(_TICK, np.float32))
            return "lost" if frame is None else "hung_up"
        answer = await call.step(frame)
        sound.say(answer)
        meter(frame, answer)
    await sound.said()
    return "ended"


def on_this_line(policy: Policy, echo: Echo | None, delay_s: float) -> Policy:
    """The policy as this line wants it.

    ``echo``: what is to be done about it. None: what the policy says, and where it says nothing
    cancelling if that is installed. ``delay_s``: how long the echo takes, unless the policy knows.
    """
    told = policy.line.model_fields_set
    wanted = policy.line.echo
    if echo is not None:
        wanted = echo
    elif "echo" not in told:
        wanted = Echo.CANCEL if can_cancel() else Echo.LEAVE
    delay = policy.line.echo_delay
    if "echo_delay" not in told:
        delay = round(min(max(delay_s, 0.0), _LONGEST_DELAY_S), 3)
    line = policy.line.model_copy(update={"echo": wanted, "echo_delay": delay})
    return policy.model_copy(update={"line": line})


def without_preparation(policy: Policy) -> Policy:
    """The policy for a conversation whose sound has been prepared on its way."""
    line = policy.line.model_copy(update={"echo": Echo.LEAVE, "level": Level.LEAVE})
    return policy.model_copy(update={"line": line})


def can_cancel() -> bool:
    """What cancels echo is installed."""
    return find_spec("livekit") is not None
