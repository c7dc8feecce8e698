"""The policy's own words, as they meet those of a caller or a model."""

from __future__ import annotations

from dataclasses import fields

from policies.policy import Policy
from policies.thinking import Forbidden
from system1.language import Language
from system2.lines import Lines
from system2.reply import sentences


def forbidden_topic(text: str, policy: Policy, language: Language) -> Forbidden | None:
    """The first of the policy's forbidden topics that the text has a phrase of."""
    if not policy.forbidden:
        return None
    said = language.folded(text)
    for topic in policy.forbidden:
        if any(language.contains(said, phrase) for phrase in topic.says):
            return topic
    return None


def last_sentence(text: str) -> str:
    """The last sentence of a text, "" of an empty one."""
    cut = sentences(text)
    return cut[-1].text if cut else ""


def own_ends(policy: Policy, lines: Lines) -> frozenset[str]:
    """The last sentences of whatever the policy, and the embedded mind, may have said."""
    own = [str(getattr(lines, field.name)) for field in fields(lines)]
    own += [policy.greeting, *(item.answer for item in policy.knowledge)]
    for task in policy.tasks:
        own += [task.then.say, task.give_up.say if task.give_up else ""]
    own += [one.say for one in (*policy.rules, *policy.nomatch, *policy.noinput)]
    return frozenset(last_sentence(line) for line in own)
