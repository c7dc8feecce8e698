"""A caller that is an agent itself: two of our policies on one line.

It is connected once it has been greeted, as a calling machine would begin to talk. Its voice is
the scenario's, since our own agents' voices are not the ones that our ears understand best; of
the line it gets the noise, but not the band.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from agent.conversation import Conversation
from agent.opening import real_tools
from agent.records import Record
from policies.loading import load_policy
from scenarios.caller import default_voice
from scenarios.doubles import ScriptedTools
from scenarios.line import TelephoneLine
from scenarios.script import Scenario
from speech.protocols import Audio


class CallerAgent:
    """The other side of the line. Make one with ``open``."""

    def __init__(self, call: Conversation, line: TelephoneLine) -> None:
        self._call = call
        self._line = line
        self._connected = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, script: Scenario, path: Path, model: str | None
    ) -> AsyncIterator[CallerAgent]:
        """Open the agent that ``caller.policy`` of the scenario at ``path`` names."""
        assert script.caller.policy is not None
        caller = script.caller
        policy = load_policy(script.caller.policy, path)
        voice = policy.voice.model_copy(
            update={
                "name": caller.voice or default_voice(policy.language),
                "rate": caller.rate,
                "pitch": caller.pitch,
            }
        )
        policy = policy.model_copy(update={"voice": voice})
        opened = Conversation.open(
            policy,
            model=model,
            think=script.think_time,
            today=script.day,
            starts=script.starts,
            extra_words=script.hears,
            tools=ScriptedTools({}, real_tools()),
        )
        async with opened as call:
            yield cls(call, TelephoneLine(caller.line, caller.seed))

    @property
    def hung_up(self) -> bool:
        """Whether it has ended the call."""
        return self._call.ended is not None

    @property
    def journal(self) -> list[Record]:
        """Its own record of the call."""
        return self._call.journal

    def connect(self) -> None:
        """From the next frame on it hears and speaks."""
        self._connected = True

    async def next(self, heard: Audio) -> Audio:
        """What comes over the line from it, while it hears ``heard``."""
        frame = self._line.noise(heard.size)
        if self._connected and not self.hung_up:
            frame = frame + await self._call.step(heard)
        return np.asarray(np.clip(frame, -1.0, 1.0), dtype=np.float32)
