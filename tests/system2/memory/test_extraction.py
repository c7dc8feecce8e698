"""What a call teaches by rule, and what may be kept of it."""

from __future__ import annotations

from typing import Any

from policies.policy import Policy
from system1.brief import Turn
from system1.memory import ShortTermMemory
from system1.mind import System1
from system1.moods import Mood
from system1.questions import Slot, TaskState
from system2.memory.extraction import (
    LONGEST_VALUE,
    CallOver,
    Learned,
    by_rule,
    consents,
    kept,
    together,
    without_secrets,
)
from system2.memory.profile import NewFact
from tests.stage import bot

TASKS = [
    {
        "id": "t",
        "when": {"says": ["a task"]},
        "collect": [
            {"slot": "name", "ask": "who", "type": "name"},
            {"slot": "words", "ask": "what", "type": "text"},
            {"slot": "number", "ask": "which", "type": {"digits": 6}},
            {"slot": "card", "ask": "which card", "type": {"digits": 6}},
        ],
        "then": {"say": "Done."},
    }
]


def over(policy: Policy, memory: ShortTermMemory, *said: tuple[str, str]) -> CallOver:
    scene = System1(policy).scene
    scene.memory = memory
    return CallOver(scene, "caller_hung_up", said)


def policy(**changes: Any) -> Policy:
    return bot(**({"tasks": TASKS, "privacy": {"mask": ["card"]}} | changes))


def filled(**values: str) -> ShortTermMemory:
    memory = ShortTermMemory()
    slots = tuple(Slot(name, value, True) for name, value in values.items())
    memory.follow(TaskState("t", slots), 2)
    return memory


def names(learned: Learned) -> dict[str, str]:
    return {fact.name: fact.value for fact in learned.facts}


def test_slots_and_notes_are_facts() -> None:
    memory = filled(name="Ann", number="123456")
    memory.note("pet", "a dog")
    learned = by_rule(over(policy(), memory))
    assert names(learned) == {"name": "Ann", "number": "123456", "pet": "a dog"}
    assert [fact.turn for fact in learned.facts] == [2, 2, None]


def test_what_was_taken_back_is_no_fact() -> None:
    memory = filled(name="Ann")
    memory.task = TaskState("t", (Slot("name"),))
    assert by_rule(over(policy(), memory)).facts == ()


def test_what_is_masked_is_not_kept_and_free_words_are_censored() -> None:
    memory = filled(name="Ann", card="654321", number="123456", words="my card is 6 5 4 3 2 1")
    memory.note("odd", "six five four three two one")
    call = over(policy(), memory, ("caller", "***"))
    learned = kept(by_rule(call), call)
    assert names(learned) == {"name": "Ann", "number": "123456", "words": "my card is ***"}
    assert "654321" not in learned.summary


def test_without_a_mask_all_is_kept() -> None:
    call = over(policy(privacy={}), filled(card="654321", words="it is 4 7 1 1"))
    assert names(kept(by_rule(call), call)) == {"card": "654321", "words": "it is 4 7 1 1"}


def test_only_what_the_policy_keeps() -> None:
    memory = filled(name="Ann", number="123456")
    memory.note("pet", "a dog")
    call = over(policy(memory={"keep": ["name"], "notes": False}), memory)
    assert names(kept(by_rule(call), call)) == {"name": "Ann"}


def test_a_value_is_bounded() -> None:
    memory = ShortTermMemory()
    memory.note("long", "x" * 9999)
    memory.note("empty", "  ")
    call = over(policy(), memory)
    assert names(kept(by_rule(call), call)) == {"long": "x" * LONGEST_VALUE}


def test_a_summary_by_rule() -> None:
    call = over(policy(), filled(name="Ann", card="654321"), ("agent", "hi"), ("caller", "a bill"))
    call.scene.showed[Mood.AGITATED] = 2
    assert by_rule(call).summary == "Asked: a bill. Settled: name Ann. Mood: agitated"
    call = over(policy(language="zh-CN"), filled(name="王明"), ("caller", "查快递"))
    assert by_rule(call).summary == "诉求：查快递。已确认：name 王明"
    assert by_rule(over(policy(), ShortTermMemory())).summary == ""


def test_rules_win_over_a_model_by_name() -> None:
    rules = Learned((NewFact("name", "Ann"),), "by rule")
    model = Learned((NewFact("name", "Eve"), NewFact("pet", "dog")), "")
    assert names(together(rules, model)) == {"name": "Ann", "pet": "dog"}
    assert together(rules, model).summary == "by rule"
    assert together(rules, Learned((), "better")).summary == "better"
    assert together(rules, None) == rules


def test_turns_are_without_secrets() -> None:
    memory = filled(card="654321")
    memory.add(Turn("caller", "x", 0.0, 1.0))
    turns = [("caller", "it is 6 5 4 3 2 1"), ("agent", "I have 654 321"), ("caller", "yes")]
    scene = over(policy(), memory).scene
    assert without_secrets(scene, turns) == (
        ("caller", "it is ***"),
        ("agent", "I have ***"),
        ("caller", "yes"),
    )


def test_consent_is_what_was_said_in_this_call() -> None:
    assert consents(over(policy(), filled(name="yes")), "name") is True
    assert consents(over(policy(), filled(name="no")), "name") is False
    assert consents(over(policy(), ShortTermMemory()), "name") is None
