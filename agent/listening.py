"""What the ears and the voice are told of a policy."""

from __future__ import annotations

from pathlib import Path

from policies.dialogue import ChoiceType
from policies.policy import Policy
from speech.terms import EarTerms, VoiceTerms
from speech.vocabulary import Vocabulary
from system1.language import language_of
from system1.language.telltales import lines_of_machines


def ear_terms(policy: Policy, live: bool, extra_words: tuple[str, ...] = ()) -> EarTerms:
    """For the ears of one call; ``extra_words``: what they may hear beside the policy's."""
    words = Vocabulary(
        (*caller_phrases(policy), *extra_words),
        machine_phrases(policy),
        policy.backchannels.caller,
    )
    return EarTerms(words, policy.language, live, policy.engines)


def voice_terms(policy: Policy, live: bool) -> VoiceTerms:
    """For the voice of one call."""
    chosen = policy.voice
    sample = None if chosen.sample is None else Path(chosen.sample)
    return VoiceTerms(
        policy.language, chosen.name, sample, chosen.rate, chosen.pitch, live, policy.engines
    )


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
