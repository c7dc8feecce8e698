"""What a model may not know: the values that ``privacy.mask`` names, taken out of all it is sent.

A masked slot's value stays in the house. A model that wants a tool to have it writes the slot's
name in braces, and the value is put in its place here, for a parameter that is made for it: one of
the slot's name, or one that a task of the policy fills with the slot. Anywhere else the braces go
out as they are, whatever a caller or a tool has talked the model into.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.policy import Policy
from system1.brief import Brief, Turn
from system1.masking import REMOVED, Censor
from system1.private import of_kind
from system2.desk import Json

_NAMED = re.compile(r"\{([A-Za-z0-9][A-Za-z0-9_-]*)\}")


@dataclass(frozen=True, slots=True)
class _Given:
    """One argument of one tool."""

    tool: str
    parameter: str


class Veil:
    """Over one brief. Without a mask it hides nothing."""

    def __init__(self, policy: Policy, brief: Brief) -> None:
        self._names = frozenset(policy.privacy.mask)
        task = brief.task.slots if brief.task is not None else ()
        known = [*brief.known, *brief.noted, *brief.slots]
        known += [(slot.name, slot.value) for slot in task if slot.value is not None]
        self._values = {name: value for name, value in known if value}
        values = [value for name, value in known if self._hides(name, value)]
        turns = [(turn.who, turn.text) for turn in brief.turns]
        asked = {brief.question.slot if brief.question is not None else None}
        asked.add(brief.task.asking if brief.task is not None else None)
        self._answers = bool(asked & self._names)
        self._said = brief.said
        self._censor = Censor(policy, values, turns)
        self._made_for = {
            (slot, _Given(task.then.use.tool, parameter))
            for task in policy.tasks
            if task.then.use is not None
            for parameter, value in task.then.use.arguments.items()
            for slot in (_NAMED.findall(value) if isinstance(value, str) else ())
        }

    def _hides(self, name: str, value: str) -> bool:
        return name in self._names or of_kind(value, self._names)

    @property
    def answers(self) -> bool:
        """Whether the caller's words of now answer a masked slot's question."""
        return self._answers

    def said(self) -> str:
        """The caller's words of now, as ``text``."""
        return self._censor.text(self._said, answer=self._answers)

    def turns(self, turns: Sequence[Turn]) -> list[str]:
        """The texts of turns, as ``text``; answers to a masked slot's question are hidden."""
        return self._censor.turns([(turn.who, turn.text) for turn in turns])

    def text(self, text: str) -> str:
        """A text without what is masked; see ``system1.masking.Censor``."""
        return self._censor.text(text)

    def value(self, name: str, value: str) -> str:
        """The value of a slot or a fact; a hidden one's place in a tool's arguments."""
        if self._names and (self._hides(name, value) or self._censor.text(value) != value):
            return f"{REMOVED} ({{{name}}})"
        return value

    def filled(self, tool: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """A tool's arguments with ``{name}`` of a hidden value replaced by the value, where that
        is what the argument is for."""
        return {
            parameter: self._put(value, _Given(tool, parameter))
            for parameter, value in arguments.items()
        }

    def _put(self, value: Json, to: _Given) -> Json:
        match value:
            case str():
                return _NAMED.sub(lambda one: self._given(one, to), value)
            case list():
                return [self._put(one, to) for one in value]
            case dict():
                return {name: self._put(one, to) for name, one in value.items()}
            case _:
                return value

    def _given(self, match: re.Match[str], to: _Given) -> str:
        name = match[1]
        value = self._values.get(name)
        if value is None or not self._names:
            return match[0]
        free = not self._hides(name, value)
        made_for = name == to.parameter or (name, to) in self._made_for
        return value if free or made_for else match[0]
