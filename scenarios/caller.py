"""The simulated caller's voice: the script's lines as sound, known to the sample.

A line begins with its first audible sample and ends with its last, and a pause within it is
silence of exactly the length that the script gives. The lines carry the band of the telephone
line; its noise runs through the whole call and is added by ``CallerAudio``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]

from agent.spans import Span
from scenarios.line import (
    AUDIBLE,
    MUFFLED_HZ,
    MUMBLE_HZ,
    SPEECH_DB,
    TelephoneLine,
    active_speech_db,
    band_limited,
)
from scenarios.script import Caller, Scenario
from scenarios.sounds import KEY_S, sound
from scenarios.steps import CallerStep
from speech.audiofile import read_wav
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio, Voice


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A caller's step as sound. ``spans``: its stretches of speech, from its first sample (s)."""

    audio: Audio
    spans: tuple[Span, ...]
    keys: str = ""

    @property
    def length(self) -> float:
        """From its first audible sample to its last (s)."""
        return self.audio.size / SAMPLE_RATE


def default_voice(language: str) -> str:
    """The voice of a caller who was given none: one that recognisers understand well."""
    return "cmn" if language.split("-")[0] == "zh" else "en-us+klatt4"


def speak_lines(
    script: Scenario, folder: Path, language: str
) -> tuple[dict[int, SpokenLine], TelephoneLine]:
    """Each caller's step that sounds, by its place in the script, and the line it goes over.

    ``folder``: where the scenario's file is. Raises ``SpeechError`` for an unknown voice.
    """
    renderer = _Renderer(script.caller, folder, language)
    lines: dict[int, SpokenLine] = {}
    speech: list[Audio] = []
    for index, step in enumerate(script.steps):
        if step.caller is None or step.caller.silent is not None or step.caller.hangs_up:
            continue
        lines[index] = renderer.line(step.caller, index)
        if step.caller.say is not None and not (step.caller.mumbled or step.caller.level_db):
            speech.append(lines[index].audio)
    level = active_speech_db(np.concatenate(speech)) if speech else SPEECH_DB
    carrier = TelephoneLine(script.caller.line, script.caller.seed, level)
    return lines, carrier


@dataclass(slots=True)
class _Renderer:
    """Turns steps into sound; one voice for each way of speaking."""

    caller: Caller
    folder: Path
    language: str
    _voices: dict[tuple[int, int, int], EspeakVoice] = field(default_factory=dict)

    def line(self, step: CallerStep, index: int) -> SpokenLine:
        """The step's sound through the line's band."""
        if step.dtmf is not None:
            # Keys go beside the audio (RFC 4733), as telephone networks send them.
            silence = np.zeros(round(KEY_S * len(step.dtmf) * SAMPLE_RATE), np.float32)
            return SpokenLine(silence, (), step.dtmf)
        if step.say is not None:
            parts = [self._distant(step, self._spoken(step, part)) for part in step.parts]
            return joined(parts, [step.pause or 0.0] * (len(parts) - 1))
        if step.wav is not None:
            wave = self._distant(step, read_wav(self.folder / step.wav))
            return joined([self._carried(wave)], [])
        assert step.sound is not None
        wave = sound(step.sound, step.seconds, step.level_db, self.caller.seed + index)
        if step.muffled:
            wave = band_limited(wave, None, MUFFLED_HZ)
        return SpokenLine(self._carried(wave), ())

    def _distant(self, step: CallerStep, audio: Audio) -> Audio:
        """Speech as it comes from across the room, or through a wall."""
        if step.muffled:
            audio = band_limited(audio, None, MUFFLED_HZ)
        return audio * np.float32(10 ** ((step.level_db or 0.0) / 20))

    def _spoken(self, step: CallerStep, text: str) -> Audio:
        audio = voiced(self._voice(step), text)
        return self._carried(band_limited(audio, None, MUMBLE_HZ) if step.mumbled else audio)

    def _voice(self, step: CallerStep) -> EspeakVoice:
        caller = self.caller
        manner = (
            caller.rate if step.rate is None else step.rate,
            caller.pitch if step.pitch is None else step.pitch,
            caller.volume if step.volume is None else step.volume,
        )
        if manner not in self._voices:
            name = caller.voice or default_voice(self.language)
            self._voices[manner] = EspeakVoice(name, *manner)
        return self._voices[manner]

    def _carried(self, audio: Audio) -> Audio:
        return trimmed(TelephoneLine(self.caller.line, 0).carried(audio))


def voiced(voice: Voice, text: str) -> Audio:
    """A text in this voice, at ``SAMPLE_RATE``, before it has come over any line."""
    pieces = [speech.audio for speech in voice.speak(text)]
    audio = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    resampled = soxr.resample(audio, voice.sample_rate, SAMPLE_RATE, quality="HQ")
    return np.asarray(resampled, np.float32)


def trimmed(audio: Audio) -> Audio:
    """From the first audible sample to the last; what is all silent is a single sample."""
    loud = np.flatnonzero(np.abs(audio) > AUDIBLE)
    return audio[loud[0] : loud[-1] + 1] if loud.size else np.zeros(1, np.float32)


def joined(parts: Sequence[Audio], pauses_s: Sequence[float]) -> SpokenLine:
    """Parts with silence between them: one pause (s) fewer than there are parts."""
    pieces: list[Audio] = []
    spans: list[Span] = []
    at = 0
    for part, pause_s in zip(parts, (0.0, *pauses_s), strict=True):
        silence = np.zeros(round(pause_s * SAMPLE_RATE), np.float32)
        at += silence.size
        spans.append(Span(at / SAMPLE_RATE, (at + part.size) / SAMPLE_RATE))
        pieces += (silence, part)
        at += part.size
    return SpokenLine(np.concatenate(pieces), tuple(spans))


@dataclass(slots=True)
class CallerAudio:
    """The caller's side of the call, block by block: lines as they begin, noise all through."""

    lines: Mapping[int, SpokenLine]
    line: TelephoneLine
    _playing: Audio = field(default_factory=lambda: np.zeros(0, np.float32))
    _keys: list[tuple[int, str]] = field(default_factory=list)
    _position: int = 0

    def begin(self, step: int) -> None:
        """Say the line of a step from the next sample on."""
        said = self.lines[step]
        self._playing = said.audio
        every = round(KEY_S * SAMPLE_RATE)
        self._keys = [(self._position + n * every, key) for n, key in enumerate(said.keys)]

    def next(self, samples: int) -> tuple[Audio, str]:
        """The caller's next samples, and the keys that are pressed in them."""
        block = self.line.noise(samples)
        part, self._playing = self._playing[:samples], self._playing[samples:]
        block[: part.size] += part
        self._position += samples
        pressed = [key for at, key in self._keys if at < self._position]
        self._keys = [(at, key) for at, key in self._keys if at >= self._position]
        return np.clip(block, -1.0, 1.0), "".join(pressed)
