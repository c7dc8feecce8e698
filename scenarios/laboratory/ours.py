"""Our own agent as a contender: what its ears told of a clip, and what System 1 made of it.

The ears hear each clip once; what was known in each silence is kept, and every patience of the
sweep decides on that (``agent.moments``, whose truth is tested against System 1 itself).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from agent.listening import caller_phrases, machine_phrases
from agent.moments import Known, Silence, floor_taken_at, overheard
from policies.loading import load_policy
from policies.policy import Policy
from policies.timing import Endpointing
from scenarios.laboratory.texts import words
from speech.errors import SpeechError
from speech.meters.smart_turn import find_model
from speech.profiles import open_ears
from speech.protocols import SAMPLE_RATE, Audio
from speech.terms import EarTerms
from speech.vocabulary import Vocabulary
from system1.evidence import judged
from system1.percepts import Percept
from system1.questions import Question

SMART_TURN = "smart_turn"
"""The feature of Smart Turn's probability."""
POLICY = "broadband"
"""The shipped policy whose words the ears know, and whose numbers are the default settings."""
PATIENCES_S = tuple(
    sorted({3.0, *(round(float(value), 3) for value in np.geomspace(0.05, 60.0, 60))})
)
"""0.05 to 60 s, the default among them."""

FINE_MS, COARSE_MS = 10, 80
"""Sizes of the chunks that the ears are given: a conversation's, and a coarse one (ms)."""

_WHOLE = SAMPLE_RATE * COARSE_MS // 1000

ACOUSTIC = frozenset(
    (
        "smart_turn voice_heard level_hold final_fall final_rise question_rise low_end lengthened "
        "quieter"
    ).split()
)
"""Features of the evidence that come from the voice, beside the horizons of a semantic VAD."""


@cache
def policy() -> Policy:
    """The shipped policy."""
    return load_policy(POLICY)


@cache
def vocabulary() -> Vocabulary:
    """The policy's words, and those single words of the corpus that it lacks."""
    bare = Vocabulary(caller_phrases(policy()), machine_phrases(policy()))
    known = {word for word, _ in bare.pronunciations()}
    lacking = tuple(word for word in words() if word not in known)
    return Vocabulary((*bare.phrases, *lacking), bare.machines)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the ears told of a clip. ``begins``: the clip's first sample by their clock (s)."""

    percepts: tuple[Percept, ...]
    begins: float


@cache
def fused_profile() -> str | None:
    """The profile whose ears have Smart Turn, too; None where its model is missing."""
    try:
        find_model()
    except SpeechError:
        return None
    return "embedded+smart-turn"


def heard(
    earlier: Audio,
    audio: Audio,
    question: Question | None,
    chunk_ms: int = FINE_MS,
    profile: str = "embedded",
) -> Hearing:
    """What the embedded ears tell of a clip that comes in chunks of so many ms.

    ``earlier``: what the caller said before the agent asked ``question``; of that nothing is told.
    """
    ears = open_ears(profile, EarTerms(vocabulary(), "en", False, policy().engines))
    size = SAMPLE_RATE * chunk_ms // 1000
    percepts: list[Percept] = []
    call = np.concatenate((earlier[: earlier.size // _WHOLE * _WHOLE], audio))
    begins = call.size - audio.size
    for end in range(size, call.size + 1, size):
        told = ears.hear(call[end - size : end], end / SAMPLE_RATE)
        if end > begins:
            percepts += told
        elif end == begins:
            ears.expect(question)
    ears.close()
    return Hearing(tuple(percepts), begins / SAMPLE_RATE)


def silences(hearing: Hearing, question: Question | None) -> tuple[Silence, ...]:
    """The caller's silences in it, with what was known in each; s from the clip's beginning."""
    found = overheard(policy(), hearing.percepts, question)
    return tuple(_earlier(silence, hearing.begins) for silence in found)


def _earlier(silence: Silence, by_s: float) -> Silence:
    until = None if silence.until is None else silence.until - by_s
    known = (
        replace(one, since=one.since - by_s, offset=one.offset - by_s) for one in silence.known
    )
    return Silence(silence.onset - by_s, until, tuple(known))


def by_words_alone(silence: Silence) -> Silence:
    """The same silence as it is for who has the words and the question, and no acoustic score."""
    return _told(silence, _is_of_words)


def without_models(silence: Silence) -> Silence:
    """The same silence for ears that have no model of the turn's end: the default profile's."""
    return _told(silence, _is_no_model)


def _is_of_words(name: str) -> bool:
    return name not in ACOUSTIC and not name.startswith("semantic_vad")


def _is_no_model(name: str) -> bool:
    return name != SMART_TURN


def _told(silence: Silence, kept: Callable[[str], bool]) -> Silence:
    weights = policy().turn_taking.endpointing.weights

    def of(known: Known) -> Known:
        values = tuple(value for value in known.evidence.values if kept(value[0]))
        return replace(known, evidence=judged(values, weights))

    return replace(silence, known=tuple(of(known) for known in silence.known))


def taken_at(silence: Silence, endpointing: Endpointing) -> float | None:
    """When the floor is taken in it with these numbers (s)."""
    shortest_s = policy().turn_taking.bargein.min_speech
    return floor_taken_at(silence, endpointing, shortest_speech_s=shortest_s)


class Kairos:
    """``Contender``: ours, swept over ``patience``.

    ``remembered``: the silences by clip. For recorded calls it is a matter of record: ``stops``
    says when the agent fell silent that spoke at the event's onset, ``onsets`` when it began to
    sound, both by the call's name.
    """

    thresholds = PATIENCES_S

    def __init__(
        self,
        name: str,
        remembered: Mapping[str, tuple[Silence, ...]],
        stops: Mapping[str, float | None],
        onsets: Mapping[str, tuple[float, ...]],
    ) -> None:
        self.name = name
        self._remembered = remembered
        self._stops = stops
        self._onsets = onsets
        self._taken: dict[tuple[str, float], tuple[float, ...]] = {}

    def takes_floor_at(
        self, clip_name: str, onset_s: float, until_s: float | None, threshold: float
    ) -> float | None:
        """See ``Contender``. ``threshold``: the patience (s); calls were held with the default."""
        recorded = self._onsets.get(clip_name)
        times = self._decided(clip_name, threshold) if recorded is None else recorded
        for at in times:
            if at >= onset_s and (until_s is None or at < until_s):
                return at
        return None

    def stops_at(self, clip_name: str, onset_s: float) -> float | None:
        """See ``Contender``: from the recording."""
        return self._stops.get(clip_name)

    def _decided(self, clip_name: str, patience_s: float) -> tuple[float, ...]:
        key = clip_name, patience_s
        if key not in self._taken:
            numbers = policy().turn_taking.endpointing.model_copy(update={"patience": patience_s})
            times = (taken_at(silence, numbers) for silence in self._remembered[clip_name])
            self._taken[key] = tuple(at for at in times if at is not None)
        return self._taken[key]
