"""Saying the last answer once more: as it was, or in simpler words."""

from __future__ import annotations

from policies.policy import Policy
from system1.brief import Brief
from system1.language import Language
from system1.language.repairs import is_puzzled
from system1.moods import Mood
from system2.lines import lines_of
from system2.reply import Reply, open_question, sentences


class Repeats:
    """What the agent said last that is worth repeating, for one policy."""

    def __init__(self, policy: Policy, language: Language) -> None:
        self._policy = policy
        self._language = language
        self._lines = lines_of(language)
        soothe = policy.soothe
        self._soothing = frozenset(
            (*soothe.agitated, *soothe.confused, *soothe.hesitant, *soothe.fast_speech)
        )

    def again(self, brief: Brief) -> Reply | None:
        """The last answer once more."""
        return self.simpler(brief) or self._repeat(brief)

    def _repeat(self, brief: Brief) -> Reply | None:
        own = {rung.say for rung in (*self._policy.noinput, *self._policy.nomatch)}
        own |= {
            self._lines.take_your_time,
            *self._policy.hold.say,
            *(line for filler in self._policy.fillers for line in filler.say),
            *self._soothing,
        }
        said = [turn.text for turn in brief.turns if turn.who == "agent"]
        last = next((text for text in reversed(said) if text not in own), None)
        return Reply(sentences(last), brief.question) if last else None

    def simpler(self, brief: Brief) -> Reply | None:
        """The last answer in the policy's short words, where the caller did not understand it."""
        puzzled = is_puzzled(self._language, brief.said)
        if brief.mood is not Mood.CONFUSED and not puzzled:
            return None
        said = [turn.text for turn in brief.turns if turn.who == "agent"]
        last = next((text for text in reversed(said) if text not in self._soothing), "")
        for item in self._policy.knowledge:
            if item.short is not None and item.answer in last:
                simple = sentences(item.short, (item.id,))
                return Reply(simple, open_question(item.short) or brief.question)
        return None
