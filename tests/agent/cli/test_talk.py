"""``kairos talk`` before there is a call, and its meter. (tests.agent.live talks for real.)"""

from __future__ import annotations

import sys

import numpy as np
import pytest
from rich.console import Console

from agent.cli.app import main
from agent.cli.meter import Meter
from tests.agent.live.soundless import portaudio, row


def test_the_devices_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row("[bold]HDMI", 0, 8), row("Headset", 1, 2, 44_100.0)]
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio(rows, default=(1, 0)))
    assert main(["talk", "--list"]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["0", "[bold]HDMI", "-", "8", "48000", "Hz", "default", "output"]
    assert second.split() == ["1", "Headset", "1", "2", "44100", "Hz", "default", "input"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["talk"], "kairos: which policy? kairos talk POLICY"),
        (["talk", "nosuch"], "nosuch"),
        (["talk", "broadband", "--input", "x"], "kairos: no microphone 'x'; there are: 0 Headset"),
        (["talk", "broadband", "--output", "x"], "kairos: no loudspeaker 'x'; there are: 0"),
        (["talk", "broadband", "--echo", "loud"], "'loud' is not one of"),
    ],
)
def test_bad_input_is_one_line(
    command: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio([row("Headset", 1, 2)]))
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


@pytest.mark.parametrize("command", [["talk", "--list"], ["talk", "broadband"]])
def test_a_machine_without_sound_is_told_in_one_line(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio([]))
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("kairos: no microphone is there;")


def lit(meter: Meter) -> list[int]:
    """How much of either bar is."""
    console = Console(width=100)
    with console.capture() as shown:
        console.print(meter)
    microphone, agent = shown.get().split("agent")
    return [microphone.count("█"), agent.count("█")]


def test_the_meter_rises_at_once_and_falls_slowly() -> None:
    meter = Meter("Headset")
    quiet, loud = np.zeros(240, np.float32), np.full(240, 0.99, np.float32)
    assert lit(meter) == [0, 0]
    meter(loud, quiet)
    assert lit(meter) == [16, 0]
    meter(quiet, loud)
    assert lit(meter)[0] in (15, 16)
    for _ in range(100):
        meter(quiet, quiet)
    assert lit(meter) == [0, 0]


def test_a_narrow_terminal_cuts_the_meter() -> None:
    console = Console(width=20)
    assert len(console.render_lines(Meter("Headset"))) == 1
