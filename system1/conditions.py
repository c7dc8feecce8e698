"""When a rule of the policy's holds: what was said, how far the call is, what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from policies.dialogue import Rule, When
from policies.hours import local_time
from system1.moods import Mood
from system1.scene import EPSILON_S, Scene

Evidence = tuple[tuple[str, float | int | str], ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a rule is asked about. ``text``: the caller's words, None where there are none.

    ``nomatch``, ``noinput``: in a row, with the one that is about to be answered.
    """

    text: str | None
    nomatch: int = 0
    noinput: int = 0


def first_rule(scene: Scene, occasion: Occasion) -> tuple[Rule, Evidence] | None:
    """The first rule that holds and has not had its turn, with what made it hold."""
    for rule in scene.policy.rules:
        if rule.id in scene.fired:
            continue
        held = _holds(scene, rule.when, occasion)
        if held is not None:
            return rule, held
    return None


def fires_once(rule: Rule) -> bool:
    """What holds by a count or the clock alone would hold for ever after."""
    return rule.when.says is None


def hours_now(scene: Scene) -> Literal["open", "closed"] | None:
    """Whether the policy's hours are on; None where it has none, or the time is not known."""
    hours, local = scene.policy.hours, local_time(scene.began, scene.now)
    if hours is None or local is None:
        return None
    return "open" if hours.is_open(local) else "closed"


def _holds(scene: Scene, when: When, occasion: Occasion) -> Evidence | None:
    text = occasion.text
    if when.says is not None and (
        text is None or not any(scene.language.contains(text, say) for say in when.says)
    ):
        return None
    if when.hours is not None and when.hours != hours_now(scene):
        return None
    evidence: list[tuple[str, float | int | str]] = []
    if when.hours is not None:
        evidence.append(("hours", when.hours))
    for name, least, count in _counts(scene, when, occasion):
        if count < least - EPSILON_S:
            return None
        evidence.append((name, count))
    return tuple(evidence)


def _counts(
    scene: Scene, when: When, occasion: Occasion
) -> Iterator[tuple[str, float, float | int]]:
    """Each cap that is given: its name, what it asks for, and how far the call is."""
    slots = scene.memory.task.slots if scene.memory.task is not None else ()
    caps: tuple[tuple[str, float | None, float | int], ...] = (
        *((mood, least, scene.showed[Mood(mood)]) for mood, least in when.moods),
        ("turns", when.turns, scene.turns),
        ("duration_s", when.duration, round(scene.now, 4)),
        ("attempts", when.attempts, max((slot.attempts for slot in slots), default=0)),
        ("nomatch", when.nomatch, occasion.nomatch),
        ("noinput", when.noinput, occasion.noinput),
    )
    for name, least, count in caps:
        if least is not None:
            yield name, least, count
