"""Human speech for the laboratory: read sentences, whole and cut, where Debian's package has them.

Synthetic voices do not tell what an acoustic model is worth that was trained on people. The
eleven recordings of ``pocketsphinx-testdata`` whose words are known do a little: sentences of a
novel, playing cards, a command to a robot (three readers). No number of ours is ever tuned to them.

Each sentence is one clip as it is, and one for each place where it can be cut: after a word, with
two words or more on both sides. Words are dated by forced alignment to the transcript
(pocketsphinx, its own English model); a cut lies where the sound is faintest within 25 ms of the
boundary. Sounds are dated by energy, 9 dB above the recording's own noise (``agent.spans``), and
no further than 0.1 s outside of the first and last word. The pause is drawn as in the laboratory's
corpus and filled with noise of the recording's own spectrum. A cut is no hesitation: the reader
went on, and neither lengthened the word before nor said "um"; it sounds as fluent speech does.
"""

from __future__ import annotations

import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from agent.spans import Span, audible, both
from speech.errors import SpeechError
from speech.pronunciation import model_path
from speech.protocols import SAMPLE_RATE, Audio

FOLDER = Path("/usr/share/pocketsphinx/test/data")
"""Where the Debian package puts its recordings."""
ABSENT = (
    "no human speech: Debian's pocketsphinx-testdata is not installed "
    "(apt-get install pocketsphinx-testdata)"
)
HOW = (
    "sentences read by three people (Debian's pocketsphinx-testdata), each whole and cut after "
    "every word that has two or more on both sides; cuts dated by forced alignment, to the "
    "faintest 5 ms within 25 ms; sounds by energy; nothing is tuned to them"
)
"""What a reader of the table must know."""
READINGS = ("librivox/transcription", "cards/cards.transcription")
"""Transcripts of the WAV files beside them."""
COMMAND = ("goforward.raw", "go forward ten meters")
"""The package has no transcript of this one."""

LEAD_S, TAIL_S = 1.0, 5.0
"""Line before and after the recording, as in the laboratory's corpus."""
PAUSE_MEDIAN_S, PAUSE_SIGMA = 0.7, 0.7
PAUSE_RANGE_S = (0.4, 2.0)
SEED = 2013

_RATE_HZ = 16_000
_FEWEST_WORDS = 2
_NEAR_S = 0.025
_FRAME = SAMPLE_RATE // 200
_WINDOW = 512
_OUTSIDE_S = 0.1
_SLIVER_S = 0.03
_LINE = re.compile(r"^(?:<s>)?\s*(?P<text>.*?)\s*(?:</s>)?\s*\((?P<name>[^()]+)\)$")


@dataclass(frozen=True, slots=True, eq=False)
class HumanClip:
    """A sentence that a person read, at ``SAMPLE_RATE``, as one turn.

    ``spans``: its sounds (s), apart from one another by 0.2 s or more; a reader's own pause is a
    gap between two. ``pause``: the one that was put in, from the last sound before to the first
    after it; None where the sentence is ``whole``. ``parts``: the words before and after it.
    """

    name: str
    audio: Audio
    spans: tuple[Span, ...]
    pause: Span | None
    parts: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether it is as it was read."""
        return self.pause is None

    @property
    def text(self) -> str:
        """The whole sentence."""
        return " ".join(self.parts)

    @property
    def end(self) -> float:
        """End of the last sound (s)."""
        return self.spans[-1].end


@dataclass(frozen=True, slots=True, eq=False)
class HumanSpeech:
    """The clips, or ``absent``: why there are none."""

    clips: tuple[HumanClip, ...]
    absent: str | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A recording at ``SAMPLE_RATE``; ``ends``: where each of its words ends (s)."""

    name: str
    audio: Audio
    words: tuple[str, ...]
    ends: tuple[float, ...]
    sounds: tuple[Span, ...]


def human_speech(folder: Path = FOLDER) -> HumanSpeech:
    """The clips of the recordings in ``folder``; always the same, in the same order.

    Raises ``SpeechError`` where recordings are there that cannot be read or aligned.
    """
    if not folder.is_dir():
        return HumanSpeech((), ABSENT)
    clips: list[HumanClip] = []
    for number, reading in enumerate(_readings(folder)):
        clips.append(_whole(reading, np.random.default_rng((SEED, number))))
        for count in range(_FEWEST_WORDS, len(reading.words) - _FEWEST_WORDS + 1):
            clips.append(_cut(reading, count, np.random.default_rng((SEED, number, count))))
    return HumanSpeech(tuple(clips)) if clips else HumanSpeech((), ABSENT)


def _readings(folder: Path) -> Iterator[_Reading]:
    aligner = _Aligner()
    for transcript in READINGS:
        path = folder / transcript
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            found = _LINE.match(line.strip())
            if found is None:
                raise SpeechError(f"{path}: not a transcript: {line!r}")
            name = found["name"]
            yield aligner.reading(name, _wav(path.parent / f"{name}.wav"), found["text"])
    file, text = COMMAND
    if (folder / file).exists():
        samples = np.fromfile(folder / file, "<i2")
        yield aligner.reading(Path(file).stem, samples, text)


def _wav(path: Path) -> NDArray[np.int16]:
    try:
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (_RATE_HZ, 1, 2):
                raise SpeechError(f"{path}: 16 bit mono at 16 kHz is read")
            return np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except (OSError, EOFError, wave.Error) as error:
        raise SpeechError(f"{path}: {error}") from None


