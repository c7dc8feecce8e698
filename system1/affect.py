"""How the caller takes it: agitated, hurried, hesitant or confused, from the voice and from words.

Reports of prosody are averaged over the last ``sustained`` seconds of speech of one turn, since a
stressed syllable is as high and as loud as anger is. With p, l, r and s the means of pitch,
loudness, rate over the caller's own, and rate, g that of pitch range over the caller's own, and
capitals for the policy's thresholds (its
section ``affect``):

    agitated       p >= P and l >= L,   or   any two of p >= P, g >= G, l >= L, r >= R in each of
                   the last ``windows`` such spans,   or   one of them with words of complaint
    fast speech    r >= R and s >= S,   or   s >= very fast
    hesitant       enough filled pauses, restarts, pauses longer than the caller's own, slowness
    confused       enough incomprehension, requests to repeat, the same question in the last turns

What is told of a turn is its most telling moment, judged when the turn is taken: the words are
known then, and the end of a sentence is low and soft however angry it began. An episode begins
there or as soon as the voice alone says so, and ends by hysteresis: after ``calm_after`` seconds
of speech below ``relief`` of the thresholds, counted from the last moment that was above them.
What words alone tell, hesitancy and confusion, is told by whole turns: such an episode begins with
a turn that shows it and ends after ``calm_turns`` that do not (``system1.manner``).

A listener, where the policy has one, hears more than these numbers do, but late, and it may be
wrong. So a mood is begun by it only where its last answers agree, or, for agitation, where the
voice of the turn is raised as well; the next turn that is taken then shows the mood.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from policies.affect import Affect
from system1.manner import Manner
from system1.moods import MOODS, Emotion, Evidence, Mood, Sign
from system1.percepts import Prosody
from system1.voice import SLACK_S, Voice, mean, raised, stronger, windows

REPORT_S = 0.25
"""A report speaks for so much speech at most (s): after a pause, not for the pause."""

_LEAST_S = 0.001
"""Reports closer together are one, and the later of them says nothing (s)."""

_LEAST_WORDS = 3
"""A turn of fewer words is too short to be fluent."""

_OF_WORDS = (Mood.CONFUSED, Mood.HESITANT)
"""The moods that turns tell, where the voice tells the others."""

_GRAVEST = {mood: place for place, mood in enumerate(Mood)}


@dataclass(frozen=True, slots=True)
class Episode:
    """A mood while it lasts. ``calm_s``, ``calm_turns``: calm speech (s) or turns since then."""

    mood: Mood
    calm_s: float = 0.0
    calm_turns: int = 0
    soothed: bool = False


@dataclass(frozen=True, slots=True)
class Temper:
    """What is known of the caller's mood. ``recent``: the last speech of the turn under way.

    ``raised``, ``half_raised``, ``hurried``: its most telling moments, None if it had none;
    ``spoken``: the whole of its speech. ``confusion``: signs of it in the last turns, oldest first.
    ``before``: the episodes when the turn began. ``opinions``: what the listener's last answers
    were signs of; ``overheard``: what they add up to, until a turn has shown it.
    """

    episodes: tuple[Episode, ...] = ()
    recent: tuple[Voice, ...] = ()
    last_report: float = -math.inf
    raised: Voice | None = None
    half_raised: Voice | None = None
    hurried: Voice | None = None
    spoken: Voice | None = None
    confusion: tuple[int, ...] = ()
    before: tuple[Episode, ...] = ()
    opinions: tuple[Mood | None, ...] = ()
    overheard: Sign | None = None

    def episode(self, mood: Mood) -> Episode | None:
        """The episode under way, None if there is none."""
        return next((one for one in self.episodes if one.mood is mood), None)

    @property
    def agitated(self) -> bool:
        """An episode of agitation is under way."""
        return self.episode(Mood.AGITATED) is not None

    @property
    def mood(self) -> Mood | None:
        """The gravest of the moods under way, None for a caller at ease."""
        return next((mood for mood in Mood if self.episode(mood) is not None), None)

    def heard(self, report: Prosody, numbers: Affect) -> Temper:
        """The state after a report. One that is no number in any figure says nothing."""
        figures = (
            report.pitch_st,
            report.level_db,
            report.rate_ratio,
            report.rate_sps,
            report.range_ratio,
        )
        if not all(map(math.isfinite, (report.at, *figures))):
            return self
        seconds = min(report.at - self.last_report, REPORT_S)
        if seconds < _LEAST_S:
            return self
        now = Voice(*figures, seconds)
        recent = (*self.recent, now)
        longest = numbers.windows * numbers.sustained - SLACK_S
        while sum(one.seconds for one in recent[1:]) >= longest:
            recent = recent[1:]
        spans = tuple(windows(recent, numbers.sustained))
        last = spans[0] if spans else mean(recent)
        shown: tuple[Mood, ...] = ()
        after = self
        if spans:
            angry, fast = raised(spans, numbers), last.hurried(numbers) >= 1.0
            shown = (Mood.AGITATED,) * (angry is not None) + (Mood.FAST_SPEECH,) * fast
            after = replace(
                self,
                raised=stronger(self.raised, angry, Voice.twice_raised, numbers),
                half_raised=stronger(self.half_raised, last, Voice.half_raised, numbers),
                hurried=stronger(self.hurried, last, Voice.hurried, numbers),
            )
        return replace(
            after,
            episodes=tuple(_lasting(self.episodes, shown, last, seconds, numbers)),
            recent=recent,
            spoken=mean((self.spoken, now) if self.spoken is not None else (now,)),
            last_report=report.at,
        )._with(*shown)

    def told(self, emotion: Emotion, confidence: float, sure: float, agree: int) -> Temper:
        """The state after a listener's answer, of which ``agree`` in a row make a mood.

        One of less confidence than ``sure`` says nothing.
        """
        if not confidence >= sure:
            return self
        mood = MOODS.get(emotion)
        opinions = (*self.opinions, mood)[-agree:]
        after = replace(self, opinions=opinions)
        if mood is None:
            return after
        raised = mood is Mood.AGITATED and self.half_raised is not None
        if not raised and opinions != (mood,) * agree:
            return after
        sign = Sign(mood, (("listener", round(confidence, 2)),))
        after = replace(after, overheard=sign)._with(mood)
        lasting = tuple(
            replace(one, calm_s=0.0) if one.mood is mood else one for one in after.episodes
        )
        # Whatever becomes of the sounds under way: it was said of speech before them.
        kept = (
            after.before
            if any(one.mood is mood for one in after.before)
            else (*after.before, Episode(mood))
        )
        return replace(after, episodes=lasting, before=kept)

    def turn_taken(self, manner: Manner, numbers: Affect) -> tuple[Temper, tuple[Sign, ...]]:
        """The state once a turn is over, and the moods that it showed, the gravest first.

        ``manner``: how its words were said, the empty one if they were not understood.
        """
        confusion = (*self.confusion, manner.confusion)[-numbers.confused.turns :]
        found = (
            self._agitation(manner, numbers),
            _confusion(confusion, manner, numbers),
            self._hesitancy(manner, numbers),
            self._haste(),
        )
        signs = tuple(sign for sign in found if sign is not None)
        shown = tuple(sign.mood for sign in signs)
        if self.overheard is not None and self.overheard.mood not in shown:
            signs = tuple(sorted((*signs, self.overheard), key=lambda sign: _GRAVEST[sign.mood]))
            shown = tuple(sign.mood for sign in signs)
        after = replace(self._with(*shown), overheard=None)
        lasting = tuple(_after_turn(after.episodes, shown, manner, self.spoken, numbers))
        return replace(after, episodes=lasting, confusion=confusion).forgetful(), signs

    def _agitation(self, manner: Manner, numbers: Affect) -> Sign | None:
        voice = self.raised or (self.half_raised if manner.complains else None)
        if voice is None:
            return None
        evidence: Evidence = tuple(
            (name, round(value, 2))
            for name, value, strength in voice.signs(numbers)
            if strength >= 1
        )
        return Sign(Mood.AGITATED, evidence + (("complaint", 1),) * manner.complains)

    def _hesitancy(self, manner: Manner, numbers: Affect) -> Sign | None:
        signs = _hesitations(manner, self.spoken, numbers)
        count = sum(count for _, count in signs)
        dense = count >= numbers.hesitant.density * manner.words
        if count < numbers.hesitant.signs or not dense:
            return None
        return Sign(Mood.HESITANT, (("words", manner.words), *signs))

    def _haste(self) -> Sign | None:
        if self.hurried is None:
            return None
        ratio, rate = round(self.hurried.rate_ratio, 2), round(self.hurried.rate_sps, 2)
        return Sign(Mood.FAST_SPEECH, (("rate_ratio", ratio), ("rate_sps", rate)))

    def forgetful(self) -> Temper:
        """The state at the beginning of a turn: episodes last, moments do not."""
        return replace(
            self,
            recent=(),
            raised=None,
            half_raised=None,
            hurried=None,
            spoken=None,
            before=self.episodes,
        )

    def dismissed(self) -> Temper:
        """The state after sounds that were no turn: a laugh is loud and high, and no anger."""
        return replace(self, episodes=self.before).forgetful()

    def reopened(self, before: Temper, numbers: Affect) -> Temper:
        """The state when a turn goes on that had been taken in the state ``before``."""
        spoken = tuple(voice for voice in (before.spoken, self.spoken) if voice is not None)
        return replace(
            self,
            episodes=tuple(_reopened(self.episodes, before.episodes)),
            before=before.before,
            confusion=before.confusion,
            spoken=mean(spoken) if spoken else None,
            overheard=self.overheard or before.overheard,
            recent=self.recent or before.recent,
            raised=stronger(self.raised, before.raised, Voice.twice_raised, numbers),
            half_raised=stronger(self.half_raised, before.half_raised, Voice.half_raised, numbers),
            hurried=stronger(self.hurried, before.hurried, Voice.hurried, numbers),
        )

    def soothed(self) -> Temper:
        """A soothing word has been said in the episodes under way."""
        return replace(self, episodes=tuple(replace(one, soothed=True) for one in self.episodes))

    def _with(self, *moods: Mood) -> Temper:
        begun = tuple(Episode(mood) for mood in moods if self.episode(mood) is None)
        return replace(self, episodes=self.episodes + begun) if begun else self


def _lasting(
    episodes: tuple[Episode, ...],
    shown: tuple[Mood, ...],
    mean: Voice,
    seconds: float,
    numbers: Affect,
) -> Iterator[Episode]:
    for one in episodes:
        if one.mood in _OF_WORDS:
            yield one
            continue
        calm_s = one.calm_s + (seconds if mean.calm(one.mood, numbers) else 0.0)
        if one.mood in shown:
            yield replace(one, calm_s=0.0)
        elif calm_s < numbers.calm_after - SLACK_S:
            yield replace(one, calm_s=calm_s)


def _hesitations(
    manner: Manner, spoken: Voice | None, numbers: Affect
) -> tuple[tuple[str, int], ...]:
    """The signs of hesitancy in a turn, by kind, without the kinds that it has none of."""
    long_enough = spoken is not None and spoken.seconds >= numbers.sustained - SLACK_S
    slow = long_enough and spoken is not None and spoken.rate_ratio <= numbers.hesitant.slow
    counts = (
        ("filled_pauses", manner.filled_pauses),
        ("restarts", manner.restarts),
        ("long_pauses", manner.long_pauses),
        ("slow", int(slow)),
    )
    return tuple((name, count) for name, count in counts if count)


def _confusion(confusion: tuple[int, ...], manner: Manner, numbers: Affect) -> Sign | None:
    """Confusion that the last turns add up to, where the last of them shows some itself."""
    if not manner.confusion or sum(confusion) < numbers.confused.signs:
        return None
    kinds = (("puzzled", manner.puzzled), ("repeat", manner.repeat), ("same", manner.same))
    seen = tuple((name, 1) for name, is_so in kinds if is_so)
    return Sign(Mood.CONFUSED, (("signs", sum(confusion)), *seen))


def _after_turn(
    episodes: tuple[Episode, ...],
    shown: tuple[Mood, ...],
    manner: Manner,
    spoken: Voice | None,
    numbers: Affect,
) -> Iterator[Episode]:
    """The episodes that words tell, after a turn; the others are the voice's to end."""
    hesitations = sum(count for _, count in _hesitations(manner, spoken, numbers))
    for one in episodes:
        match one.mood:
            case Mood.HESITANT:
                most = numbers.hesitant.calm_turns
                calm = hesitations < numbers.relief * numbers.hesitant.signs
            case Mood.CONFUSED:
                most = numbers.confused.calm_turns
                calm = not manner.confusion
            case Mood.AGITATED | Mood.FAST_SPEECH:
                yield one
                continue
            case _:
                assert_never(one.mood)
        if one.mood in shown:
            yield replace(one, calm_turns=0)
        elif not calm or manner.words < _LEAST_WORDS:
            yield one
        elif one.calm_turns + 1 < most:
            yield replace(one, calm_turns=one.calm_turns + 1)


def _reopened(now: tuple[Episode, ...], before: tuple[Episode, ...]) -> Iterator[Episode]:
    """What the voice tells lasts; what the words told is told anew, but not soothed anew."""
    soothed = [one.mood for one in now if one.soothed]
    yield from (one for one in now if one.mood not in _OF_WORDS)
    told = [one for one in before if one.mood in _OF_WORDS]
    yield from (replace(one, soothed=one.soothed or one.mood in soothed) for one in told)
    new = [mood for mood in soothed if mood in _OF_WORDS]
    yield from (Episode(mood, soothed=True) for mood in new if mood not in [t.mood for t in told])
