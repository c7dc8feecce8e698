"""What a task says at its end: slots and a tool's answer put into the policy's own words. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policies.dialogue import TOOL, Collect, Task, is_of_tool
from policies.dialogue import Outcome as Ending
from system1.errands import Outcome
from system1.language import Language
from system1.questions import AnswerKind, Question
from system1.thoughts import Advice
from system2.desk import Json
from system2.lines import lines_of
from system2.reply import Reply, Wanted, open_question, sentences
from system2.spoken.readback import speak_date, speak_value
from system2.tools.answers import field

LONGEST_FIELD = 300
"""Characters of a tool's answer that are spoken in one place; more is no part of a sentence."""

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """The end of one task. ``today``: so that near dates are said without their year."""

    task: Task
    language: Language
    today: date

    def reply(self, outcome: Ending, values: Mapping[str, str | None]) -> Reply:
        """``then`` where no tool is used, or ``give_up``."""
        text = _BRACES.sub(lambda one: self._slot(one[1], values), outcome.say)
        advice = Advice(outcome.do, outcome.to) if outcome.do else None
        return Reply(sentences(text, (self.task.id,)), open_question(text), None, advice)

    def wanted(self, values: Mapping[str, str | None]) -> Wanted | None:
        """The tool that is to be used first, and what it is given."""
        use = self.task.then.use
        if use is None:
            return None
        given: dict[str, Json] = {}
        for name, template in use.arguments.items():
            if not isinstance(template, str):
                given[name] = template
            elif (slot := _whole(template)) is None:
                given[name] = _BRACES.sub(lambda one: values.get(one[1]) or "", template)
            elif (value := values.get(slot)) is not None:
                given[name] = value
        return Wanted(self.task.id, use.tool, given)

    def values(self, arguments: Mapping[str, Json]) -> dict[str, str | None]:
        """The slots that arguments were made of."""
        use = self.task.then.use
        found: dict[str, str | None] = {}
        for name, template in use.arguments.items() if use is not None else ():
            slot = _whole(template) if isinstance(template, str) else None
            if slot is not None and name in arguments:
                found[slot] = str(arguments[name])
        return found

    def question(self, ask: str, arguments: Mapping[str, Json]) -> str:
        """The question for leave, its arguments as they are said."""
        use = self.task.then.use

        def spoken(match: re.Match[str]) -> str:
            name = match[1]
            template = use.arguments.get(name) if use is not None else None
            slot = _whole(template) if isinstance(template, str) else None
            if slot is not None:
                return self._slot(slot, self.values(arguments))
            return _aloud(arguments.get(name), self) or lines_of(self.language).missing

        return _BRACES.sub(spoken, ask)

    def told(self, outcome: Outcome, values: Mapping[str, str | None]) -> Reply:
        """What is said of what came of the tool, and what follows."""
        then, cites = self.task.then, (self.task.id, outcome.errand.tool)
        text = self._filled(outcome.text, values) if outcome.ok else None
        if text is not None:
            advice = Advice(then.do, then.to) if then.do else None
            return Reply(sentences(text, cites), open_question(text), None, advice)
        if then.failed is not None:
            return Reply(sentences(then.failed, cites), open_question(then.failed))
        line = lines_of(self.language).failed
        return Reply(sentences(line, cites), Question(AnswerKind.YES_NO))

    def _filled(self, answer: str, values: Mapping[str, str | None]) -> str | None:
        """``then.say``; None where the answer has not what it tells of."""
        said = self.task.then.say
        for name in _BRACES.findall(said):
            own = is_of_tool(name) and name not in self._collects
            spoken = _field(answer, name, self) if own else self._slot(name, values)
            if spoken is None:
                return None
            said = said.replace(f"{{{name}}}", spoken)
        return said

    @property
    def _collects(self) -> dict[str, Collect]:
        return {collect.slot: collect for collect in self.task.collect}

    def _slot(self, name: str, values: Mapping[str, str | None]) -> str:
        value = values.get(name)
        if value is None:
            return lines_of(self.language).missing
        return speak_value(self._collects[name], value, self.language, self.today)


def _whole(template: str) -> str | None:
    """The slot whose value is the whole argument."""
    match = _BRACES.fullmatch(template)
    return match[1] if match else None


def _field(answer: str, name: str, end: TaskEnd) -> str | None:
    """``{tool}`` or ``{tool.path}`` of an answer, as it is said."""
    value: Json = answer
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        if name != TOOL:
            return None
    try:
        value = field(value, name.removeprefix(f"{TOOL}.")) if name != TOOL else value
    except LookupError:
        return None
    return _aloud(value, end)


def _aloud(value: Json, end: TaskEnd) -> str | None:
    """A value in words that can stand in a sentence. Braces of its own are dropped: what a tool
    says is no template."""
    match value:
        case bool():
            return None
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case str():
            text = " ".join(re.sub(r"[{}]", " ", value).split())
            if not any(char.isalnum() for char in text) or len(text) > LONGEST_FIELD:
                return None
            return speak_date(text, end.language, end.today) or text
        case _:
            return None
