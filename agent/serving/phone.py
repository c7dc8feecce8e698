"""A telephone call on its media stream: the conversation at the pace of the line."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np

from agent.conversation import Conversation
from agent.live.jitter import JitterBuffer
from agent.live.pacing import FRAME_SAMPLES, LiveClock, Pacer, drive
from agent.realtime.socket import Gone
from agent.records import CallEnded, Decision
from agent.serving.entries import ServedCall
from agent.serving.holding import Holding
from agent.serving.log import warned
from agent.serving.wire import WebSocketWire
from agent.telephony.control import CallControl, ControlError, conclude
from agent.telephony.controls import call_control
from agent.telephony.leg import PhoneLeg
from agent.telephony.media import MediaStream, Message
from policies.policy import Policy
from speech.protocols import SAMPLE_RATE, Audio

MOST_UNSENT = 1500
"""Messages that wait for a provider that does not read: half a minute of sound."""


class PhoneCall:
    """One call on a stream that has started."""

    def __init__(
        self, wire: WebSocketWire, stream: MediaStream, policy: Policy, clock: LiveClock
    ) -> None:
        self._wire = wire
        self._stream = stream
        self._policy = policy
        self._clock = clock
        self._heard = JitterBuffer(SAMPLE_RATE)
        self._pacer = Pacer(clock)
        self._unsent: asyncio.Queue[Message] = asyncio.Queue(MOST_UNSENT)
        self._keys: set[asyncio.Task[None]] = set()

    async def hold(
        self,
        holding: Holding,
        call: ServedCall,
        theirs: str,
        caller: str | None,
        environment: Mapping[str, str],
    ) -> None:
        """To its end. ``theirs``: the provider's id of the call; ``caller``: who calls."""
        control = self._control(call, theirs, environment)
        code = 1011
        try:
            async with holding.held(call, self._policy, caller_id=caller) as conversation:
                if control is not None and control.sends_digits:
                    self._press_by(conversation, control, call)
                try:
                    await self._joined(conversation)
                finally:
                    call.flow.pace = self._pacer.pace
                    call.flow.silence = self._heard.silence
                    call.flow.dropped = self._heard.dropped
                    call.flow.shortened = self._heard.shortened
            code = 1000
            if control is not None:
                await self._conclude(conversation, control, call)
        finally:
            if control is not None:
                await control.close()
            await self._wire.close(code, "")

    async def _joined(self, conversation: Conversation) -> None:
        leg = PhoneLeg(conversation, self._stream, self._policy.telephony.marks)
        reading = asyncio.create_task(self._read(leg))
        writing = asyncio.create_task(self._write(conversation))
        try:

            def send(audio: Audio) -> None:
                self._send(leg, conversation, audio)

            await drive(conversation, self._heard, send, self._pacer)
            # The last words are on their way still.
            silence = np.zeros(FRAME_SAMPLES, np.float32)
            while not leg.over and not reading.done() and not writing.done():
                await self._pacer.wait()
                send(silence)
                self._pacer.done()
        finally:
            reading.cancel()
            writing.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)

    async def _read(self, leg: PhoneLeg) -> None:
        try:
            while True:
                for sound in leg.receive(await self._wire.receive()):
                    self._heard.add(sound.audio)
        except Gone:
            leg.closed()

    async def _write(self, conversation: Conversation) -> None:
        try:
            while True:
                await self._wire.send(await self._unsent.get())
        except Gone:
            conversation.caller_hangs_up()

    def _send(self, leg: PhoneLeg, conversation: Conversation, audio: Audio) -> None:
        for message in leg.answer(audio):
            try:
                self._unsent.put_nowait(message)
            except asyncio.QueueFull:
                conversation.stop("error")
                return

    def _control(
        self, call: ServedCall, theirs: str, environment: Mapping[str, str]
    ) -> CallControl | None:
        try:
            return call_control(self._policy.telephony, theirs, environment)
        except ControlError as error:
            # The stream's end still ends the call; it cannot be handed on.
            warned("call.no_control", call=call.id, reason=str(error))
            return None

    def _press_by(self, conversation: Conversation, control: CallControl, call: ServedCall) -> None:
        async def pressed(digits: str) -> None:
            try:
                await control.send_digits(digits)
            except ControlError as error:
                warned("call.not_pressed", call=call.id, reason=str(error))

        def press(digits: str) -> None:
            task = asyncio.create_task(pressed(digits))
            self._keys.add(task)
            task.add_done_callback(self._keys.discard)

        conversation.press_by(press)

    async def _conclude(
        self, conversation: Conversation, control: CallControl, call: ServedCall
    ) -> None:
        records = conversation.journal
        ended = next(one for one in reversed(records) if isinstance(one, CallEnded))
        summaries = [one.summary for one in records if isinstance(one, Decision) and one.summary]
        text = summaries[-1].text if summaries else None
        try:
            await conclude(ended, control, self._policy.transfer, text)
        except ControlError as error:
            warned("call.not_concluded", call=call.id, reason=str(error))
