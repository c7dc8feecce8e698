"""How the caller takes it: agitated or hurried, from the voice against itself and from words.

Reports of prosody are averaged over the last ``sustained`` seconds of speech of one turn, since a
stressed syllable is as high and as loud as anger is. With p, l, r and s the means of pitch,
loudness, rate over the caller's own, and rate, and capitals for the policy's thresholds (its
section ``affect``):

    agitated       p >= P and l >= L,   or   (p >= P or l >= L) with words of complaint
    fast speech    r >= R and s >= S,   or   s >= very fast

What is told of a turn is its most telling moment, judged when the turn is taken: the words are
known then, and the end of a sentence is low and soft however angry it began. An episode begins
there or as soon as the voice alone says so, and ends by hysteresis: after ``calm_after`` seconds
of speech below ``relief`` of the thresholds, counted from the last moment that was above them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from policies.affect import Affect
from system1.percepts import Prosody

REPORT_S = 0.25
"""A report speaks for so much speech at most (s): after a pause, not for the pause."""

_LEAST_S = 0.001
"""Reports closer together are one, and the later of them says nothing (s)."""

_SLACK_S = 0.01
"""Reports come on the ears' own grid; four quarters are a second."""


class Mood(StrEnum):
    """What an episode is one of. The values are the keys of the policy's ``soothe``."""

    AGITATED = "agitated"
    FAST_SPEECH = "fast_speech"


@dataclass(frozen=True, slots=True)
class Voice:
    """Means over speech: see ``Prosody`` for the units. ``seconds``: of how much speech."""

    pitch_st: float
    level_db: float
    rate_ratio: float
    rate_sps: float
    seconds: float

    def raised(self, numbers: Affect) -> float:
        """The lesser of pitch and loudness, in thresholds: from 1 on both are raised."""
        return min(self.pitch_st / numbers.pitch, self.level_db / numbers.level)

    def half_raised(self, numbers: Affect) -> float:
        """The greater of pitch and loudness, in thresholds: from 1 on one is raised."""
        return max(self.pitch_st / numbers.pitch, self.level_db / numbers.level)

    def hurried(self, numbers: Affect) -> float:
        """Rate in thresholds: from 1 on speech is fast."""
        more = min(self.rate_ratio / numbers.rate_ratio, self.rate_sps / numbers.rate)
        return max(more, self.rate_sps / numbers.very_fast)

    def calm(self, mood: Mood, numbers: Affect) -> bool:
        """Whether nothing of the mood is left in this voice."""
        if mood is Mood.AGITATED:
            return self.half_raised(numbers) < numbers.relief
        usual = 1.0 + numbers.relief * (numbers.rate_ratio - 1.0)
        return self.rate_sps < numbers.rate and self.rate_ratio < usual


@dataclass(frozen=True, slots=True)
class Episode:
    """A mood while it lasts. ``calm_s``: calm speech since it last showed (s)."""

    mood: Mood
    calm_s: float = 0.0
    soothed: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """A mood that a turn showed, and by what: the voice's numbers, and words if they counted."""

    mood: Mood
    evidence: tuple[tuple[str, float | int | str], ...]


