"""The voice over a span of speech, in thresholds of the policy: how raised it is, how hurried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from policies.affect import Affect
from system1.moods import Mood

SLACK_S = 0.01
"""Reports come on the ears' own grid; four quarters are a second."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Means over speech: see ``Prosody`` for the units. ``seconds``: of how much speech."""

    pitch_st: float
    level_db: float
    rate_ratio: float
    rate_sps: float
    range_ratio: float
    seconds: float

    def signs(self, numbers: Affect) -> tuple[tuple[str, float, float], ...]:
        """The signs of anger: what it is, its figure, and that figure in thresholds."""
        rate = (self.rate_ratio - 1.0) / (numbers.rate_ratio - 1.0)
        spread = (self.range_ratio - 1.0) / (numbers.range_ratio - 1.0)
        return (
            ("pitch_st", self.pitch_st, self.pitch_st / numbers.pitch),
            ("range_ratio", self.range_ratio, spread),
            ("level_db", self.level_db, self.level_db / numbers.level),
            ("rate_ratio", self.rate_ratio, rate),
        )

    def raised(self, numbers: Affect) -> float:
        """The lesser of pitch and loudness, in thresholds: from 1 on both are raised."""
        return min(self.pitch_st / numbers.pitch, self.level_db / numbers.level)

    def twice_raised(self, numbers: Affect) -> float:
        """The second strongest sign, in thresholds: from 1 on there are two."""
        return sorted(strength for _, _, strength in self.signs(numbers))[-2]

    def half_raised(self, numbers: Affect) -> float:
        """The strongest sign, in thresholds: from 1 on there is one."""
        return max(strength for _, _, strength in self.signs(numbers))

    def hurried(self, numbers: Affect) -> float:
        """Rate in thresholds: from 1 on speech is fast."""
        more = min(self.rate_ratio / numbers.rate_ratio, self.rate_sps / numbers.rate)
        return max(more, self.rate_sps / numbers.very_fast)

    def calm(self, mood: Mood, numbers: Affect) -> bool:
        """Whether nothing of a mood that the voice tells is left in it."""
        if mood is Mood.AGITATED:
            return self.twice_raised(numbers) < numbers.relief
        usual = 1.0 + numbers.relief * (numbers.rate_ratio - 1.0)
        return self.rate_sps < numbers.rate and self.rate_ratio < usual


def raised(windows: tuple[Voice, ...], numbers: Affect) -> Voice | None:
    """The voice in which the last windows are agitated, None if they are not."""
    if windows[0].raised(numbers) >= 1.0:
        return windows[0]
    if len(windows) < numbers.windows:
        return None
    weakest = min(windows, key=lambda one: one.twice_raised(numbers))
    return weakest if weakest.twice_raised(numbers) >= 1.0 else None


def windows(recent: tuple[Voice, ...], seconds: float) -> Iterator[Voice]:
    """Means over spans of so much speech each, the last one first; a shorter rest is left out."""
    taken: list[Voice] = []
    for one in reversed(recent):
        taken.append(one)
        if sum(voice.seconds for voice in taken) >= seconds - SLACK_S:
            yield mean(taken)
            taken = []


def mean(voices: Sequence[Voice]) -> Voice:
    """The voice over all of the spans, of which there is one at least."""
    seconds = sum(one.seconds for one in voices)
    return Voice(
        sum(one.pitch_st * one.seconds for one in voices) / seconds,
        sum(one.level_db * one.seconds for one in voices) / seconds,
        sum(one.rate_ratio * one.seconds for one in voices) / seconds,
        sum(one.rate_sps * one.seconds for one in voices) / seconds,
        sum(one.range_ratio * one.seconds for one in voices) / seconds,
        seconds,
    )


def stronger(
    one: Voice | None,
    other: Voice | None,
    strength: Callable[[Voice, Affect], float],
    numbers: Affect,
) -> Voice | None:
    """The more telling of two moments; the first where they are equal, None below 1."""
    found = [voice for voice in (one, other) if voice and strength(voice, numbers) >= 1.0]
    return max(found, key=lambda voice: strength(voice, numbers), default=None)
