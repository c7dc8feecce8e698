"""A PortAudio whose devices are a table, for what no sound server can be made to do."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

Row = dict[str, Any]


def row(name: str, inputs: int, outputs: int, rate: float = 48_000.0) -> Row:
    """A device as sounddevice tells of it."""
    return {
        "name": name,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": rate,
    }


class PortAudioError(Exception):
    """As sounddevice has it."""


class Flags:
    """Nothing went wrong."""

    input_overflow = False
    output_underflow = False


def portaudio(
    rows: list[Row],
    default: tuple[int, int] = (-1, -1),
    rates: tuple[int, ...] = (48_000,),
    openings: int = 100,
) -> ModuleType:
    """A module that stands for sounddevice; ``openings``: how many streams it lets be opened.

    ``streams`` has those that were; ``turn`` and ``finish`` are what the system would do.
    """
    module: Any = ModuleType("sounddevice")

    class Stream:
        latency = (0.02, 0.03)

        def __init__(self, **settings: Any) -> None:
            if len(module.streams) >= openings:
                raise PortAudioError("Error opening Stream:\n Device unavailable", -9985)
            self.settings = settings
            self.state = "open"
            module.streams.append(self)

        def start(self) -> None:
            self.state = "started"

        def abort(self, ignore_errors: bool) -> None:
            assert ignore_errors
            self.finish()

        def close(self, ignore_errors: bool) -> None:
            self.state = "closed"

        def turn(self) -> Any:
            frames = self.settings["blocksize"]
            inputs, outputs = self.settings["channels"]
            wanted = np.full((frames, outputs), 9.0, np.float32)
            heard = np.ones((frames, inputs), np.float32)
            self.settings["callback"](heard, wanted, frames, None, Flags)
            return wanted

        def finish(self) -> None:
            self.settings["finished_callback"]()

    def checking(key: str) -> Callable[..., None]:
        def check(device: int, channels: int, dtype: str, samplerate: int) -> None:
            one = rows[device]
            least = one.get("least", 1)
            if samplerate not in one.get("rates", rates) or not least <= channels <= one[key]:
                raise PortAudioError("Invalid sample rate", -9997)

        return check

    module.streams = []
    module.PortAudioError = PortAudioError
    module.Stream = Stream
    module.query_devices = lambda: rows
    module.default = type("default", (), {"device": default})
    module.check_input_settings = checking("max_input_channels")
    module.check_output_settings = checking("max_output_channels")
    found: ModuleType = module
    return found
