"""What the ears are told of a policy: the phrases that its callers may say."""

from __future__ import annotations

from policies.dialogue import ChoiceType
from policies.policy import Policy
from system1.language import language_of
from system1.language.telltales import lines_of_machines


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
    if policy.machine is not None and policy.machine.challenge is not None:
        # People ask that as well, and another agent on the same policy does.
        phrases.append(policy.machine.challenge)
    return tuple(dict.fromkeys(phrases))


def machine_phrases(policy: Policy) -> tuple[str, ...]:
    """What machines say; nothing where the policy looks for none."""
    if policy.machine is None:
        return ()
    return lines_of_machines(language_of(policy.language).code)
