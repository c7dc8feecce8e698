"""What a call that is over teaches: by rule, from its slots and notes; by a model, if one is given.

Whatever learns it, ``kept`` has the last word: what the policy masks or does not keep goes no
further, and free words pass through ``system1.masking.Censor``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from policies.policy import Policy
from system1.masking import REMOVED, Censor, secrets
from system1.memory import ShortTermMemory
from system1.moods import Mood
from system1.private import of_kind
from system1.scene import Scene
from system2.memory.profile import NewFact

LONGEST_VALUE = 500
"""Characters of a value or of words to it; more is no fact but a story."""

LONGEST_SUMMARY = 1000

_WORDS: dict[str, tuple[str, str]] = {
    "asked": ("Asked", "诉求"),
    "settled": ("Settled", "已确认"),
    "mood": ("Mood", "情绪"),
    Mood.AGITATED.value: ("agitated", "激动"),
    Mood.CONFUSED.value: ("confused", "困惑"),
    Mood.HESITANT.value: ("hesitant", "犹豫"),
    Mood.FAST_SPEECH.value: ("in a hurry", "着急"),
}


@dataclass(frozen=True, slots=True)
class CallOver:
    """A call as it stood at its end. ``outcome``: how it ended.

    ``said``: every turn of either side, ``caller`` or ``agent`` and the words, without what the
    policy masks.
    """

    scene: Scene
    outcome: str
    said: tuple[tuple[str, str], ...] = ()

    @property
    def memory(self) -> ShortTermMemory:
        return self.scene.memory


@dataclass(frozen=True, slots=True)
class Learned:
    """What it taught. ``summary``: the call in a line or two; empty where there is none."""

    facts: tuple[NewFact, ...] = ()
    summary: str = ""


class Extractor(Protocol):
    """Learns from a call that is over; never asked inside one."""

    async def extract(self, over: CallOver) -> Learned:
        """What ``over`` teaches beyond its slots and notes. May raise; the rules hold anyway.

        Cancelled where it takes too long.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


def by_rule(over: CallOver) -> Learned:
    """The slots that were filled, or confirmed where they are to be, the notes, and a summary."""
    return Learned((*_settled(over), *_noted(over)), _summary(over))


def together(rules: Learned, more: Learned | None) -> Learned:
    """What rules and a model learnt: of one name the rules' value counts, of summaries the
    model's."""
    if more is None:
        return rules
    names = {fact.name for fact in rules.facts}
    others = tuple(fact for fact in more.facts if fact.name not in names)
    return Learned((*rules.facts, *others), more.summary.strip() or rules.summary)


def kept(learned: Learned, over: CallOver) -> Learned:
    """What of it may be stored."""
    policy, memory = over.scene.policy, over.memory
    mask = policy.privacy.mask
    heard = [(turn.who, turn.text) for turn in memory.turns]
    censor = Censor(policy, secrets(policy, memory), heard)
    plain = _plain_slots(policy)
    slots = {one.slot for task in policy.tasks for one in task.collect}

    def told(text: str, most: int) -> str:
        one = " ".join(text.split())[:most]
        return censor.text(one)

    facts: list[NewFact] = []
    for fact in learned.facts:
        masked = fact.name in mask or of_kind(fact.value, mask)
        if masked or not _kept_by_policy(fact.name, fact.name in slots, policy):
            continue
        value = fact.value.strip()[:LONGEST_VALUE]
        # A slot of a strict type holds nothing but what the policy asked for.
        value = value if fact.name in plain else told(value, LONGEST_VALUE)
        if value and value != REMOVED:
            facts.append(replace(fact, value=value, text=told(fact.text, LONGEST_VALUE)))
    return Learned(tuple(facts), told(learned.summary, LONGEST_SUMMARY))


def without_secrets(scene: Scene, turns: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Turns as an extractor may read them."""
    if not scene.policy.privacy.mask:
        return tuple(turns)
    told = Censor(scene.policy, secrets(scene.policy, scene.memory), turns).turns(turns)
    return tuple((who, text) for (who, _), text in zip(turns, told, strict=True))


def consents(over: CallOver, slot: str) -> bool | None:
    """What the caller said in this call to being remembered; None where it was not asked."""
    for name, value, _ in over.memory.settled:
        if name == slot:
            return value == "yes"
    return None


def _kept_by_policy(name: str, slot: bool, policy: Policy) -> bool:
    rules = policy.memory
    if not slot:
        return rules.notes
    if rules.consent is not None and name == rules.consent.slot:
        return True
    return rules.keep is None or name in rules.keep


def _plain_slots(policy: Policy) -> set[str]:
    """Slots whose values are no free words."""
    collects = [one for task in policy.tasks for one in task.collect]
    free = {one.slot for one in collects if one.type == "text"}
    return {one.slot for one in collects} - free


def _settled(over: CallOver) -> Iterator[NewFact]:
    """An answer may have been taken back since: what holds is what memory has in the end."""
    memory = over.memory
    holds = dict(memory.slots)
    if memory.task is not None:
        holds |= {slot.name: slot.value for slot in memory.task.slots if slot.value is not None}
    for name, value, turn in memory.settled:
        if holds.get(name) == value:
            yield NewFact(name, value, turn=turn or None)


def _noted(over: CallOver) -> Iterator[NewFact]:
    for name, value in over.memory.noted:
        yield NewFact(name, value)


def _summary(over: CallOver) -> str:
    """What was asked, what came of it, and in what mood, in the policy's language."""
    scene = over.scene
    chinese = int(scene.language.code == "zh")
    colon, comma, stop = (": ", ", ", ". ") if not chinese else ("：", "，", "。")
    asked = next((text for who, text in over.said if who == "caller"), "")
    parts = [(_WORDS["asked"][chinese], asked)]
    hidden = scene.policy.privacy.mask
    settled = [
        f"{one.name.replace('_', ' ')} {one.value}"
        for one in _settled(over)
        if one.name not in hidden
    ]
    parts.append((_WORDS["settled"][chinese], comma.join(settled)))
    mood = next((mood for mood in Mood if scene.showed[mood]), None)
    parts.append((_WORDS["mood"][chinese], _WORDS[mood.value][chinese] if mood else ""))
    return stop.join(what + colon + text for what, text in parts if text)
