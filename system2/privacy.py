"""What a model may not know: the values that ``privacy.mask`` names, taken out of all it is sent.

A masked slot's value stays in the house. A model that wants a tool to have it writes the slot's
name in braces, and the value is put in its place here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from policies.policy import Policy
from system1.brief import Brief
from system1.language import Language
from system1.masking import REMOVED, censored
from system2.desk import Json

_NAMED = re.compile(r"\{([A-Za-z0-9][A-Za-z0-9_-]*)\}")


class Veil:
    """Over one brief. Without a mask it hides nothing."""

    def __init__(self, policy: Policy, language: Language, brief: Brief) -> None:
        self._language = language
        self._names = frozenset(policy.privacy.mask)
        task = brief.task.slots if brief.task is not None else ()
        known = [*brief.known, *brief.noted, *brief.slots]
        known += [(slot.name, slot.value) for slot in task if slot.value is not None]
        self._values = {name: value for name, value in known if name in self._names and value}

    def text(self, text: str) -> str:
        """A text without numbers of four digits and more and without any masked value."""
        if not self._names:
            return text
        return censored(text, self._language, values=self._values.values())

    def value(self, name: str, value: str) -> str:
        """The value of a slot or a fact; a masked one's place in a tool's arguments."""
        if name in self._names:
            return f"{REMOVED} ({{{name}}})"
        return self.text(value)

    def filled(self, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """A tool's arguments with ``{name}`` of a masked value replaced by the value."""
        return self._with_values(dict(arguments))

    def _with_values(self, members: dict[str, Json]) -> dict[str, Json]:
        return {name: self._put(value) for name, value in members.items()}

    def _put(self, value: Json) -> Json:
        match value:
            case str():
                return _NAMED.sub(lambda one: self._values.get(one[1], one[0]), value)
            case list():
                return [self._put(one) for one in value]
            case dict():
                return self._with_values(value)
            case _:
                return value
