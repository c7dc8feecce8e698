"""A warm process that forks one for each call.

It has opened a call of each policy once, so the models that this needs are in its memory, which
its children share; it has no thread and no event loop of its own, so that it can be forked.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType

from agent.serving.entries import Channel
from agent.serving.terms import Terms

LONGEST = 128 * 1024
"""A message's length (bytes): a request's head is half of that at most."""

ENDS_WITHIN_S = 5.0
TAKES_WITHIN_S = 1.0
"""How long it may take to take a letter; the server waits for it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Whom a process is to be forked for. ``came``: what the client has sent."""

    id: str
    policy: str
    channel: Channel
    came: bytes


class NurseryError(Exception):
    """It has ended; the text is one line."""


class Nursery:
    """The server's end of it. A context: at its end the nursery ends too, the calls do not."""

    def __init__(self, terms: Terms) -> None:
        """Returns once a call of each policy was opened. Raises ``NurseryError`` where no process
        can be forked from it, else as ``Conversation.open`` does."""
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        program = f"from agent.serving.apart.nursery import main; main({theirs.fileno()})"
        path = os.pathsep.join(one for one in sys.path if one)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": path},
            )
        assert self._process.stdin is not None
        said = b""
        # It may be gone before it has read or said anything.
        with suppress(OSError):
            with self._process.stdin as pipe:
                pickle.dump(replace(terms, environment=dict(terms.environment)), pipe)
            said = self._ours.recv(LONGEST)
        if said != _READY:
            self.close()
            if not said:
                raise NurseryError("the process that is to fork calls' could not start")
            raise pickle.loads(said)
        self._ours.settimeout(TAKES_WITHIN_S)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def fork(self, letter: Letter, line: socket.socket, channel: socket.socket) -> None:
        """Have a process answer a client. Raises ``NurseryError``."""
        try:
            fds = [line.fileno(), channel.fileno()]
            socket.send_fds(self._ours, [pickle.dumps(letter)], fds)
        except OSError:
            raise NurseryError("the process that forks calls' has ended") from None

    def close(self) -> None:
        """No more calls."""
        self._ours.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_READY = b"ready"


def main(descriptor: int) -> None:
    """The process itself; ``descriptor``: its end of the pair of sockets."""
    import asyncio

    from agent.serving.apart.child import hold
    from agent.serving.warming import rehearsed, warmed
    from agent.telemetry.exporting import preload

    server = socket.socket(fileno=descriptor)
    # Whoever stops the server stops calls through it: in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    terms: Terms = pickle.load(sys.stdin.buffer)
    try:
        asyncio.run(warmed(terms))
        asyncio.run(rehearsed(terms))
        preload(terms.environment)
    except Exception as error:
        server.send(_sendable(error))
        return
    # What is there now is there for good: collecting garbage would copy it into each process.
    gc.collect()
    gc.freeze()
    for thread in threading.enumerate()[1:]:
        thread.join(ENDS_WITHIN_S)
    if others := [one.name for one in threading.enumerate()[1:]]:
        server.send(_sendable(NurseryError(f"it has threads: {', '.join(others)}")))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server.send(_READY)
    while True:
        said, fds, _, _ = socket.recv_fds(server, LONGEST, 2)
        if not said:
            return
        if os.fork():
            for one in fds:
                os.close(one)
            continue
        server.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        letter: Letter = pickle.loads(said)
        line, channel = (socket.socket(fileno=one) for one in fds)
        hold(terms, letter, line, channel)


def _sendable(error: Exception) -> bytes:
    """An error that the server's process can raise."""
    try:
        data = pickle.dumps(error)
        pickle.loads(data)
    except Exception:
        return pickle.dumps(NurseryError(f"{type(error).__name__}: {error}"))
    return data
