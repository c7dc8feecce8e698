"""What the human who takes a call over is told of it: by rule, from short-term memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.policy import Policy
from system1.acts import Because, Summary
from system1.brief import Turn
from system1.language import Language
from system1.masking import REMOVED, Censor, secrets
from system1.moods import Mood
from system1.private import of_kind
from system1.scene import Scene

LAST_TURNS = 4

_WORDS: dict[str, tuple[str, str]] = {
    "caller": ("Caller", "来电者"),
    "agent": ("Agent", "客服"),
    "asked": ("Asked", "诉求"),
    "known": ("Known", "已知"),
    "mood": ("Mood", "情绪"),
    "why": ("Transferred because of", "转接原因"),
    "last": ("Last turns", "最近对话"),
    "calm": ("calm", "平静"),
    "agitated": ("agitated", "激动"),
    "confused": ("confused", "困惑"),
    "hesitant": ("hesitant", "犹豫"),
    "fast_speech": ("in a hurry", "着急"),
    "turns": ("in {n} turns", "共{n}轮"),
    "nothing": ("nothing", "无"),
}


def summarize(scene: Scene, because: Because) -> Summary:
    """The call as it stands, handed over for ``because``."""
    policy, language, memory = scene.policy, scene.language, scene.memory
    known = dict(memory.slots)
    if memory.task is not None:
        known |= {slot.name: slot.value for slot in memory.task.slots if slot.value is not None}
    hidden = policy.privacy.mask
    slots = tuple(
        (name, REMOVED if name in hidden or of_kind(value, hidden) else value)
        for name, value in known.items()
    )
    names = {one.slot for task in policy.tasks for one in task.collect if one.type == "name"}
    who = next((value for name, value in slots if name in names), None)
    said = [(turn.who, turn.text) for turn in memory.turns]
    told = Censor(policy, secrets(policy, memory), said).turns(said)
    turns = tuple((turn.who, text) for turn, text in zip(memory.turns, told, strict=True))
    asked = _asked(policy, language, [turn for turn in memory.turns if turn.who == "caller"])
    plain = next((text for turn, text in zip(memory.turns, told, strict=True) if turn is asked), "")
    mood, turns_in_it = _mood(scene)
    why = because.rule.removeprefix("rule.")
    summary = Summary(who, plain, slots, mood, why, turns[-LAST_TURNS:], "")
    text = "\n".join(_told(summary, turns_in_it, int(language.code == "zh")))
    return replace(summary, text=text)


def _asked(policy: Policy, language: Language, turns: list[Turn]) -> Turn | None:
    """The last turn with a phrase of a task's or of the knowledge's, else the first of all."""
    phrases = [phrase for task in policy.tasks for phrase in task.when.says or ()]
    phrases += [phrase for item in policy.knowledge for phrase in item.asks]
    for turn in reversed(turns):
        if any(language.contains(turn.text, phrase) for phrase in phrases):
            return turn
    return turns[0] if turns else None


def _mood(scene: Scene) -> tuple[str, int]:
    """The gravest mood that the caller showed, and in how many turns."""
    now = scene.affect.mood
    for mood in Mood:
        if scene.showed[mood] or now is mood:
            return mood.value, scene.showed[mood]
    return "calm", 0


def _told(summary: Summary, in_mood: int, language: int) -> Iterator[str]:
    def word(key: str) -> str:
        return _WORDS[key][language]

    colon, comma = (": ", ", ") if language == 0 else ("：", "，")
    if summary.who is not None:
        yield word("caller") + colon + summary.who
    yield word("asked") + colon + (summary.asked or word("nothing"))
    slots = [f"{name.replace('_', ' ')} {value}" for name, value in summary.slots]
    yield word("known") + colon + (comma.join(slots) or word("nothing"))
    times = f"{comma}{word('turns').format(n=in_mood)}" if in_mood else ""
    yield word("mood") + colon + word(summary.mood) + times
    yield word("why") + colon + summary.why
    yield word("last") + colon.rstrip()
    for who, said in summary.last:
        yield f"  {word(who)}{colon}{said}"
