"""The server: a socket, uvicorn around the application, and an end in good order."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from agent.live.pacing import WallClock
from agent.serving.apart.nursery import Nursery
from agent.serving.apart.switchboard import Switchboard
from agent.serving.app import application
from agent.serving.calls import Calls
from agent.serving.desk import Desk
from agent.serving.entries import ServedCall
from agent.serving.holding import Holding
from agent.serving.http import configured
from agent.serving.log import warned
from agent.serving.metrics import Metrics
from agent.serving.recovering import recovered, recovering
from agent.serving.terms import TOKENS_ENV, Terms
from agent.serving.tickets import Tickets
from agent.serving.warming import warmed
from agent.telemetry.exporting import open_telemetry

STOPS = (signal.SIGINT, signal.SIGTERM)


class _Uvicorn(uvicorn.Server):
    """It leaves the process's signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


def listening(host: str, port: int) -> socket.socket:
    """A socket that clients can reach; ``port`` 0: any that is free.

    Raises ``OSError`` that names the address.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(128)
            found.setblocking(False)
        except OSError:
            found.close()
            raise
    except socket.gaierror:
        raise OSError(errno.EADDRNOTAVAIL, "no such address", host) from None
    except OSError as error:
        number = error.errno or errno.EADDRINUSE
        raise OSError(number, os.strerror(number), f"{host}:{port}") from None
    return found


class Server:
    """Serves calls until it is told to stop.

    ``stop`` once: no more calls, and those that run may end within ``terms.drain_s``; twice: they
    are ended now. Their files are written in either case.
    """

    def __init__(self, terms: Terms, bound: socket.socket, nursery: Nursery | None = None) -> None:
        self.terms = terms
        self._socket = bound
        clock = WallClock()
        metrics, tickets = Metrics(), Tickets(clock)
        self.calls = calls = Calls(terms, metrics)
        board = None
        if nursery is not None:
            board = Switchboard(nursery, calls, tickets, clock, self._died)
        desk = Desk(terms, calls, clock, tickets, board)
        self.port: int = bound.getsockname()[1]
        self._stopping = asyncio.Event()
        # Calls that are held apart have theirs made where they are held.
        telemetry = None if board is not None else open_telemetry(terms.environment)
        self._holding = Holding(terms, calls, telemetry)
        config = configured(application(desk, self._holding, metrics, tickets), terms)
        self._uvicorn = _Uvicorn(config)

    def _died(self, call: ServedCall) -> None:
        self.calls.see_to(recovered(self.calls, call))

    def stop(self) -> None:
        """See the class; may be called from a signal handler of the event loop."""
        if self._stopping.is_set():
            self.calls.stop()
        self._stopping.set()

    async def run(self) -> None:
        """Serve; returns when it has stopped and every file is written."""
        if not self.terms.tokens:
            warned("server.open", why=f"{TOKENS_ENV} is not set: every program here may call")
        serving = asyncio.create_task(self._uvicorn.serve([self._socket]))
        stopping = asyncio.create_task(self._stopping.wait())
        left = asyncio.create_task(recovering(self.calls, self.terms.out))
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await self.calls.drain(self.terms.drain_s)
            await self._holding.close()
        finally:
            stopping.cancel()
            left.cancel()
            self._uvicorn.should_exit = True
            await serving


async def serve(
    terms: Terms, bound: socket.socket, ready: Callable[[], None], nursery: Nursery | None = None
) -> None:
    """Serve until SIGINT or SIGTERM. ``ready``: called once clients can be answered.

    ``nursery``: where calls are held; None: in this process. Raises as ``Conversation.open`` does
    where a policy cannot be served.
    """
    if nursery is None:
        await warmed(terms)
    server = Server(terms, bound, nursery)
    loop = asyncio.get_running_loop()
    for one in STOPS:
        loop.add_signal_handler(one, server.stop)
    try:
        ready()
        await server.run()
    finally:
        for one in STOPS:
            loop.remove_signal_handler(one)
