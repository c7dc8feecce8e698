"""A ``Transcriber`` behind ``/v1/audio/transcriptions``: each stretch is sent when it is over.

There are no words before that. Live, a thread sends one stretch after the other, and what comes
of it is picked up at the next step; what cannot be transcribed is final without words, so the
call goes on.
"""

from __future__ import annotations

import io
import json
import math
import queue
import threading
import wave
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from speech.openai_audio.placing import TimedWord, Transcript, placed
from speech.openai_audio.server import Failure, openai_client, told, tried
from speech.openai_audio.stretches import Cutter, Stretch
from speech.protocols import SAMPLE_RATE, Audio, Sound
from speech.terms import OpenAIAudio
from speech.trouble import log_trouble
from speech.vocabulary import Vocabulary
from system1.percepts import Heard
from system1.questions import Question

if TYPE_CHECKING:
    from openai import OpenAI

PROMPT_CHARS = 600
"""About the 224 tokens that whisper reads of a prompt."""

_MOST_WAITING = 8
"""Stretches that wait behind a slow server; of more nobody would still want the words."""

_REFUSED = (400, 422)
_CLOSING_S = 1.0


class OpenAITranscriber:
    """The words of one call. Raises ``SpeechError`` for a missing key or package."""

    def __init__(
        self, terms: OpenAIAudio, language: str, vocabulary: Vocabulary, live: bool
    ) -> None:
        prompt = prompt_of(vocabulary.phrases) if terms.prompt else ""
        self._requests = Transcriptions(openai_client(terms), terms, language, prompt)
        self._cutter = Cutter(terms.quiet, terms.longest)
        self._told_open = -1
        self._down = False
        self._over: queue.SimpleQueue[Stretch | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[Stretch, Transcript | None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        if live:
            self._thread = threading.Thread(target=self._run, name="openai-ears", daemon=True)
            self._thread.start()

    def expect(self, question: Question | None) -> None:
        """Nothing: a prompt that changed with every question would lead the model astray."""

    def step(self, sound: Sound) -> list[Heard]:
        """32 ms more; in virtual time a stretch that is over is transcribed here."""
        out: list[Heard] = []
        over = self._cutter.step(sound)
        under_way = self._cutter.open
        if over is not None and self._over.qsize() >= _MOST_WAITING:
            self._answers.put((over, None))
        elif over is not None and self._thread is None:
            self._answers.put((over, self._transcribed(over)))
        elif over is not None:
            self._over.put(over)
        while not self._answers.empty():
            stretch, transcript = self._answers.get_nowait()
            words = () if transcript is None else placed(transcript, stretch)
            confidence = transcript.confidence if transcript is not None and words else 0.0
            out.append(Heard(sound.at, stretch.number, words, True, confidence))
        if under_way is not None and under_way.number > self._told_open:
            # words will come: until then the turn is not judged without them
            self._told_open = under_way.number
            out.append(Heard(sound.at, under_way.number, (), False, 1.0))
        return out

    def close(self) -> None:
        """What is still on its way is not waited for."""
        if self._thread is not None:
            self._over.put(None)
            self._thread.join(0 if not self._over.empty() else _CLOSING_S)
        self._requests.close()

    def _run(self) -> None:
        while (stretch := self._over.get()) is not None:
            self._answers.put((stretch, self._transcribed(stretch)))

    def _transcribed(self, stretch: Stretch) -> Transcript | None:
        try:
            transcript = self._requests.transcript(stretch.audio)
        except Failure as failure:
            if not self._down:  # told once, not at every stretch of a call
                self._down = True
                log_trouble("ears.not_transcribed", reason=str(failure))
            return None
        self._down = False
        return transcript


class Transcriptions:
    """Requests of one call, each of which bounds itself."""

    def __init__(
        self,
        client: OpenAI,
        terms: OpenAIAudio,
        language: str,
        prompt: str,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._client = client
        self._terms = terms
        self._language = language.partition("-")[0].lower()
        self._prompt = prompt
        self._pause = pause
        self._times = terms.word_times

    def transcript(self, audio: Audio) -> Transcript:
        """What is said in audio at ``SAMPLE_RATE``. Raises ``Failure``."""
        sent = wav(audio)
        if self._times:
            try:
                return tried(lambda: self._once(sent, times=True), self._terms, self._pause)
            except Failure as failure:
                if failure.status not in _REFUSED:
                    raise
        found = tried(lambda: self._once(sent, times=False), self._terms, self._pause)
        self._times = False  # it answers without, so that was what it refused
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _once(self, sent: bytes, times: bool) -> Transcript:
        asked: dict[str, Any] = {"response_format": "verbose_json" if times else "json"}
        if times:
            asked["timestamp_granularities"] = ["word", "segment"]
        if self._prompt:
            asked["prompt"] = self._prompt
        with told():
            answer = self._client.audio.transcriptions.with_raw_response.create(
                file=("speech.wav", sent, "audio/wav"),
                model=self._terms.transcription_model,
                language=self._language,
                **asked,
            )
            return transcript_of(json.loads(answer.content))


def transcript_of(fields: Mapping[str, Any]) -> Transcript:
    """An answer's transcript. Raises ``ValueError``, ``KeyError`` or ``TypeError``."""
    text = fields["text"]
    if not isinstance(text, str):
        raise TypeError("text is none")
    words = tuple(
        TimedWord(str(word["word"]), _finite(word["start"]), _finite(word["end"]))
        for word in fields.get("words") or ()
    )
    segments = fields.get("segments") or ()
    lengths = [max(_finite(one["end"]) - _finite(one["start"]), 0.01) for one in segments]
    # whisper's own figures: how likely its tokens are, and whether that is speech at all
    sure = [
        math.exp(min(_finite(one.get("avg_logprob", 0.0)), 0.0))
        * (1.0 - min(max(_finite(one.get("no_speech_prob", 0.0)), 0.0), 1.0))
        for one in segments
    ]
    weighed = float(np.average(sure, weights=lengths)) if sure else 1.0
    return Transcript(text.strip(), words, round(weighed, 2))


def prompt_of(phrases: Iterable[str]) -> str:
    """The policy's own words, as many as a prompt holds."""
    prompt = ""
    for phrase in phrases:
        longer = f"{prompt}, {phrase}" if prompt else phrase
        if len(longer) > PROMPT_CHARS:
            break
        prompt = longer
    return prompt


def wav(audio: Audio) -> bytes:
    """Audio at ``SAMPLE_RATE`` as a file of 16 bit."""
    samples = np.clip(np.rint(audio * 32768.0), -32768, 32767).astype("<i2")
    with io.BytesIO() as file:
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(SAMPLE_RATE)
            out.writeframes(samples.tobytes())
        return file.getvalue()


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("no number")
    return float(value)
