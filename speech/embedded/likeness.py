"""How like a backchannel speech begins: the odds, from its sounds alone, before there is a word.

A recogniser tells a word when it is over; until then it shows short words that happen to fit ("for
a" in the middle of "right"). So the first sounds are decoded twice more, in phones: once as what
backchannels and hums are made of, once as anything. The difference of the two scores is a
log-likelihood ratio, as in keyword spotting against a phone loop (Rohlicek et al. 1989): what no
backchannel begins with is known 0.1 to 0.3 s into it. That is of use where the caller speaks over
the agent, and it costs twice what recognising the words does: so it is done there alone.
"""

from __future__ import annotations

import math
from collections import deque
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speech.embedded.scratch import scratch_folder
from speech.embedded.spares import Spares
from speech.embedded.sphinx import ASR_RATE
from speech.meters.silero import VAD_CHUNK
from speech.pronunciation import model_path, pronounced
from speech.vocabulary import normal
from system1.language import language_of
from system1.percepts import Likeness

if TYPE_CHECKING:
    import pocketsphinx

_PHONES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W"
    " Y Z ZH"
).split()

_ONE_WORD = {"uh huh": "uh-huh", "mm hm": "mm-hm", "mm hmm": "mm-hm"}
"""How the pronunciations spell hums that the language's tables have in two words."""

_NATS = 1024.0
"""pocketsphinx divides its scores by this (``SENSCR_SHIFT`` is 10)."""

_CHUNK_S = VAD_CHUNK / ASR_RATE
_BEFORE_S = 0.2
"""Audio before the onset that is decoded with it. Unit: s."""

_FROM_S, _UNTIL_S = 0.12, 0.7
"""The ratio is told between these, from the onset: less says nothing, more is the words' affair."""

_MOST = 5
"""Chunks that are decoded at once. What has to be caught up with is 9 at most, which would take
26 ms, just when the agent may have to stop."""


_LEARNT_S = 2.0
"""Speech after which the decoders know the line's noise, which they track from one stretch to the
next: until then they hear all of it. (With decoders that had heard nothing before, twice as many of
forty backchannels stopped the agent: tests/benchmarks/turn_taking.py.) Unit: s."""


class LikenessMeter:
    """The ratio for one call. ``extra``: backchannels beside those of English."""

    def __init__(self, extra: tuple[str, ...] = ()) -> None:
        self._decoders = _SPARES.take(extra) or _pair(extra)
        count = round(_BEFORE_S / _CHUNK_S) + 3
        self._recent: deque[NDArray[np.int16]] = deque(maxlen=count)
        self._waiting: list[NDArray[np.int16]] = []
        self._open = False
        self._unlearnt_s = _LEARNT_S

    def step(
        self,
        samples: NDArray[np.int16],
        speech_s: float | None,
        over: bool,
        mean: str,
        at: float,
    ) -> Likeness | None:
        """One chunk, as it is decoded; ``speech_s``: how long there has been speech, if there is.

        ``over``: the agent is heard as well; while it is not, nothing is begun, once the line is
        known.
        ``mean``: the caller's cepstral mean, as far as it is known.
        """
        self._recent.append(samples)
        if speech_s is None or speech_s > _UNTIL_S:
            self._close()
            return None
        if self._open:
            self._waiting.append(samples)
        elif (over or self._unlearnt_s > 0) and speech_s <= len(self._recent) * _CHUNK_S:
            self._begin(speech_s, mean)
        if not self._open:
            return None
        self._feed(speech_s)
        if speech_s < _FROM_S or self._waiting:
            return None
        short, anything = (_nats(decoder) for decoder in self._decoders)
        if short is None or anything is None:
            return None
        return Likeness(at, round(short - anything, 1))

    def _begin(self, speech_s: float, mean: str) -> None:
        self._open = True
        wanted = int((speech_s + _BEFORE_S) / _CHUNK_S) + 1
        self._waiting = list(self._recent)[-wanted:]
        for decoder in self._decoders:
            decoder.set_cmn(mean)
            decoder.start_utt()

    def _feed(self, speech_s: float) -> None:
        """Decode what waits, in equal parts until the ratio is first told."""
        left = max(math.ceil((_FROM_S - speech_s) / _CHUNK_S), 0)
        count = min(math.ceil(len(self._waiting) / (left + 1)), _MOST)
        audio = np.concatenate(self._waiting[:count]).tobytes()
        del self._waiting[:count]
        self._unlearnt_s -= count * _CHUNK_S
        for decoder in self._decoders:
            decoder.process_raw(audio, full_utt=False)

    def _close(self) -> None:
        if self._open:
            self._open = False
            for decoder in self._decoders:
                decoder.end_utt()


def _nats(decoder: pocketsphinx.Decoder) -> float | None:
    best = decoder.hyp()
    return None if best is None or best.best_score <= 0.0 else math.log(best.best_score) * _NATS


class _Files:
    """Grammars and the phones' dictionary, for as long as they are needed."""

    def __init__(self, extra: tuple[str, ...]) -> None:
        self.folder = scratch_folder(self, "likeness")
        (self.folder / "phones.dict").write_text("".join(f"{one} {one}\n" for one in _PHONES))
        self._write("short.gram", [f"({sounds})" for sounds in _sounds(extra)])
        self._write("any.gram", _PHONES)

    def _write(self, name: str, alternatives: list[str]) -> None:
        rule = f"public <sounds> = ({' | '.join(alternatives)})+;"
        (self.folder / name).write_text(f"#JSGF V1.0;\ngrammar sounds;\n{rule}\n")


@lru_cache(maxsize=16)
def _files(extra: tuple[str, ...]) -> _Files:
    return _Files(extra)


def _sounds(extra: tuple[str, ...]) -> list[str]:
    """Every way in which a backchannel or a hum of English sounds, in phones."""
    language = language_of("en")
    phrases = {*language.backchannels, *language.hesitations, *map(normal, extra)}
    for two, one in _ONE_WORD.items():
        phrases = {phrase.replace(two, one) for phrase in phrases}
    known = dict(pronounced(sorted({word for phrase in phrases for word in phrase.split()})))
    sounds: set[str] = set()
    for phrase in phrases:
        words = phrase.split()
        if words and all(word in known for word in words):
            sounds |= {" ".join(one) for one in product(*(known[word] for word in words))}
    return sorted(sounds)


def _decoder(grammar: Path, files: Path) -> pocketsphinx.Decoder:
    path = model_path("en-us/en-us")
    import pocketsphinx

    return pocketsphinx.Decoder(
        hmm=path,
        jsgf=str(grammar),
        dict=str(files / "phones.dict"),
        samprate=float(ASR_RATE),
        lw=1.0,
        wip=1.0,
        pip=1.0,
        bestpath=False,
        pl_window=0,
        loglevel="FATAL",
    )


def _pair(extra: tuple[str, ...]) -> tuple[pocketsphinx.Decoder, pocketsphinx.Decoder]:
    """The decoders of what backchannels are made of, and of anything."""
    folder = _files(extra).folder
    return _decoder(folder / "short.gram", folder), _decoder(folder / "any.gram", folder)


_SPARES = Spares(_pair)


def warm(extra: tuple[str, ...] = ()) -> None:
    """Make the decoders ahead for the next ``LikenessMeter`` with these backchannels."""
    _SPARES.warm(extra)
