"""A call that is stepped by its client's frames alone, as fast as they come."""

from __future__ import annotations

import numpy as np

from agent.conversation import Conversation
from agent.realtime.line import CallerLine
from speech.protocols import SAMPLE_RATE

FRAME = SAMPLE_RATE // 50


async def as_it_arrives(call: Conversation, line: CallerLine) -> None:
    """A driver for a client that keeps time itself: a frame out for each that came in."""
    rest = np.zeros(0, np.float32)
    while call.ended is None:
        came = await line.arrived(call)
        if not len(came):
            return
        rest = np.concatenate((rest, came))
        while len(rest) >= FRAME and call.ended is None:
            frame, rest = rest[:FRAME], rest[FRAME:]
            line.play(await call.step(frame))
