"""A sound card without one: a PulseAudio server of the tests' own, in a temporary folder.

What is played into ``mic_feed`` comes from the microphone; what goes to the loudspeaker can be
recorded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEEDS = {
    "pulseaudio": "pulseaudio",
    "pulseaudio-utils": "pacat",
    "libasound2-plugins": "",
    "libportaudio2": "",
}
"""Debian packages, and a command of each that has one."""

_MODULES = (
    "module-null-sink sink_name=mic_feed rate=48000 channels=1 channel_map=mono",
    "module-null-sink sink_name=spk rate=48000 channels=2",
    "module-remap-source source_name=mic master=mic_feed.monitor",
)


class SoundServer:
    """``env``: what a program needs to have it for its sound card."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "native"
        home = folder / "home"
        home.mkdir()
        self._own = {"PULSE_RUNTIME_PATH": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self._own |= {"HOME": str(home), "PATH": os.environ["PATH"]}
        self.env = {
            **os.environ,
            **self._own,
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SOURCE": "mic",
            "PULSE_SINK": "spk",
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Returns once programs can use it."""
        command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no"]
        command += ["--exit-idle-time=-1", "--high-priority=no", "--realtime=no"]
        access = f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"
        for module in (access, *_MODULES):
            command += ["-L", module]
        server = self._begin(command, self._own)
        deadline = time.monotonic() + 20
        while (
            subprocess.run(
                ["pactl", "list", "sources", "short"],
                env=self.env,
                capture_output=True,
                check=False,
            ).stdout.count(b"\n")
            < 3
        ):
            assert server.poll() is None, "pulseaudio ended at once"
            assert time.monotonic() < deadline, "pulseaudio does not answer"
        # A sink that nobody plays into wakes up every two seconds only.
        for sink in ("mic_feed", "spk"):
            self._begin(["pacat", "-d", sink, *_FORMAT, "/dev/zero"], self.env)

    def play(self, wav: Path) -> None:
        """Say it into the microphone; returns once it has been said."""
        command = ["paplay", "-d", "mic_feed", "--latency-msec=100", str(wav)]
        subprocess.run(command, env=self.env, check=True, timeout=60)

    @contextmanager
    def recording(self, wav: Path) -> Iterator[None]:
        """Keep what the loudspeaker plays while the context lasts."""
        command = [
            "parec",
            "-d",
            "spk.monitor",
            "--latency-msec=100",
            "--file-format=wav",
            str(wav),
        ]
        recorder = self._begin(command, self.env)
        try:
            yield
        finally:
            recorder.terminate()
            recorder.wait(20)

    def stop(self) -> None:
        """Pull the card out."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(20)
        self._processes.clear()

    def _begin(self, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._processes.append(process)
        return process


_FORMAT = ("--latency-msec=10", "--rate=48000", "--channels=1", "--format=s16le")


def missing() -> list[str]:
    """Debian packages that are not there."""
    return [
        package
        for package, command in NEEDS.items()
        if (shutil.which(command) is None if command else not _library(package))
    ]


def _library(package: str) -> bool:
    name = {"libasound2-plugins": "alsa-lib/libasound_module_pcm_pulse.so"}
    name["libportaudio2"] = "libportaudio.so.2"
    return any(Path("/usr/lib").glob(f"*/{name[package]}"))


@contextmanager
def running() -> Iterator[SoundServer]:
    """A server while the context lasts; the test fails where a package for it is missing."""
    if lacks := missing():
        pytest.fail(f"needs a sound server: apt-get install {' '.join(lacks)}")
    # Not pytest's folder: the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="kairos-pulse-", dir="/tmp"))
    server = SoundServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
