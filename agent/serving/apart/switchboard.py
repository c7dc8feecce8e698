"""Where clients that were let in are put through to processes of their own."""

from __future__ import annotations

import socket
from collections.abc import Callable

from agent.live.pacing import LiveClock
from agent.serving.apart.line import Line
from agent.serving.apart.messages import Channel
from agent.serving.apart.nursery import Letter, Nursery, NurseryError
from agent.serving.apart.ward import Ward
from agent.serving.calls import Calls
from agent.serving.entries import ServedCall
from agent.serving.tickets import Inspector


class Switchboard:
    """``died``: called with a call whose process died."""

    def __init__(
        self,
        nursery: Nursery,
        calls: Calls,
        tickets: Inspector,
        clock: LiveClock,
        died: Callable[[ServedCall], None],
    ) -> None:
        self._nursery = nursery
        self._calls = calls
        self._tickets = tickets
        self._clock = clock
        self._died = died

    async def put_through(self, call: ServedCall, line: Line) -> None:
        """Have another process answer this client; returns when it is gone or its call is over.

        Raises ``NurseryError``.
        """
        ours, theirs = socket.socketpair()
        copy, came = line.copied()
        with copy, theirs:
            try:
                letter = Letter(call.id, call.policy, call.channel, came)
                self._nursery.fork(letter, copy, theirs)
            except NurseryError:
                ours.close()
                raise
            line.let_go()
        channel = await Channel.over(ours)
        ward = Ward(call, channel, self._calls, self._tickets, self._clock, self._died)
        call.under_way = ward
        # Its files may be written for a while after the line is free.
        self._calls.see_to(ward.watch())
        await ward.left.wait()
