"""The machine's sound: its devices, and a stream of both directions on one clock (PortAudio)."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from speech.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agent.live.exchange import Exchange, Flow
    from speech.protocols import Audio

Way: TypeAlias = Literal["input", "output"]

_CALLED: dict[Way, str] = {"input": "microphone", "output": "loudspeaker"}
_RATES_HZ = (48_000, 44_100, 24_000, 32_000, 16_000, 96_000)
_BLOCKS_PER_S = 100
_LATENCY_S = 0.03
"""Asked of the system in each direction: below it a busy machine's sound has gaps."""
_MOST_IN_VAIN = 3
"""Restarts in a row without a sound."""
_PULSE = ("PULSE_LATENCY_MSEC", "60")
"""PulseAudio's own, which otherwise begins a second late; what its user set is left as it is."""
_NOTHING_THERE = (
    "no {what} is there; plug one in, or, where PulseAudio or PipeWire runs, "
    "apt-get install libasound2-plugins"
)


@dataclass(frozen=True, slots=True)
class Device:
    """``inputs``, ``outputs``: its channels; ``default_for``: what it is chosen for by itself."""

    index: int
    name: str
    inputs: int
    outputs: int
    rate_hz: int
    default_for: tuple[Way, ...]

    def channels(self, way: Way) -> int:
        """How many it has in one direction."""
        return self.inputs if way == "input" else self.outputs


def devices() -> list[Device]:
    """Every device that PortAudio knows. ``SpeechError`` where that is missing."""
    sound = _portaudio()
    first = {"input": sound.default.device[0], "output": sound.default.device[1]}
    return [
        Device(
            index,
            str(one["name"]),
            int(one["max_input_channels"]),
            int(one["max_output_channels"]),
            round(one["default_samplerate"]),
            tuple(way for way in _CALLED if first[way] == index),
        )
        for index, one in enumerate(sound.query_devices())
    ]


def device(wish: str | None, way: Way, known: list[Device]) -> Device:
    """The one that is wished for: its number, or a part of its name in any case; else the default.

    Raises ``SpeechError`` that says which there are.
    """
    able = [one for one in known if one.channels(way)]
    what = _CALLED[way]
    if not able:
        raise SpeechError(_NOTHING_THERE.format(what=what))
    if wish is None:
        default = next((one for one in able if way in one.default_for), None)
        return default or able[0]
    named = [one for one in able if wish.casefold() == one.name.casefold()]
    named = named or [one for one in able if wish.casefold() in one.name.casefold()]
    if wish.isdecimal():
        named = [one for one in able if one.index == int(wish)]
    match named:
        case [one]:
            return one
        case []:
            there = ", ".join(f"{one.index} {one.name}" for one in able)
            raise SpeechError(f"no {what} {wish!r}; there are: {there}")
        case _:
            there = ", ".join(f"{one.index} {one.name}" for one in named)
            raise SpeechError(f"which {what}? {wish!r} is in: {there}")


