"""The shipped policies: what people copy has to be right."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from policies import Policy, load_policy, shipped_policies
from policies.dialogue import asked_words
from policies.timing import Ending, Spoken
from tests.policies.test_loading import HERE

POLICIES = {name: load_policy(name) for name in shipped_policies()}
each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())


def spoken(policy: Policy) -> Iterator[str]:
    """Everything that the agent may say at once."""
    endings: list[Spoken] = [*policy.noinput, *policy.nomatch, *policy.rules]
    for task in policy.tasks:
        endings += [task.then, *([task.give_up] if task.give_up else [])]
        yield task.say or ""
        for item in task.collect:
            yield from (item.ask, item.reask or "")
            yield from (rung.say.replace("{ask}", item.ask) for rung in item.noinput)
    yield from policy.hold.say
    yield from (ending.say for ending in endings)
    yield from (item.answer for item in policy.knowledge)


def triggers(policy: Policy) -> Iterator[str]:
    for when in (one.when for section in (policy.rules, policy.tasks) for one in section):
        yield from when.says or ()


def contains(text: str, phrase: str) -> bool:
    words, wanted = asked_words(text), asked_words(phrase)
    if wanted.isascii():
        return f" {wanted} " in f" {words} "
    return wanted in words


@each
def test_the_id_is_the_name_of_the_file(policy: Policy) -> None:
    assert POLICIES[policy.policy] is policy


@each
def test_nothing_is_longer_than_two_sentences(policy: Policy) -> None:
    for line in spoken(policy):
        sentences = re.findall(r"[.!?。！？]+(?:\s|$|(?<=[。！？]))", line)
        assert len(sentences) <= 2, line
        assert len(line) <= (55 if policy.language.startswith("zh") else 105), line


@each
def test_no_rule_and_no_task_hides_a_question(policy: Policy) -> None:
    """A question that holds a trigger would never be answered."""
    for item in policy.knowledge:
        for ask in item.asks:
            assert not [phrase for phrase in triggers(policy) if contains(ask, phrase)], ask


@each
def test_there_are_several_ways_to_ask(policy: Policy) -> None:
    assert len(policy.knowledge) >= 20
    for item in policy.knowledge:
        assert len(item.asks) >= 3, item.id
    for task in policy.tasks:
        assert len(task.when.says or ()) >= 4, task.id


@each
def test_nobody_is_left_alone(policy: Policy) -> None:
    assert policy.noinput[-1].do is Ending.HANG_UP
    assert policy.nomatch[-1].do is Ending.TRANSFER
    assert {"wants-human", "goodbye", "upset-twice"} <= {rule.id for rule in policy.rules}
    assert policy.soothe.agitated
    assert policy.soothe.fast_speech
    assert policy.backchannels.caller
    assert policy.farewell
    for task in policy.tasks:
        if any(item.type != "text" for item in task.collect):
            assert task.give_up is not None, task.id


@each
def test_every_transfer_target_is_used_and_none_is_real(policy: Policy) -> None:
    ends = [*policy.noinput, *policy.nomatch, *policy.rules]
    gives_up = [task.give_up for task in policy.tasks if task.give_up]
    assert {end.to for end in (*ends, *gives_up) if end.to} == set(policy.transfer)
    assert all(address.endswith("example.invalid") for address in policy.transfer.values())


@each
def test_masked_names_are_slots_or_kinds_of_number(policy: Policy) -> None:
    slots = {item.slot for task in policy.tasks for item in task.collect}
    assert set(policy.privacy.mask) <= slots | {"card_number", "phone_number"}


def test_broadband_holds_everything_of_the_design() -> None:
    printed, shipped = load_policy(HERE / "design.yaml"), POLICIES["broadband"]
    same = (
        "policy language greeting disclosures turn_taking noinput nomatch fillers "
        "backchannels machine memory"
    )
    for key in same.split():
        assert getattr(shipped, key) == getattr(printed, key), key
    assert shipped.soothe.agitated == printed.soothe.agitated
    assert shipped.soothe.fast_speech == printed.soothe.fast_speech
    assert shipped.voice.name == "en-us+f3"
    rules = {rule.id: rule for rule in shipped.rules}
    for rule in printed.rules:
        assert (rules[rule.id].say, rules[rule.id].do) == (rule.say, rule.do)
        assert set(rule.when.says or ()) <= set(rules[rule.id].when.says or ())
    outage, printed_outage = shipped.tasks[0], printed.tasks[0]
    assert outage.id == printed_outage.id
    assert outage.then == printed_outage.then
    assert outage.collect[0].ask == "What is your postcode?"
    assert outage.collect[0].type == printed_outage.collect[0].type
    assert outage.collect[0].confirm
    assert set(printed_outage.when.says or ()) <= set(outage.when.says or ())
    answers = {item.id: item for item in shipped.knowledge}
    assert answers["restore"].answer == printed.knowledge[0].answer
    assert set(printed.knowledge[0].asks) <= set(answers["restore"].asks)


def test_the_chinese_policy_speaks_chinese() -> None:
    for line in spoken(POLICIES["parcel-zh"]):
        assert not re.search(r"[A-Za-z,.?!]", re.sub(r"\{\w+\}", "", line)), line
