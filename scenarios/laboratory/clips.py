"""A clip: one turn of a caller over a line, with the truth about it to the sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from agent.spans import Span
from scenarios.caller import SpokenLine, joined, trimmed, voiced
from scenarios.laboratory.texts import Split
from scenarios.line import TelephoneLine, active_speech_db
from scenarios.script import LineQuality
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio
from speech.sentences import tokens
from system1.questions import Question

LEAD_S = 1.0
"""Line before the first sound."""
TAIL_S = 5.0
"""Line after the last sound: longer than any contender waits (Pipecat's 3.2 s, a timer's 3.5)."""
_EARLIER_SEED = 500_000
_FADE = SAMPLE_RATE // 200
"""A cut in mid-word would click: 5 ms of fade."""

Category = Literal[
    "complete",
    "function_word",
    "filler",
    "content_word",
    "whole_clause",
    "digits",
    "spelling",
    "yes_no",
    "answer",
]
Manner = Literal["cut", "comma"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A clip before it is rendered; rendering it twice gives the same samples.

    ``parts``: what is said between pauses; ``pauses_s``: one fewer. ``manner``: ``cut`` takes the
    parts from one waveform of the whole, so that the intonation before a pause is that of an
    unfinished sentence; ``comma`` speaks each alone, all but the last with a trailing comma.
    ``question``: what the agent had asked. ``rate``: words a minute. ``earlier``: what the same
    caller said earlier in the call, so that ears which get used to a voice have heard it.
    """

    name: str
    split: Split
    category: Category
    parts: tuple[str, ...]
    pauses_s: tuple[float, ...]
    manner: Manner
    voice: str
    rate: int
    line: LineQuality
    question: Question | None
    seed: int
    earlier: str

    @property
    def text(self) -> str:
        """The whole turn."""
        return " ".join(self.parts)

    @property
    def noise(self) -> str:
        """The line's noise as a category: ``clean`` or ``20 dB``."""
        return "clean" if self.line.noise == "none" else f"{self.line.snr_db:g} dB"


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A turn of a caller at ``SAMPLE_RATE``. ``spans``: the caller's speech (s), to the sample."""

    recipe: Recipe
    audio: Audio
    spans: tuple[Span, ...]

    @property
    def name(self) -> str:
        """The recipe's."""
        return self.recipe.name

    @property
    def holds(self) -> tuple[Span, ...]:
        """The pauses in the turn, in time order."""
        return tuple(Span(one.end, then.start) for one, then in pairwise(self.spans))

    @property
    def end(self) -> float:
        """End of the turn: of its last sound (s)."""
        return self.spans[-1].end


def render_earlier(recipe: Recipe) -> Audio:
    """The same caller's turn before the clip, and a second of the line after it."""
    turn = replace(recipe, parts=(recipe.earlier,), pauses_s=(), seed=recipe.seed + _EARLIER_SEED)
    clip = render(turn)
    return clip.audio[: round((clip.end + LEAD_S) * SAMPLE_RATE)]


def render(recipe: Recipe) -> Clip:
    """The clip of a recipe. Raises ``SpeechError`` without espeak-ng."""
    voice = EspeakVoice(recipe.voice, recipe.rate)
    line = TelephoneLine(recipe.line, recipe.seed)
    parts = _cut(voice, recipe.parts) if recipe.manner == "cut" else _spoken(voice, recipe.parts)
    turn: SpokenLine = joined([trimmed(line.carried(part)) for part in parts], recipe.pauses_s)
    line.speech_db = active_speech_db(turn.audio)
    lead, tail = (round(length * SAMPLE_RATE) for length in (LEAD_S, TAIL_S))
    audio = line.noise(lead + turn.audio.size + tail)
    audio[lead : lead + turn.audio.size] += turn.audio
    spans = tuple(Span(span.start + LEAD_S, span.end + LEAD_S) for span in turn.spans)
    return Clip(recipe, np.clip(audio, -1.0, 1.0), spans)


def _spoken(voice: EspeakVoice, parts: tuple[str, ...]) -> list[Audio]:
    last = len(parts) - 1
    return [voiced(voice, part if i == last else f"{part},") for i, part in enumerate(parts)]


def _cut(voice: EspeakVoice, parts: tuple[str, ...]) -> list[Audio]:
    """The whole sentence's waveform, cut where the words before a pause end."""
    text = " ".join(parts)
    audio = voiced(voice, text)
    (speech,) = voice.speak(text)
    places: list[int] = []
    count = 0
    for part in parts[:-1]:
        count += len(tokens(part))
        places.append(round(speech.marks[count - 1].until * SAMPLE_RATE / voice.sample_rate))
    pieces = [piece.copy() for piece in np.split(audio, places)]
    ramp = np.linspace(0.0, 1.0, _FADE, dtype=np.float32)
    for before, after in pairwise(pieces):
        before[-_FADE:] *= ramp[::-1]
        after[:_FADE] *= ramp
    return pieces
