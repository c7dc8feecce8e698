"""``kairos serve`` as a process of its own, and what can be seen of it from outside: its whole tree
of processes, whichever of them holds a call."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

TOKEN = "a-token-for-the-tests"
AUTH_TOKEN = "12345"
CODE = "from agent.cli.app import main; raise SystemExit(main())"
_TICKS_HZ = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Served:
    """A server that runs. ``log``: what it wrote to standard error."""

    process: subprocess.Popen[str]
    port: int
    out: Path
    log: Path

    def get(self, path: str) -> bytes:
        """The answer to a request that must be answered."""
        status, body = self.ask(path)
        assert status == 200, (status, body)
        return body

    def ask(self, path: str) -> tuple[int, bytes]:
        """The status and the body of an answer, on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def figures(self) -> dict[str, float]:
        """``/metrics``: each sample by its name, labels included."""
        lines = self.get("/metrics").decode().splitlines()
        pairs = [line.rsplit(" ", 1) for line in lines if line and not line.startswith("#")]
        return {name: float(value) for name, value in pairs}

    def figure(self, name: str) -> float:
        """One of them, over all labels."""
        same = [value for one, value in self.figures().items() if one.partition("{")[0] == name]
        return sum(same)

    def calls(self) -> list[dict[str, Any]]:
        """``/calls``."""
        found: list[dict[str, Any]] = json.loads(self.get("/calls"))["calls"]
        return found

    @property
    def pids(self) -> list[int]:
        """The server's processes, its own first."""
        children: dict[int, list[int]] = {}
        for one in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = one.read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(one.parent.name))
        tree = [self.process.pid]
        for pid in tree:
            tree += children.get(pid, [])
        return tree

    @property
    def memory_mb(self) -> float:
        """Memory of the tree, what several share counted once (MB of 10^6 bytes)."""
        total = 0
        for pid in self.pids:
            with suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        return total * 1024 / 1e6

    @property
    def cpu_s(self) -> float:
        """Processor time of the tree so far, of processes that have ended as well."""
        ticks = 0
        for pid in self.pids:
            with suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, stat[11:15]))
        return ticks / _TICKS_HZ

    @property
    def open_files(self) -> int:
        """Descriptors of the tree."""
        count = 0
        for pid in self.pids:
            with suppress(OSError):
                count += len(os.listdir(f"/proc/{pid}/fd"))
        return count

    def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Until something is seen of it from outside, which can tell nobody."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def emptied(self, calls: int | None = None) -> None:
        """Until no client is there, and the files of so many calls are written and counted."""
        self.until(lambda: self.figure("kairos_active_calls") == 0)
        if calls is not None:
            self.until(lambda: self.figure("kairos_calls_total") == calls)

    def stop(self, seconds: float = 60.0) -> int:
        """Let it drain, and say how it exited."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """A server on a free port, ready; killed at the end where it has not ended by then."""
    out, log = folder / "calls", folder / "server.log"
    environment = {**os.environ, "KAIROS_TOKENS": TOKEN, "TWILIO_AUTH_TOKEN": AUTH_TOKEN}
    command = [sys.executable, "-c", CODE, "serve", "broadband", "--port", "0", "--out", str(out)]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("serving "), log.read_text()[-3000:]
            yield Served(process, int(line.rpartition(":")[2]), out, log)
        finally:
            process.kill()
