"""A call's own process: it answers one connection, writes the call's files, and is gone."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from typing import NoReturn

from starlette.applications import Starlette
from uvicorn.server import ServerState

from agent.live.pacing import WallClock
from agent.serving.apart.line import Line, answered
from agent.serving.apart.messages import Channel
from agent.serving.apart.nursery import Letter
from agent.serving.apart.report import Report
from agent.serving.app import lines
from agent.serving.calls import Calls
from agent.serving.desk import Desk
from agent.serving.holding import Holding
from agent.serving.http import configured
from agent.serving.log import warned
from agent.serving.terms import Terms
from agent.telemetry.exporting import open_telemetry

SWITCH_S = 0.001
AFTERWARDS = 10
"""So much nicer than calls that run is the process whose call is over (see ``nice``)."""


def hold(terms: Terms, letter: Letter, line: socket.socket, channel: socket.socket) -> NoReturn:
    """To its end, in a process that was forked for it: it never returns."""
    code = 1
    try:
        sys.setswitchinterval(SWITCH_S)
        asyncio.run(_hold(terms, letter, line, channel))
        code = 0
    except Exception as error:
        warned("call.broke", call=letter.id, error=type(error).__name__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # What the first process is to do at its end is not this one's to do.
        os._exit(code)


async def _hold(terms: Terms, letter: Letter, line: socket.socket, channel: socket.socket) -> None:
    server = await Channel.over(channel)
    report = Report(server)
    calls = Calls(terms, report, names=lambda: letter.id)
    desk = Desk(terms, calls, WallClock(), report)
    holding = Holding(terms, calls, open_telemetry(terms.environment))
    config = configured(Starlette(routes=lines(desk, holding)), terms)
    config.load()
    listening = asyncio.create_task(report.listen(calls.stop))
    line.setblocking(False)
    _, protocol = await asyncio.get_running_loop().connect_accepted_socket(
        lambda: Line(config, ServerState(), {}), line
    )
    await answered(protocol, letter.came)
    os.nice(AFTERWARDS)
    await calls.written()
    await holding.close()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await server.close()
