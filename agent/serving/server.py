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

from agent.conversation import Conversation
from agent.serving.app import Served, application
from agent.serving.connections import MeteredWebSocket, PatientHttp
from agent.serving.log import warned
from agent.serving.terms import TOKENS_ENV, Terms

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

    def __init__(self, terms: Terms, bound: socket.socket) -> None:
        self._terms = terms
        self._socket = bound
        self.served: Served = application(terms)
        self.port: int = bound.getsockname()[1]
        self._stopping = asyncio.Event()
        config = uvicorn.Config(
            self.served.app,
            http=PatientHttp,
            ws=MeteredWebSocket,
            ws_max_size=terms.message_bytes,
            # Sound does not get shorter by it, and a short message may come out long.
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        self._uvicorn = _Uvicorn(config)

    def stop(self) -> None:
        """See the class; may be called from a signal handler of the event loop."""
        if self._stopping.is_set():
            self.served.calls.stop()
        self._stopping.set()

    async def run(self) -> None:
        """Serve; returns when it has stopped and every file is written."""
        if not self._terms.tokens:
            warned("server.open", why=f"{TOKENS_ENV} is not set: every program here may call")
        serving = asyncio.create_task(self._uvicorn.serve([self._socket]))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await self.served.calls.drain(self._terms.drain_s)
        finally:
            stopping.cancel()
            self._uvicorn.should_exit = True
            await serving


async def tried(terms: Terms) -> None:
    """Open a call of each policy and leave it: what cannot be opened is refused before a caller
    waits for it, and what is read once has been read.

    Raises as ``Conversation.open`` does.
    """
    for policy in terms.policies.values():
        async with Conversation.open(policy, speech=terms.speech, model=terms.model, clock="live"):
            pass


async def serve(terms: Terms, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM. ``ready``: called once clients can be answered.

    Raises as ``Conversation.open`` does where a policy cannot be served.
    """
    await tried(terms)
    server = Server(terms, bound)
    loop = asyncio.get_running_loop()
    for one in STOPS:
        loop.add_signal_handler(one, server.stop)
    try:
        ready()
        await server.run()
    finally:
        for one in STOPS:
            loop.remove_signal_handler(one)
