"""The sound card: which devices, which rate, and what is said where there is none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from agent.live.exchange import Exchange
from agent.live.soundcard import SoundCard, device, devices
from speech.errors import SpeechError
from tests.agent.live.soundless import portaudio, row

ROWS = [row("HDMI", 0, 8), row("USB Headset", 1, 2, 44_100.0), row("Built-in Mic", 2, 0)]


def there(monkeypatch: pytest.MonkeyPatch, *args: Any, **settings: Any) -> Any:
    module = portaudio(*args, **settings)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    return module


def test_a_device_by_number_by_name_and_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    there(monkeypatch, ROWS, default=(2, 0))
    known = devices()
    assert device(None, "input", known).name == "Built-in Mic"
    assert device(None, "output", known).name == "HDMI"
    assert device("1", "input", known).name == "USB Headset"
    assert device("headset", "output", known).name == "USB Headset"


def test_without_a_default_the_first_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    there(monkeypatch, ROWS)
    assert device(None, "input", devices()).name == "USB Headset"


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("hdmi", "no microphone 'hdmi'; there are: 1 USB Headset, 2 Built-in Mic"),
        ("0", "no microphone '0'; there are: 1 USB Headset, 2 Built-in Mic"),
        ("i", "which microphone? 'i' is in: 1 USB Headset, 2 Built-in Mic"),
    ],
)
def test_a_wish_that_names_no_one_device(
    wish: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [ROWS[0], row("USB Headset with wire", 1, 2), ROWS[2]]
    there(monkeypatch, rows if wish == "i" else ROWS)
    with pytest.raises(SpeechError) as refused:
        device(wish, "input", devices())
    assert str(refused.value).replace(" with wire", "") == told


def test_nothing_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    there(monkeypatch, [row("HDMI", 0, 8)])
    with pytest.raises(SpeechError, match=r"^no microphone is there; .*libasound2-plugins$"):
        device(None, "input", devices())


def test_the_first_rate_and_the_fewest_channels_that_both_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        row("a", 2, 0) | {"rates": (16_000, 44_100), "least": 2},
        row("b", 0, 2) | {"rates": (44_100, 48_000)},
    ]
    module = there(monkeypatch, rows)
    known = devices()
    card = SoundCard(known[0], known[1])
    assert card.rate_hz == 44_100
    settings = module.streams[0].settings
    assert (settings["channels"], settings["device"]) == ((2, 1), (0, 1))
    assert settings["blocksize"] == 441
    assert card.latency_s == pytest.approx(0.05)


def test_no_rate_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("a", 1, 0) | {"rates": (16_000,)}, row("b", 0, 1) | {"rates": (48_000,)}]
    there(monkeypatch, rows)
    with pytest.raises(SpeechError, match="no rate in common; choose others with --input"):
        SoundCard(*devices())


def test_a_device_that_another_has(monkeypatch: pytest.MonkeyPatch) -> None:
    there(monkeypatch, [row("a", 1, 1)], openings=0)
    (one,) = devices()
    with pytest.raises(SpeechError) as refused:
        SoundCard(one, one)
    assert "cannot be opened: Error opening Stream: Device unavailable; `kairos talk" in str(
        refused.value
    )


async def test_it_runs_while_the_call_does(monkeypatch: pytest.MonkeyPatch) -> None:
    module = there(monkeypatch, [row("a", 1, 1)])
    (one,) = devices()
    card = SoundCard(one, one)
    (stream,) = module.streams
    assert not stream.turn().any()
    with card.running(Exchange(card.rate_hz)) as sound:
        assert stream.state == "started"
        stream.turn()
        frame = await sound.heard()
        assert frame is not None
        assert frame.size == 240
        sound.say(frame)
        while sound.flow.gaps == 0:
            stream.turn()
        await sound.said()
    assert stream.state == "closed"
    assert not stream.turn().any()


async def test_a_stream_that_stops_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    module = there(monkeypatch, [row("a", 1, 1)], openings=2)
    (one,) = devices()
    card = SoundCard(one, one)
    with card.running(Exchange(card.rate_hz)) as sound:
        first = module.streams[0]
        first.turn()
        assert await sound.heard() is not None
        first.finish()
        monkeypatch.setattr(module.streams[0].__class__, "start", lambda self: self.turn() is None)
        assert await sound.heard() is not None
        assert first.state == "closed"
        assert sound.flow.restarts == 1
        module.streams[1].finish()
        # A third cannot be opened: the device is gone.
        assert await sound.heard() is None


@pytest.mark.parametrize("turns", [0, 1])
async def test_a_stream_that_stops_again_and_again_is_gone(
    turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = there(monkeypatch, [row("a", 1, 1)])
    (one,) = devices()
    card = SoundCard(one, one)
    with card.running(Exchange(card.rate_hz)) as sound:
        stops = module.streams[0].__class__
        monkeypatch.setattr(stops, "start", lambda self: self.finish())
        for _ in range(turns):
            module.streams[0].turn()
            assert await sound.heard() is not None
        module.streams[0].finish()
        assert await sound.heard() is None
    assert len(module.streams) == 4


def test_sounddevice_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(SpeechError, match=r"sounddevice is missing.*'kairos-voice\[mic\]'"):
        devices()


def test_portaudio_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "raise OSError('PortAudio library not found')\n"
    (tmp_path / "sounddevice.py").write_text(text)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SpeechError, match=r"PortAudio is missing.*libportaudio2"):
        devices()
