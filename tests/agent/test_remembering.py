"""A call and its long-term memory: what comes in before it, what goes out after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.journal import read_journal
from agent.records import PerceptSeen, Record, Remembered, Utterance
from agent.remembering import LAST_CALL, customer_of, default_store, store_of
from agent.replay import redecided
from agent.wordwise import WordConversation
from policies.policy import Policy
from policies.remembering import MemoryPolicy
from system1.acts import Kind
from system1.percepts import CallStarted
from system2.errors import StoreError
from system2.memory.extraction import CallOver, Learned
from system2.memory.profile import Episode, NewFact
from system2.memory.store import LongTermMemory, open_store
from tests.stage import bot, speech

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ASKS = {
    "name": ("my name please", "name", True),
    "agrees": ("may we remember you", "yes_no", False),
    "story": ("tell me a story", "text", False),
    "card": ("your card number", {"digits": 8}, False),
}


def policy(memory: dict[str, Any] | None = None, mask: Sequence[str] = ("card",)) -> Policy:
    tasks = [
        {
            "id": f"ask-{slot}",
            "when": {"says": [f"begin {slot}"]},
            "collect": [{"slot": slot, "ask": ask, "type": kind, "confirm": confirm}],
            "then": {"say": "Noted."},
        }
        for slot, (ask, kind, confirm) in ASKS.items()
    ]
    return bot(tasks=tasks, memory=memory or {}, privacy={"mask": list(mask)})


@asynccontextmanager
async def talking(
    chosen: Policy, store: LongTermMemory | None, *lines: str, **options: Any
) -> AsyncIterator[WordConversation]:
    """A call in which the caller says these lines, eight seconds apart, and then hangs up."""
    options = {"caller_id": "c-1", "memory": store} | options
    async with WordConversation.open(chosen, **options) as call:
        for turn, line in enumerate(lines):
            percepts, _ = speech(6.0 + 9.0 * turn, line, turn)
            call.expect_percepts(percepts)
        await call.advance(6.0 + 9.0 * len(lines))
        call.caller_hangs_up()
        yield call


async def held(
    chosen: Policy, store: LongTermMemory | None, *lines: str, **options: Any
) -> list[Record]:
    async with talking(chosen, store, *lines, **options) as call:
        pass
    return call.journal


def notes(records: list[Record]) -> list[tuple[str, str]]:
    return [(one.op, one.detail) for one in records if isinstance(one, Remembered)]


def began(records: list[Record]) -> CallStarted:
    return next(
        one.percept
        for one in records
        if isinstance(one, PerceptSeen) and isinstance(one.percept, CallStarted)
    )


def known(store: LongTermMemory, who: str = "stage/c-1") -> dict[str, str]:
    profile = store.recall(who, NOON + timedelta(days=1))
    return {fact.name: fact.value for fact in profile.facts}


def greeting(records: list[Record]) -> str:
    said = [one for one in records if isinstance(one, Utterance)]
    return next(one.text for one in said if one.kind is Kind.GREETING)


@pytest.fixture
def store() -> LongTermMemory:
    return open_store(":memory:")


def before(store: LongTermMemory, days: float = 1.0, **facts: str) -> None:
    at = NOON - timedelta(days=days)
    new = [NewFact(name, value) for name, value in facts.items()]
    store.write("stage/c-1", Episode(f"before-{days}", at, "x", "was happy", 1), new, at)


async def test_one_call_teaches_the_next(store: LongTermMemory) -> None:
    chosen = policy({"greeting": "Hello {name}, you again."})
    first = await held(chosen, store, "begin name", "ann", "yes")
    assert greeting(first) == chosen.greeting
    assert notes(first) == [
        ("recall", "0 facts, 0 calls"),
        ("write", "1 new, 0 changed, 0 confirmed"),
    ]
    assert known(store) == {"name": "Ann"}
    (fact,) = store.recall("stage/c-1", NOON + timedelta(days=1)).facts
    assert fact.turn == 3
    second = await held(chosen, store)
    assert greeting(second) == "Hello Ann, you again."
    assert (began(second).known[0], began(second).calls) == (("name", "Ann"), 1)
    assert began(second).known[1][0] == LAST_CALL
    assert "Asked: begin name. Settled: name Ann" in began(second).known[1][1]


async def test_the_greeting_needs_all_that_it_names(store: LongTermMemory) -> None:
    before(store, city="York")
    chosen = policy({"greeting": "Hello {name}."})
    assert greeting(await held(chosen, store)) == chosen.greeting


async def test_what_is_known_but_not_spoken_of_is_not_confirmed(store: LongTermMemory) -> None:
    before(store, name="Ann")
    records = await held(policy(), store, "begin name")
    assert notes(records)[-1] == ("write", "0 new, 0 changed, 0 confirmed")
    records = await held(policy(), store, "begin name", "yes")
    assert notes(records)[-1] == ("write", "0 new, 0 changed, 1 confirmed")


async def test_masked_values_are_kept_nowhere(store: LongTermMemory) -> None:
    lines = ("begin card", "one two three four five six seven eight", "begin story")
    records = await held(policy(), store, *lines, "it was one two three four five six seven eight")
    assert notes(records)[-1][0] == "write"
    assert "card" not in known(store)
    kept = repr(store.recall("stage/c-1", NOON + timedelta(days=1)))
    assert "1234" not in kept
    assert "one two three four" not in kept


async def test_what_is_masked_since_is_not_recalled(store: LongTermMemory) -> None:
    before(store, name="Ann", card="12345678")
    records = await held(policy(mask=("card", "name")), store)
    assert [name for name, _ in began(records).known] == [LAST_CALL]


async def test_who_did_not_agree_is_not_remembered(store: LongTermMemory) -> None:
    chosen = policy({"consent": {"slot": "agrees"}})
    records = await held(chosen, store, "begin name", "ann", "yes")
    assert notes(records) == [("skip", "no consent"), ("skip", "no consent")]
    assert store.customers() == ()
    records = await held(chosen, store, "begin agrees", "yes", "begin name", "ann", "yes")
    assert known(store) == {"agrees": "yes", "name": "Ann"}
    # The yes of then holds now, until it is taken back.
    assert notes(await held(chosen, store))[-1][0] == "write"
    records = await held(chosen, store, "begin agrees", "no")
    assert notes(records)[-1] == ("forget", "2 facts, 2 calls")
    assert store.customers() == ()


async def test_only_what_is_to_be_kept_is(store: LongTermMemory) -> None:
    lines = ("begin name", "ann", "yes", "begin story", "once upon a time")
    await held(policy({"keep": ["name"]}), store, *lines)
    assert known(store) == {"name": "Ann"}


async def test_at_most_so_many_are_recalled(store: LongTermMemory) -> None:
    for number in range(5):
        before(store, 9 - number, **{f"f{number}": "x"})
    records = await held(policy({"most_facts": 2}), store)
    assert [name for name, _ in began(records).known] == ["f4", "f3", LAST_CALL]


async def test_what_is_too_old_is_neither_recalled_nor_left(store: LongTermMemory) -> None:
    before(store, 40, name="Ann")
    records = await held(policy({"retention_days": 30}), store)
    assert (began(records).known, began(records).calls) == ((), 0)
    assert known(store) == {}


async def test_nothing_is_kept_where_nothing_is_to_be(store: LongTermMemory) -> None:
    records = await held(policy({"retention_days": 0}), store, "begin name", "ann", "yes")
    assert notes(records) == [("skip", "nothing is kept")] * 2
    assert store.customers() == ()


@pytest.mark.parametrize("nobody", [None, "", "  "])
async def test_nobody_is_not_remembered(store: LongTermMemory, nobody: str | None) -> None:
    assert notes(await held(policy(), store, caller_id=nobody)) == []
    assert store.customers() == ()


async def test_a_store_that_is_down_costs_a_line_and_not_the_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    chosen = policy({"store": str(tmp_path / "file" / "memory.db")})
    records = await held(chosen, None, "begin name", "ann", "yes")
    assert notes(records) == [("failed", "recall"), ("failed", "write")]
    assert "Noted." in [one.text for one in records if isinstance(one, Utterance)]
    logged = capsys.readouterr().err
    assert logged.count("memory.not_available") == 2
    assert "ann" not in logged.casefold()


async def test_a_store_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, store: LongTermMemory, capsys: pytest.CaptureFixture[str]
) -> None:
    import threading

    gate = threading.Event()
    recall = store.recall

    def slow(*arguments: Any) -> Any:
        gate.wait(5.0)
        return recall(*arguments)

    monkeypatch.setattr(store, "recall", slow)
    async with talking(policy({"recall_within": 0.01}), store) as call:
        gate.set()
    assert notes(call.journal)[0] == ("failed", "recall")
    assert notes(call.journal)[1][0] == "write"
    assert "no answer within 0.01 s" in capsys.readouterr().err


async def test_the_journal_can_be_replayed(store: LongTermMemory, tmp_path: Path) -> None:
    before(store, name="Ann")
    chosen = policy({"greeting": "Hello {name}."})
    records = await held(chosen, store, "begin name", "yes", out=tmp_path)
    read = read_journal(tmp_path / "events.jsonl")
    assert read == records
    assert redecided(read, chosen) == []


class Learner:
    """A model that learns what it is told to."""

    def __init__(self, learned: Learned | Exception) -> None:
        self.learned = learned
        self.seen: CallOver | None = None
        self.closed = False

    async def extract(self, over: CallOver) -> Learned:
        self.seen = over
        if isinstance(self.learned, Exception):
            raise self.learned
        return self.learned

    async def close(self) -> None:
        self.closed = True


async def test_a_model_learns_beside_the_rules(store: LongTermMemory) -> None:
    facts = (NewFact("name", "Eve"), NewFact("pet", "a dog"), NewFact("card", "12345678"))
    learner = Learner(Learned((*facts, NewFact("pin", "my pin is 4 7 1 1")), "Has a dog."))
    lines = ("begin name", "ann", "yes", "one two three four five six seven eight")
    await held(policy(), store, *lines, extractor=learner)
    assert known(store) == {"name": "Ann", "pet": "a dog", "pin": "my pin is ***"}
    assert store.recall("stage/c-1", NOON + timedelta(days=1)).episodes[0].summary == "Has a dog."
    assert learner.closed
    assert learner.seen is not None
    assert ("caller", "***") in learner.seen.said


async def test_a_model_that_fails_costs_nothing_learnt(
    store: LongTermMemory, capsys: pytest.CaptureFixture[str]
) -> None:
    learner = Learner(RuntimeError("ann said so"))
    await held(policy(), store, "begin name", "ann", "yes", extractor=learner)
    assert known(store) == {"name": "Ann"}
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert "ann said" not in logged


def test_where_memory_is() -> None:
    assert store_of(MemoryPolicy(store="a.db"), {}) == "a.db"
    assert store_of(MemoryPolicy(url_env="URL"), {"URL": "postgresql://x"}) == "postgresql://x"
    with pytest.raises(StoreError, match="not in URL"):
        store_of(MemoryPolicy(url_env="URL"), {})
    assert store_of(MemoryPolicy(), {"KAIROS_MEMORY": "b.db"}) == "b.db"
    assert default_store({"XDG_DATA_HOME": "/d"}) == "/d/kairos/memory.db"


def test_another_bot_does_not_know_the_caller() -> None:
    assert customer_of(bot(), "7") == "stage/7"
    assert customer_of(bot(memory={"shared_as": "house"}), "7") == "house/7"