@dataclass(frozen=True, slots=True)
class Temper:
    """What is known of the caller's mood. ``recent``: the last speech of the turn under way.

    ``raised``, ``half_raised``, ``hurried``: its most telling moments, None if it had none.
    """

    episodes: tuple[Episode, ...] = ()
    recent: tuple[Voice, ...] = ()
    last_report: float = -math.inf
    raised: Voice | None = None
    half_raised: Voice | None = None
    hurried: Voice | None = None

    def episode(self, mood: Mood) -> Episode | None:
        """The episode under way, None if there is none."""
        return next((one for one in self.episodes if one.mood is mood), None)

    @property
    def agitated(self) -> bool:
        """An episode of agitation is under way."""
        return self.episode(Mood.AGITATED) is not None

    def heard(self, report: Prosody, numbers: Affect) -> Temper:
        """The state after a report. One that is no number in any figure says nothing."""
        figures = (report.pitch_st, report.level_db, report.rate_ratio, report.rate_sps)
        if not all(map(math.isfinite, (report.at, *figures))):
            return self
        seconds = min(report.at - self.last_report, REPORT_S)
        if seconds < _LEAST_S:
            return self
        now = Voice(*figures, seconds)
        recent = (*self.recent, now)
        while sum(one.seconds for one in recent[1:]) >= numbers.sustained - _SLACK_S:
            recent = recent[1:]
        mean = _mean(recent)
        shown: tuple[Mood, ...] = ()
        after = self
        if mean.seconds >= numbers.sustained - _SLACK_S:
            raised, hurried = mean.raised(numbers) >= 1.0, mean.hurried(numbers) >= 1.0
            shown = (Mood.AGITATED,) * raised + (Mood.FAST_SPEECH,) * hurried
            after = replace(
                self,
                raised=_stronger(self.raised, mean, Voice.raised, numbers),
                half_raised=_stronger(self.half_raised, mean, Voice.half_raised, numbers),
                hurried=_stronger(self.hurried, mean, Voice.hurried, numbers),
            )
        return replace(
            after,
            episodes=tuple(_lasting(self.episodes, shown, mean, seconds, numbers)),
            recent=recent,
            last_report=report.at,
        )._with(*shown)

    def turn_taken(self, complains: bool) -> tuple[Temper, tuple[Sign, ...]]:
        """The state once a turn is over, and the moods that it showed, the gravest first.

        ``complains``: its words are words of complaint.
        """
        signs: list[Sign] = []
        if self.raised is not None or (complains and self.half_raised is not None):
            voice = self.raised or self.half_raised
            assert voice is not None
            words = (("complaint", 1),) if complains else ()
            signs.append(
                Sign(
                    Mood.AGITATED,
                    (
                        ("pitch_st", round(voice.pitch_st, 2)),
                        ("level_db", round(voice.level_db, 2)),
                        *words,
                    ),
                )
            )
        if self.hurried is not None:
            fast = (
                ("rate_ratio", round(self.hurried.rate_ratio, 2)),
                ("rate_sps", round(self.hurried.rate_sps, 2)),
            )
            signs.append(Sign(Mood.FAST_SPEECH, fast))
        return self.forgetful()._with(*(sign.mood for sign in signs)), tuple(signs)

    def forgetful(self) -> Temper:
        """The state at the beginning of a turn: episodes last, moments do not."""
        return replace(self, recent=(), raised=None, half_raised=None, hurried=None)

    def reopened(self, before: Temper, numbers: Affect) -> Temper:
        """The state when a turn goes on that had been taken in the state ``before``."""
        return replace(
            self,
            recent=self.recent or before.recent,
            raised=_stronger(self.raised, before.raised, Voice.raised, numbers),
            half_raised=_stronger(self.half_raised, before.half_raised, Voice.half_raised, numbers),
            hurried=_stronger(self.hurried, before.hurried, Voice.hurried, numbers),
        )

    def soothed(self) -> Temper:
        """A soothing word has been said in the episodes under way."""
        return replace(self, episodes=tuple(replace(one, soothed=True) for one in self.episodes))

    def _with(self, *moods: Mood) -> Temper:
        begun = tuple(Episode(mood) for mood in moods if self.episode(mood) is None)
        return replace(self, episodes=self.episodes + begun) if begun else self


def is_agitated(signs: tuple[Sign, ...]) -> bool:
    """Whether a turn with these signs was that of an agitated caller."""
    return any(sign.mood is Mood.AGITATED for sign in signs)


def _lasting(
    episodes: tuple[Episode, ...],
    shown: tuple[Mood, ...],
    mean: Voice,
    seconds: float,
    numbers: Affect,
) -> Iterator[Episode]:
    for one in episodes:
        calm_s = one.calm_s + (seconds if mean.calm(one.mood, numbers) else 0.0)
        if one.mood in shown:
            yield replace(one, calm_s=0.0)
        elif calm_s < numbers.calm_after - _SLACK_S:
            yield replace(one, calm_s=calm_s)


def _mean(voices: tuple[Voice, ...]) -> Voice:
    seconds = sum(one.seconds for one in voices)
    return Voice(
        sum(one.pitch_st * one.seconds for one in voices) / seconds,
        sum(one.level_db * one.seconds for one in voices) / seconds,
        sum(one.rate_ratio * one.seconds for one in voices) / seconds,
        sum(one.rate_sps * one.seconds for one in voices) / seconds,
        seconds,
    )


def _stronger(
    one: Voice | None,
    other: Voice | None,
    strength: Callable[[Voice, Affect], float],
    numbers: Affect,
) -> Voice | None:
    """The more telling of two moments; the first where they are equal, None below 1."""
    found = [voice for voice in (one, other) if voice and strength(voice, numbers) >= 1.0]
    return max(found, key=lambda voice: strength(voice, numbers), default=None)