class _Aligner:
    """pocketsphinx, told the words and asked when they are."""

    def __init__(self) -> None:
        model, words = model_path("en-us/en-us"), model_path("en-us/cmudict-en-us.dict")
        import pocketsphinx

        self._decoder = pocketsphinx.Decoder(
            hmm=model, dict=words, lm=None, samprate=float(_RATE_HZ), loglevel="FATAL"
        )

    def reading(self, name: str, samples: NDArray[np.int16], text: str) -> _Reading:
        """A recording (16 kHz) with its words dated."""
        words = tuple(text.split())
        try:
            self._decoder.set_align_text(" ".join(words))
            self._decoder.start_utt()
            self._decoder.process_raw(samples.tobytes(), full_utt=True)
            self._decoder.end_utt()
            segments = list(self._decoder.seg())
        except (RuntimeError, TypeError):
            raise SpeechError(f"{name}: {text!r} cannot be aligned to it") from None
        spoken = [one for one in segments if one.word[0] not in "<["]
        ends = tuple((one.end_frame + 1) / 100 for one in spoken)
        if len(ends) != len(words):
            raise SpeechError(f"{name}: {text!r} cannot be aligned to it")
        narrow = samples.astype(np.float32) / np.float32(32_768)
        audio: Audio = soxr.resample(narrow, _RATE_HZ, SAMPLE_RATE, quality="HQ").astype(np.float32)
        said = Span(spoken[0].start_frame / 100 - _OUTSIDE_S, ends[-1] + _OUTSIDE_S)
        sounds = both(audible(audio, noisy=True), (said,))
        if not sounds:
            raise SpeechError(f"{name}: a recording without a sound in it")
        return _Reading(name, audio, words, ends, sounds)


def _whole(reading: _Reading, rng: np.random.Generator) -> HumanClip:
    audio = _on_a_line(reading.audio, reading.audio.size, 0.0, rng)
    spans = _later(reading.sounds, LEAD_S)
    return HumanClip(f"human/{reading.name}", audio, spans, None, (" ".join(reading.words),))


def _cut(reading: _Reading, count: int, rng: np.random.Generator) -> HumanClip:
    """After ``count`` words."""
    place = _faintest(reading.audio, reading.ends[count - 1])
    at_s, pause_s = place / SAMPLE_RATE, _pause_s(rng)
    early = _later(both(reading.sounds, (Span(0.0, at_s),)), LEAD_S)
    late = _later(both(reading.sounds, (Span(at_s, np.inf),)), LEAD_S + pause_s)
    return HumanClip(
        f"human/{reading.name}-{count:02d}",
        _on_a_line(reading.audio, place, pause_s, rng),
        early + late,
        Span(early[-1].end, late[0].start),
        (" ".join(reading.words[:count]), " ".join(reading.words[count:])),
    )


def _pause_s(rng: np.random.Generator) -> float:
    shortest, longest = PAUSE_RANGE_S
    while True:
        drawn = float(rng.lognormal(np.log(PAUSE_MEDIAN_S), PAUSE_SIGMA))
        if shortest <= drawn <= longest:
            return round(drawn, 3)


def _later(spans: tuple[Span, ...], by_s: float) -> tuple[Span, ...]:
    """Shifted; a sliver that a cut left of a sound is none."""
    kept = [one for one in spans if one.length >= _SLIVER_S] or list(spans)
    return tuple(Span(round(one.start + by_s, 4), round(one.end + by_s, 4)) for one in kept)


def _faintest(audio: Audio, near_s: float) -> int:
    """The sample at the faintest 5 ms within 25 ms of a time."""
    centre, reach = round(near_s * SAMPLE_RATE / _FRAME), round(_NEAR_S * SAMPLE_RATE / _FRAME)
    places = range(max(centre - reach, 1), min(centre + reach, audio.size // _FRAME - 1) + 1)
    power = [float(np.mean(audio[(p - 1) * _FRAME : (p + 1) * _FRAME] ** 2)) for p in places]
    return places[int(np.argmin(power))] * _FRAME


def _on_a_line(audio: Audio, place: int, pause_s: float, rng: np.random.Generator) -> Audio:
    """The recording with its own noise around it, and in a pause at ``place``."""
    lead, tail, pause = (round(s * SAMPLE_RATE) for s in (LEAD_S, TAIL_S, pause_s))
    line = _noise(audio, lead + audio.size + pause + tail, rng)
    begins = lead
    for piece in (audio[:place], audio[place:]):
        if piece.size:
            _faded_in(line, begins, piece)
        begins += piece.size + pause
    return np.clip(line, -1.0, 1.0)


def _faded_in(line: Audio, begins: int, piece: Audio) -> None:
    """Put it there in place of the noise; its edges of 5 ms go over into one another."""
    weight = np.ones(piece.size, np.float32)
    ramp = np.linspace(0.0, 1.0, _FRAME, dtype=np.float32)
    weight[:_FRAME] *= ramp
    weight[-_FRAME:] *= ramp[::-1]
    there = line[begins : begins + piece.size]
    there *= 1.0 - weight
    there += weight * piece


def _noise(audio: Audio, count: int, rng: np.random.Generator) -> Audio:
    """``count`` samples with the spectrum of the recording's faintest tenth."""
    frames = np.lib.stride_tricks.sliding_window_view(audio, _WINDOW)[:: _WINDOW // 2]
    powers = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW))) ** 2
    faintest = np.argsort(powers.sum(axis=1))[: max(len(powers) // 10, 1)]
    density = powers[faintest].mean(axis=0) / np.sum(np.hanning(_WINDOW) ** 2)
    white = np.fft.rfft(rng.standard_normal(count))
    at = np.linspace(0.0, 1.0, white.size)
    shape = np.sqrt(np.interp(at, np.linspace(0.0, 1.0, density.size), density))
    made: Audio = np.fft.irfft(white * shape, count).astype(np.float32)
    return made
