"""What the ears are told of a policy: the phrases that its callers may say, machines among them."""

from __future__ import annotations

from policies.dialogue import ChoiceType
from policies.policy import Policy
from system1.language import language_of
from system1.language.telltales import phrases_of_machines


def caller_phrases(policy: Policy) -> tuple[str, ...]:
    """The policy's own words for what callers say, without repeats, in the file's order."""
    phrases: list[str] = [*policy.backchannels.caller, *policy.turn_taking.bargein.hotwords]
    for rule in policy.rules:
        phrases += rule.when.says or ()
    for task in policy.tasks:
        phrases += task.when.says or ()
        for collect in task.collect:
            if isinstance(collect.type, ChoiceType):
                phrases += collect.type.choice
    for item in policy.knowledge:
        phrases += item.asks
    if policy.machine is not None:
        phrases += [policy.machine.challenge] if policy.machine.challenge else []
        phrases += phrases_of_machines(language_of(policy.language).code)
    return tuple(dict.fromkeys(phrases))
