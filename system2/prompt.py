"""From a brief to a model's messages: bounded, masked, and the same from the start for as long
as may be.

First what never changes for a policy (who the agent is, its rules and tasks, that words are data),
so that a server's prefix cache has it; then what holds now; then the last turns, as they were
heard. Beyond ``brief_tokens`` the oldest turns are left out first, then the least useful of what
memory and knowledge have; never the caller's words of now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from policies.dialogue import ChoiceType, Collect, DigitsType, PatternType
from policies.policy import Policy
from policies.thinking import Model
from system1.brief import Brief, Turn
from system1.language import Language
from system1.questions import TaskState
from system2.budget import Budget
from system2.chat.model import Message, ToolOffer
from system2.privacy import Veil
from system2.promptwords import prompt_words
from system2.retrieval import Index, Item

PHRASES_SHOWN = 3
"""Of what callers say for a task, so many phrases show what is meant."""

ITEMS_SHOWN = 4
"""Knowledge that goes with one question at most, the best first."""

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}


class Prompt:
    """The prompts of one policy. ``speaks``: for a model that answers in sound and has no tools."""

    def __init__(
        self, policy: Policy, language: Language, today: date, speaks: bool = False
    ) -> None:
        self._speaks = speaks
        self._policy = policy
        self._terms: Model = policy.model
        self._language = language
        self._words = prompt_words(language)
        self._today = today
        items = [Item(one.id, one.asks, one.answer) for one in policy.knowledge]
        self._index = Index(items, language)
        self._answers = {one.id: one.answer for one in policy.knowledge}
        self.prefix = "\n".join(self._prefix())

    def messages(
        self, brief: Brief, offers: Sequence[ToolOffer] = (), audio: bytes | None = None
    ) -> tuple[Message, ...]:
        """The messages for a brief: one system message, then turns, the caller's last.

        ``offers``: the tools that go with them, whose schemas take room too.
        """
        veil = Veil(self._policy, brief)
        said = veil.said() or self._words.silence
        turns = _before(brief)
        lines = self._moment(brief, veil)
        budget = Budget(self._terms.brief_tokens)
        budget.spend(self.prefix, *lines, said)
        budget.spend(
            *(f"{one.name} {one.description} {json.dumps(one.parameters)}" for one in offers)
        )
        if turns and turns[-1].who == "agent":
            # Without the words that they answer, the caller's have no meaning.
            budget.spend(veil.turns(turns)[-1])
        knowledge = budget.first(self._knowledge(brief))
        known = budget.first(
            f"- {name}: {quoted(veil.value(name, value))}"
            for name, value in (*brief.known, *brief.noted)
        )
        history = self._history(turns, veil, budget)
        moment = [self._words.now, *lines]
        if knowledge:
            moment += [self._words.knowledge, *knowledge]
        elif self._answers:
            moment.append(self._words.no_knowledge)
        if known:
            moment += [self._words.known, *known]
        system = Message("system", "\n".join((self.prefix, "", *moment)))
        opening = () if not history or history[0].role == "user" else (self._connected(),)
        return _joined((system, *opening, *history, Message("user", said, audio=audio)))

    def instructions(self, brief: Brief) -> str:
        """The system message for a brief: who the agent is, and what holds now."""
        return self.messages(brief)[0].text

    def cited(self, brief: Brief) -> frozenset[str]:
        """The ids that an answer may cite: all that the policy knows."""
        tools = {one.errand.tool for one in brief.news}
        return frozenset(self._answers) | frozenset(tools)

    def _connected(self) -> Message:
        return Message("user", self._words.connected)

    def _prefix(self) -> list[str]:
        policy, words = self._policy, self._words
        persona = policy.persona
        name = words.persona_of_company if persona.company else words.persona
        lines = [name.format(name=persona.name, company=persona.company)]
        lines += [persona.brief] if persona.brief else []
        lines += (
            [words.voice, words.data] if self._speaks else [words.speech, words.data, words.tools]
        )
        if policy.rules:
            lines += [words.rules]
            lines += [
                f"- {one.id}: {'; '.join((one.when.says or ('',))[:PHRASES_SHOWN])}"
                for one in policy.rules
                if one.when.says
            ]
        if policy.forbidden:
            named = "; ".join(one.says[0] for one in policy.forbidden)
            lines.append(f"{words.forbidden} {named}")
        if policy.tasks and not self._speaks:
            lines.append(words.tasks)
            for task in policy.tasks:
                phrases = "; ".join((task.when.says or ())[:PHRASES_SHOWN])
                slots = ", ".join(f"{one.slot} ({_kind(one)})" for one in task.collect)
                lines.append(f"- {task.id}: {phrases}. {slots}")
        return lines

    def _moment(self, brief: Brief, veil: Veil) -> list[str]:
        """What holds now and must be told."""
        words = self._words
        weekday = _WEEKDAYS[self._language.code][self._today.weekday()]
        lines = [words.today.format(date=self._today.isoformat(), weekday=weekday)]
        if brief.task is not None:
            lines += self._task(brief.task, veil)
        if brief.slots:
            values = ", ".join(f"{name} {veil.value(name, value)}" for name, value in brief.slots)
            lines.append(words.values.format(values=values))
        if brief.mood is not None and brief.mood in words.moods:
            lines.append(words.moods[brief.mood])
        if (plan := brief.plan) is not None:
            step, goal = veil.text(plan.step or "-"), veil.text(plan.goal)
            missing = veil.text(", ".join(plan.missing) or "-")
            lines.append(words.plan.format(goal=goal, step=step, missing=missing))
        if (proposed := brief.proposed) is not None:
            shown = veil.text(proposed.arguments)
            lines.append(words.proposed.format(tool=proposed.tool, arguments=shown))
        if brief.errands:
            named = ", ".join(one.tool for one in brief.errands)
            lines.append(words.errands.format(errands=named))
        if brief.news:
            lines.append(words.news)
            for one in brief.news:
                text = quoted(veil.text(one.text))
                lines.append(
                    f"- {one.errand.tool}: {text if one.ok else words.failed.format(text=text)}"
                )
            lines += [] if brief.said else [words.report]
        return lines

    def _task(self, task: TaskState, veil: Veil) -> list[str]:
        words = self._words
        named: list[str] = []
        for slot in task.slots:
            shown = words.empty if slot.value is None else veil.value(slot.name, slot.value)
            open_yet = slot.value is not None and not slot.confirmed
            named.append(f"{slot.name} {shown}{f' ({words.unconfirmed})' if open_yet else ''}")
        values = ", ".join(named)
        if task.asking is None:
            return [words.task_done.format(task=task.task, values=values)]
        return [
            words.task.format(task=task.task, values=values),
            words.asking.format(slot=task.asking),
        ]

    def _knowledge(self, brief: Brief) -> list[str]:
        """What may bear on the caller's words; on those before them where they say little."""
        earlier = [turn.text for turn in _before(brief) if turn.who == "caller"][-1:]
        found = {one.item.id: one.score for one in self._index.search(brief.said)}
        for one in self._index.search(" ".join(earlier)):
            found.setdefault(one.item.id, one.score / 2)
        best = sorted(found, key=lambda name: -found[name])[:ITEMS_SHOWN]
        if self._speaks:
            # A mark in brackets would be read out.
            return [f"- {self._answers[name]}" for name in best]
        return [f"[{name}] {self._answers[name]}" for name in best]

    def _history(self, turns: Sequence[Turn], veil: Veil, budget: Budget) -> list[Message]:
        texts = veil.turns(turns)
        last = 1 if turns and turns[-1].who == "agent" else 0  # paid for already
        older = texts[: len(texts) - last]
        kept = len(budget.first(reversed(older))) + last
        return [
            Message("assistant" if turn.who == "agent" else "user", text)
            for turn, text in list(zip(turns, texts, strict=True))[len(turns) - kept :]
        ]


def quoted(text: str) -> str:
    """Text that is data, in quotes that it cannot close."""
    return json.dumps(text, ensure_ascii=False)


def _before(brief: Brief) -> tuple[Turn, ...]:
    """The turns before the words to answer."""
    turns = brief.turns
    if turns and turns[-1].who == "caller" and turns[-1].text == brief.said:
        return turns[:-1]
    return turns


def _joined(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Turns of one side in a row are one message: many chat templates take no others."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role:
            text = f"{joined[-1].text}\n{message.text}"
            joined[-1] = Message(message.role, text, audio=message.audio)
        else:
            joined.append(message)
    return tuple(joined)


def _kind(collect: Collect) -> str:
    match collect.type:
        case PatternType(pattern=pattern):
            return pattern
        case DigitsType(digits=length):
            return f"{length} digits"
        case ChoiceType(choice=options):
            return "/".join(options)
        case str() as kind:
            return kind
