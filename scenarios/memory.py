"""A scenario's own long-term memory: made for one call and gone with it, so that runs are alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.remembering import customer_of
from policies.hours import noon_of
from policies.policy import Policy
from scenarios.script import Scenario
from system2.memory.profile import Episode, NewFact
from system2.memory.store import LongTermMemory, open_store

BEFORE = "before"
"""The id of the call that taught what a scenario begins with."""


@dataclass(frozen=True, slots=True)
class ScriptedMemory:
    """The store of one run. ``customer``: whom it knows the caller as."""

    store: LongTermMemory
    customer: str
    began: datetime

    def after(self) -> Mapping[str, str]:
        """What is known of the caller once the call is over."""
        # A call is over within a day: later than all that it wrote.
        profile = self.store.recall(self.customer, self.began + timedelta(days=1))
        return {fact.name: fact.value for fact in profile.facts}


@contextmanager
def memory_of(script: Scenario, policy: Policy) -> Iterator[ScriptedMemory | None]:
    """A store with what the scenario says is known; None for a caller without an id."""
    if script.caller.id is None:
        yield None
        return
    began = (script.starts or noon_of(script.day)).replace(tzinfo=UTC)
    store = open_store(":memory:")
    try:
        memory = ScriptedMemory(store, customer_of(policy, script.caller.id), began)
        if script.memory is not None:
            # Two days: whatever the policy's time zone, it was before this call.
            at = began - timedelta(days=2)
            facts = [NewFact(name, value) for name, value in script.memory.items()]
            store.write(memory.customer, Episode(BEFORE, at, "caller_hung_up", "", 1), facts, at)
        yield memory
    finally:
        store.close()
