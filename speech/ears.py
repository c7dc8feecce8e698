"""Ears: voice activity, prosody and sounds, measured; words, from whichever transcriber.

They work in chunks of 32 ms (768 samples at 24 kHz, 512 at 16 kHz), whatever the blocks are that
audio comes in; the time of every sound is corrected for the resampler's delay.
"""

from __future__ import annotations

import math

import numpy as np

from speech.meters.activity import Activity
from speech.meters.chunks import Chunks
from speech.meters.completion import CompletionMeter
from speech.meters.contour import ContourMeter
from speech.meters.echo import EchoMeter
from speech.meters.laughter import LaughMeter
from speech.meters.loudness import LoudnessMeter
from speech.meters.music import MusicMeter
from speech.meters.prosody import ProsodyMeter
from speech.meters.rise import RiseMeter
from speech.meters.silero import SileroVad
from speech.meters.tones import BeepMeter
from speech.protocols import SAMPLE_RATE, Audio, Sound, Transcriber
from speech.resampling import RESAMPLE_DELAY_S, Downsampler
from system1.percepts import Heard, Percept, SpeechStarted, SpeechStopped
from system1.questions import Question

_CHUNK = 768
_CHUNK_S = _CHUNK / SAMPLE_RATE

_CLEAR = 0.2
"""Words recognised with less confidence are a cough or a laugh, and no sample of the voice."""

_ECHO = 0.9
"""Speech so much like what the agent has just said is no sample of the caller's voice either."""

_STILL_S = 0.3
"""Silence of the agent's that is still a pause within what it says: longer than any that a voice
makes between sentences (0.21 s), and than the breath between two utterances. Unit: s."""


class MeteredEars:
    """``Ears`` around a transcriber. Raises ``SpeechError`` for missing packages.

    ``completion``: a model that is asked at each pause whether the turn is over, if there is one.
    """

    def __init__(self, transcriber: Transcriber, completion: CompletionMeter | None = None) -> None:
        self._transcriber = transcriber
        self._vad = SileroVad()
        self._activity = Activity()
        self._rise = RiseMeter()
        self._prosody = ProsodyMeter()
        self._contour = ContourMeter(self._prosody)
        self._loudness = LoudnessMeter()
        self._laughter = LaughMeter()
        self._echo = EchoMeter()
        self._echoes = False
        self._beeps = BeepMeter()
        self._music = MusicMeter()
        self._completion = completion
        self._downsampler = Downsampler(_CHUNK)
        self._narrowed = Chunks()
        self._pending: list[Audio] = []
        self._samples = 0  # that are pending
        self._at = 0.0  # the end of the last block
        self._agent_until = -math.inf
        self._begins: float | None = None
        self._chunks = 0
        self._onset: float | None = None
        self._quiet_since: float | None = None

    def hear(self, block: Audio, at: float) -> list[Percept]:
        """Percepts of a block that ends at ``at``; the first block tells when the call began."""
        if self._begins is None:
            self._begins = at - len(block) / SAMPLE_RATE
        self._at = at
        self._pending.append(block.astype(np.float32))
        self._samples += block.size
        if self._samples < _CHUNK:
            return []
        pending = np.concatenate(self._pending)
        whole = pending.size - pending.size % _CHUNK
        percepts: list[Percept] = []
        for start in range(0, whole, _CHUNK):
            percepts += self._chunk(pending[start : start + _CHUNK], at)
        self._pending, self._samples = [pending[whole:]], pending.size - whole
        return percepts

    def expect(self, question: Question | None) -> None:
        """The transcriber is told."""
        self._transcriber.expect(question)

    def played(self, block: Audio) -> None:
        """What the agent said, for telling its echo and who speaks over it."""
        self._echo.played(block)
        if block.any():
            self._agent_until = self._at + len(block) / SAMPLE_RATE

    def close(self) -> None:
        """Close the transcriber."""
        self._transcriber.close()

    def _chunk(self, audio: Audio, at: float) -> list[Percept]:
        assert self._begins is not None
        self._chunks += 1
        ends = self._begins + self._chunks * _CHUNK / SAMPLE_RATE - RESAMPLE_DELAY_S
        narrow = self._downsampler.resample(audio)
        chunk = self._narrowed.take(narrow)
        change = self._activity.step(chunk, self._vad.probability(narrow), ends, at)
        percepts: list[Percept] = []
        speaks = self._activity.speaking or change is not None
        rose = self._rise.step(chunk, speaks, ends, at)
        if rose is not None:
            percepts.append(rose)
        if change is not None:
            percepts.append(change)
        match change:
            case SpeechStarted():
                self._onset, self._echoes = change.onset, False
                self._contour.start()
                self._prosody.stretch_begins()
            case SpeechStopped():
                self._onset, self._quiet_since = None, change.offset
                if not self._echoes:
                    contour = self._contour.of_end(change.offset, ends - _CHUNK_S, at)
                    percepts += [contour] if contour is not None else []
            case None:
                pass
        if self._completion is not None:
            completion = self._completion.step(narrow, change, ends, at)
            percepts += [completion] if completion is not None else []
        speech_s = None if self._onset is None else ends - self._onset
        echo = self._echo.step(chunk, speech_s)
        if speech_s is not None:
            self._tell_apart(echo)
        prosody = self._prosody.step(narrow, self._activity.speaking and not self._echoes, at)
        if prosody is not None:
            percepts.append(prosody)
        low_pitch = self._prosody.low_pitch(at)
        if low_pitch is not None:
            percepts.append(low_pitch)
        level = self._loudness.step(chunk, ends, self._onset, at, echo)
        if level is not None:
            percepts.append(level)
        laugh = self._laughter.step(chunk, self._onset is not None, at)
        if laugh is not None:
            percepts.append(laugh)
        beep = self._beeps.step(chunk, at)
        if beep is not None:
            percepts.append(beep)
        music = self._music.step(narrow, at)
        if music is not None:
            percepts.append(music)
        wide_ends = ends + RESAMPLE_DELAY_S
        over = ends - self._agent_until <= _STILL_S
        sound = Sound(audio, narrow, wide_ends, ends, self._onset, self._quiet_since, at, over)
        for heard in self._transcriber.step(sound):
            percepts.append(heard)
            if isinstance(heard, Heard) and heard.final:
                clear = bool(heard.words) and heard.confidence >= _CLEAR
                self._prosody.stretch_ends(clear)
        return percepts

    def _tell_apart(self, echo: float) -> None:
        """What so far was the agent's own voice says nothing of how the caller speaks."""
        before, self._echoes = self._echoes, echo >= _ECHO
        if self._echoes and not before:
            self._prosody.stretch_ends(spoken=False)
            self._prosody.stretch_begins()
            self._contour.start()
