"""The running score of the evidence that the other party is a machine. A value; pure.

A logistic score: the log-odds of a machine are ``PRIOR`` plus the weight of each piece of
evidence that is there. The weights are set, not fitted, so that these hold: a caller's manner
alone (even timing, no "um", never interrupting) is not enough to be asked anything; one tell-tale
phrase, or a caller who keeps repeating a line, is; so is nothing but a second sign, or a challenge
that was not met, enough to be sure; and a voicemail's words and its beep are sure together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from types import MappingProxyType

from system1.language import Language
from system1.language.telltales import Telltale, telltales
from system1.questions import Question

PRIOR = -4.0
"""Log-odds before anything was heard: some 2 % of parties."""

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "telltale": 4.5,  # one turn with a tell-tale phrase
        "telltale_again": 3.0,  # another turn with one
        "voicemail_beep": 8.0,  # a voicemail's words, and a beep
        "repeats": 3.0,  # REPEATS lines said again unasked
        "even_gaps": 2.0,  # GAPS answers after gaps that hardly differ
        "fluent": 1.0,  # FLUENT_WORDS words without a hesitation
        "never_interrupts": 0.5,  # in PATIENT_TURNS turns
        "beep": 1.5,
        "music": 1.0,
        "not_met": 3.0,  # the challenge was answered by a machine's words, or not at all
        "met": -6.0,  # the challenge was answered as people do
    }
)
"""Log-odds for each piece of evidence."""

REPEATS = 2
SIMILAR = 0.9
"""Share of words in common, in order (``difflib``'s ratio), from which a line is the same."""
LINE_WORDS = 4
"""Shorter lines, such as "yes please", are said again by anybody."""
GAPS = 4
EVEN_S = 0.08
FLUENT_WORDS = 60
PATIENT_TURNS = 6

MOST_CHALLENGES = 2
"""A challenge that was cut off before it could be understood is put once more, and no oftener."""

_LINES_KEPT = 6
_GAPS_KEPT = 8
_WORDS_COMPARED = 60


class Challenge(StrEnum):
    """How far the question is whether a person is speaking."""

    NOT_YET = "not_yet"
    OPEN = "open"
    MET = "met"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Held:
    """The turn that the challenge was said instead of answering, and what it was an answer to.

    ``challenge``: the words of the challenge, which two agents of one make give back to each other.
    """

    text: str
    question: Question | None
    challenge: str = ""


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """A turn as far as it tells machines from people. ``gap``: s after the agent's end, or None.

    ``asked_again``: the agent had asked to hear it once more. ``clear``: it was understood.
    """

    text: str
    gap: float | None = None
    asked_again: bool = False
    clear: bool = True


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What speaks for a machine so far. ``phrases``: the tell-tales of the turns that had any."""

    turns: int = 0
    words: int = 0
    hesitations: int = 0
    interruptions: int = 0
    repeats: int = 0
    telltale_turns: int = 0
    phrases: tuple[str, ...] = ()
    voicemail: bool = False
    beeps: int = 0
    music: int = 0
    lines: tuple[tuple[str, ...], ...] = ()
    gaps: tuple[float, ...] = ()
    challenge: Challenge = Challenge.NOT_YET
    challenges: int = 0
    held: Held | None = None

    def heard(self, turn: HeardTurn, language: Language) -> Suspicion:
        """With one more turn of the caller's."""
        said = language.tokens(turn.text)[:_WORDS_COMPARED]
        found = telltales(language, turn.text)
        # "Yes that is right" comes again with every question that it answers.
        line = said if len(said) >= LINE_WORDS and language.answer(said) is None else ()
        again = bool(line) and any(_same(line, before) for before in self.lines)
        challenge = self.challenge
        if challenge is Challenge.OPEN and turn.clear and said:
            echo = self.held is not None and _same(said, language.tokens(self.held.challenge))
            challenge = Challenge.NOT_MET if found or again or echo else Challenge.MET
        phrases = tuple(dict.fromkeys((*self.phrases, *(one for _, one in found))))
        gaps = self.gaps if turn.gap is None else (*self.gaps, round(turn.gap, 4))
        return replace(
            self,
            turns=self.turns + 1,
            words=self.words + len(language.tokens(turn.text)),
            hesitations=self.hesitations + sum(map(language.is_hesitation, said)),
            repeats=self.repeats + (again and not turn.asked_again),
            telltale_turns=self.telltale_turns + bool(found),
            phrases=phrases[-_LINES_KEPT:],
            voicemail=self.voicemail or any(kind is Telltale.VOICEMAIL for kind, _ in found),
            lines=((*self.lines, line) if line else self.lines)[-_LINES_KEPT:],
            gaps=gaps[-_GAPS_KEPT:],
            challenge=challenge,
        )

    def sounded(self, sound: str) -> Suspicion:
        """With a sound on the line that is no speech; others than beeps and music mean nothing."""
        match sound:
            case "beep":
                return replace(self, beeps=self.beeps + 1)
            case "music":
                return replace(self, music=self.music + 1)
            case _:
                return self

    def interrupted(self) -> Suspicion:
        """The other party has interrupted the agent."""
        return replace(self, interruptions=self.interruptions + 1)

    def challenged(self, held: Held) -> Suspicion:
        """The agent asks whether a person is speaking."""
        tries = self.challenges + 1
        return replace(self, challenge=Challenge.OPEN, challenges=tries, held=held)

    def unheard(self) -> Suspicion:
        """The challenge was cut off before it could be understood: what follows is no answer."""
        return replace(self, challenge=Challenge.NOT_YET, held=None)

    @property
    def may_challenge(self) -> bool:
        """The question is neither under way nor answered, and was not put too often."""
        return self.challenge is Challenge.NOT_YET and self.challenges < MOST_CHALLENGES

    def unanswered(self) -> Suspicion:
        """The challenge was met with silence."""
        return replace(self, challenge=Challenge.NOT_MET)

    def settled(self) -> Suspicion:
        """The held turn has been taken up again."""
        return replace(self, held=None)

    def without_turn(self, before: Suspicion) -> Suspicion:
        """As ``before`` the last turn, which goes on, with what else was heard since."""
        return replace(
            before,
            beeps=self.beeps,
            music=self.music,
            interruptions=self.interruptions,
        )

    def features(self) -> tuple[tuple[str, float], ...]:
        """The evidence that is there, with its weights."""
        even = len(self.gaps) >= GAPS and _spread(self.gaps) < EVEN_S
        there = {
            "telltale": self.telltale_turns > 0,
            "telltale_again": self.telltale_turns > 1,
            "voicemail_beep": self.voicemail and self.beeps > 0,
            "repeats": self.repeats >= REPEATS,
            "even_gaps": even,
            "fluent": self.words >= FLUENT_WORDS and not self.hesitations,
            "never_interrupts": self.turns >= PATIENT_TURNS and not self.interruptions,
            "beep": self.beeps > 0,
            "music": self.music > 0,
            "not_met": self.challenge is Challenge.NOT_MET,
            "met": self.challenge is Challenge.MET,
        }
        return tuple((name, WEIGHTS[name]) for name, holds in there.items() if holds)

    def probability(self) -> float:
        """That the other party is a machine, 0 to 1."""
        odds = PRIOR + sum(weight for _, weight in self.features())
        return 1 / (1 + math.exp(-odds))

    def evidence(self) -> tuple[tuple[str, float | int | str], ...]:
        """For ``because``: the probability, the phrases, and the weight of each feature."""
        phrases = (("phrases", " / ".join(self.phrases)),) if self.phrases else ()
        weights = tuple((f"w.{name}", weight) for name, weight in self.features())
        return (("probability", round(self.probability(), 4)), *phrases, *weights)


NO_SUSPICION = Suspicion()
"""Nothing was heard yet."""


def _spread(gaps: tuple[float, ...]) -> float:
    """Standard deviation (s); ``statistics.pstdev`` takes ten times as long, in exact fractions."""
    mean = math.fsum(gaps) / len(gaps)
    return math.sqrt(math.fsum((gap - mean) ** 2 for gap in gaps) / len(gaps))


def _same(line: tuple[str, ...], before: tuple[str, ...]) -> bool:
    return SequenceMatcher(None, line, before, autojunk=False).ratio() >= SIMILAR