class SoundCard:
    """A microphone and a loudspeaker on one clock, opened but silent until ``running``.

    ``rate_hz``: what both can. ``latency_s``: from the loudspeaker's samples to their echo among
    the microphone's, as far as the system knows. Raises ``SpeechError``.
    """

    def __init__(self, microphone: Device, loudspeaker: Device) -> None:
        self._sound = _portaudio()
        self._exchange: Exchange | None = None
        self._devices = microphone, loudspeaker
        with _refusals(self._sound, *self._devices):
            self.rate_hz, self._channels = self._agreed(*self._devices)
            self._stream = self._opened()
        self.latency_s = float(sum(self._stream.latency))

    @contextmanager
    def running(self, exchange: Exchange) -> Iterator[LiveSound]:
        """What brings and takes sound while the context lasts; then the card is closed."""
        self._exchange = exchange
        try:
            with _refusals(self._sound, *self._devices):
                self._stream.start()
            yield LiveSound(self, exchange)
        finally:
            self._exchange = None
            self.close()

    def restart(self) -> bool:
        """Begin anew with a stream that has stopped by itself; False where it cannot be."""
        exchange, self._exchange = self._exchange, None
        self.close()
        if exchange is None:
            return False
        exchange.begin_anew()
        try:
            self._stream = self._opened()
            self._exchange = exchange
            self._stream.start()
        except self._sound.PortAudioError:
            return False
        return True

    def close(self) -> None:
        """Give the devices back."""
        # Of a device that was pulled out it is no news that it cannot be stopped in order.
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def _opened(self) -> Any:  # sounddevice's stream, which has no types
        return self._sound.Stream(
            samplerate=self.rate_hz,
            blocksize=self.rate_hz // _BLOCKS_PER_S,
            device=tuple(one.index for one in self._devices),
            channels=self._channels,
            dtype="float32",
            latency=_LATENCY_S,
            callback=self._turn,
            finished_callback=self._finished,
        )

    def _turn(
        self,
        heard: NDArray[np.float32],
        wanted: NDArray[np.float32],
        _frames: int,
        _time: object,
        status: Any,  # PortAudio's flags
    ) -> None:
        if self._exchange is None:
            wanted[:] = 0.0
            return
        fault = bool(status.input_overflow or status.output_underflow)
        self._exchange.turn(heard, wanted, fault)

    def _finished(self) -> None:
        if self._exchange is not None:
            self._exchange.lose()

    def _agreed(self, microphone: Device, loudspeaker: Device) -> tuple[int, tuple[int, int]]:
        """A rate that both have, and the fewest channels of each."""
        rates = dict.fromkeys((*_RATES_HZ, microphone.rate_hz, loudspeaker.rate_hz))
        for rate in rates:
            heard = self._fewest(microphone, "input", rate)
            said = self._fewest(loudspeaker, "output", rate)
            if heard and said:
                return rate, (heard, said)
        raise SpeechError(
            f"the microphone {microphone.name!r} and the loudspeaker {loudspeaker.name!r} have no "
            "rate in common; choose others with --input and --output"
        )

    def _fewest(self, one: Device, way: Way, rate: int) -> int:
        check = getattr(self._sound, f"check_{way}_settings")
        for channels in range(1, min(2, one.channels(way)) + 1):
            try:
                check(device=one.index, channels=channels, dtype="float32", samplerate=rate)
            except self._sound.PortAudioError:
                continue
            return channels
        return 0


class LiveSound:
    """The sound of a card that runs, as ``agent.live.talk`` wants it."""

    def __init__(self, card: SoundCard, exchange: Exchange) -> None:
        self._card = card
        self._exchange = exchange
        self._in_vain = 0

    async def heard(self) -> Audio | None:
        """What the microphone brought next; None once the card is gone.

        Sound servers stop a stream now and then under load: that is not the end of it.
        """
        while (frame := await self._exchange.heard()) is None:
            if self._exchange.begun:
                self._in_vain = 0
            elif not self._exchange.gone:
                return None  # not a sound since it began
            self._in_vain += 1
            if self._in_vain > _MOST_IN_VAIN or not self._card.restart():
                return None
        return frame

    def say(self, audio: Audio) -> None:
        """The agent's."""
        self._exchange.say(audio)

    async def said(self) -> None:
        """Until the card has taken what the agent said, or is gone."""
        while self._exchange.unsaid_s and await self._exchange.heard() is not None:
            pass

    @property
    def flow(self) -> Flow:
        """How it went so far."""
        return self._exchange.flow


_ON_ALSA_ERROR = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)
_HUSHED = _ON_ALSA_ERROR(lambda *_: None)


def _hush_alsa() -> None:
    """ALSA writes on standard error what PortAudio tells us as well, across the transcript."""
    try:
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_HUSHED)
    except (OSError, AttributeError):
        return  # another system


def _portaudio() -> ModuleType:
    os.environ.setdefault(*_PULSE)
    _hush_alsa()
    try:
        import sounddevice
    except ImportError:
        raise SpeechError(
            "sounddevice is missing, which reaches the sound card: pip install 'kairos-voice[mic]'"
        ) from None
    except OSError:
        raise SpeechError(
            "PortAudio is missing, which reaches the sound card: apt-get install libportaudio2, "
            "or brew install portaudio"
        ) from None
    found: ModuleType = sounddevice
    return found


@contextmanager
def _refusals(sound: ModuleType, microphone: Device, loudspeaker: Device) -> Iterator[None]:
    try:
        yield
    except sound.PortAudioError as error:
        reason = " ".join(str(error.args[0]).split()) if error.args else "it does not say why"
        raise SpeechError(
            f"the microphone {microphone.name!r} and the loudspeaker {loudspeaker.name!r} cannot "
            f"be opened: {reason}; `kairos talk --list` tells of others"
        ) from None
