"""Holding a served call in this process: its conversation, and its files once it is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agent import files
from agent.conversation import Conversation
from agent.figures import Figures, measure
from agent.recording import read_recording
from agent.records import Record
from agent.result import sum_up
from agent.serving.calls import Calls
from agent.serving.entries import ServedCall
from agent.serving.log import warned
from agent.serving.tally import tallied
from agent.serving.terms import Terms
from agent.telemetry.exporting import Telemetry
from policies.policy import Policy
from system2.tools.answers import Toolbox


class Holding:
    """The conversations of this process. ``calls`` is told of each; ``telemetry`` makes spans of
    them."""

    def __init__(self, terms: Terms, calls: Calls, telemetry: Telemetry | None = None) -> None:
        self._terms = terms
        self._calls = calls
        self._telemetry = telemetry

    @asynccontextmanager
    async def held(
        self,
        call: ServedCall,
        policy: Policy,
        tools: Toolbox | None = None,
        caller_id: str | None = None,
    ) -> AsyncIterator[Conversation]:
        """A call's conversation, whose files are written when it is over. Raises as
        ``Conversation.open`` does."""
        terms = self._terms
        opened = Conversation.open(
            policy,
            speech=terms.speech,
            model=terms.model,
            caller_id=caller_id,
            out=call.folder,
            clock="live",
            tools=tools,
            report=False,
            channel=call.channel,
        )
        began = time.perf_counter()
        held: Conversation | None = None
        try:
            async with opened as conversation:
                held = conversation
                if self._telemetry is not None:
                    self._telemetry.attach(conversation, channel=call.channel, call=call.id)
                self._calls.began(call, conversation)
                limit = asyncio.get_running_loop().call_later(
                    terms.session_s, call.stop, "time_out"
                )
                try:
                    yield conversation
                finally:
                    limit.cancel()
        finally:
            if held is not None:
                self._over(call, held, time.perf_counter() - began)

    async def close(self) -> None:
        """Once all files are written: send what is left to be sent."""
        if self._telemetry is not None:
            await asyncio.to_thread(self._telemetry.close)

    def _over(self, call: ServedCall, conversation: Conversation, wall_s: float) -> None:
        # The records are kept in the file alone, so the call is let go of here.
        self._calls.over(call, conversation.ended or "error", conversation.now)
        if call.duration_s:
            records = list(conversation.journal)
            self._calls.see_to(self._write(call, records, conversation.policy, wall_s))

    async def _write(
        self, call: ServedCall, records: list[Record], policy: Policy, wall_s: float
    ) -> None:
        try:
            # It takes longer than a frame, and others talk.
            figures = await asyncio.to_thread(written, call.folder, records, policy, wall_s)
        except Exception as error:
            warned("call.not_written", call=call.id, error=type(error).__name__)
        else:
            self._calls.measured(call, tallied(records, figures, call.flow))


def written(folder: Path, records: list[Record], policy: Policy, wall_s: float) -> Figures:
    """Write the last files of a call that is over, and measure it."""
    channels = read_recording(folder / files.RECORDING)
    figures = measure(records, *channels)
    result = sum_up(records, figures, fidelity="audio", wall_s=wall_s)
    files.write_outcome(folder, result, records, *channels, policy=policy)
    return figures
