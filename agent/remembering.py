"""Long-term memory at the edge: recalled before a call begins, written after it has ended.

Nothing here is on the way of a turn. A store that is down costs one line on standard error, and
never the call.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from agent.records import Remembered
from agent.trouble import log_forgetful
from policies.policy import Policy
from policies.remembering import MemoryPolicy
from system2.errors import StoreError
from system2.memory.extraction import (
    CallOver,
    Extractor,
    by_rule,
    consents,
    kept,
    together,
)
from system2.memory.profile import Episode, Profile

if TYPE_CHECKING:
    from system2.memory.embedding import Embedder
    from system2.memory.store import LongTermMemory

WHERE = "KAIROS_MEMORY"
"""The environment variable that names the store where a policy names none."""

LAST_CALL = "last_call"
"""Under this name a caller's last call is told of among what is known."""

AHEAD = timedelta(days=1)
"""What was learnt this little later is known too: clocks differ from machine to machine, and calls
in virtual time all begin at the same moment."""

Op = Literal["recall", "write", "forget", "skip", "failed"]
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a call begins with. ``note``: the journal's line of it, None where nobody is known."""

    known: tuple[tuple[str, str], ...] = ()
    calls: int = 0
    note: Remembered | None = None


UNKNOWN = Recalled()
"""Of a caller without an id."""


def store_of(rules: MemoryPolicy, environ: Mapping[str, str] = os.environ) -> str:
    """Where a policy's memory is: a file's path, or an address. Raises ``StoreError``."""
    if rules.url_env is not None:
        url = environ.get(rules.url_env)
        if not url:
            raise StoreError(f"the memory's address is not in {rules.url_env}")
        return url
    if rules.store is not None:
        return rules.store
    return default_store(environ)


def default_store(environ: Mapping[str, str] = os.environ) -> str:
    """Where memory is unless a policy says otherwise."""
    named = environ.get(WHERE)
    if named:
        return named
    data = environ.get("XDG_DATA_HOME")
    folder = Path(data) if data else Path.home() / ".local" / "share"
    return str(folder / "kairos" / "memory.db")


def customer_of(policy: Policy, caller_id: str) -> str:
    """Under what name the store knows a caller: another bot's caller is another customer."""
    return f"{policy.memory.shared_as or policy.policy}/{caller_id}"


def open_memory(policy: Policy, environ: Mapping[str, str] = os.environ) -> LongTermMemory:
    """The store that a policy names. Raises ``StoreError``."""
    from system2.memory.store import open_store

    rules = policy.memory
    return open_store(
        store_of(rules, environ), timeout_s=rules.timeout, embedder=_embedder(rules, environ)
    )


def _embedder(rules: MemoryPolicy, environ: Mapping[str, str]) -> Embedder | None:
    terms = rules.embeddings
    if terms is None:
        return None
    from system2.memory.embedding import OpenAIEmbedder

    key = environ.get(terms.key_env)
    return OpenAIEmbedder(terms.url, terms.model, key, timeout_s=terms.timeout, floor=terms.floor)


async def recalled(remembering: Remembering | None) -> Recalled:
    """What a call begins with."""
    return UNKNOWN if remembering is None else await remembering.recall()


class Remembering:
    """One call's memory of its caller. ``began``: the call's beginning, with its time zone.

    ``store``: asked in place of the policy's, and left open. ``extractor``: learns more than the
    rules do. ``call``: the name under which the store knows the call, where it has one already:
    what is written twice is kept once.
    """

    def __init__(
        self,
        policy: Policy,
        caller_id: str,
        began: datetime,
        store: LongTermMemory | None = None,
        extractor: Extractor | None = None,
        call: str | None = None,
    ) -> None:
        # Late: a call without memory needs no threads.
        from concurrent.futures import ThreadPoolExecutor

        self._policy = policy
        self._customer = customer_of(policy, caller_id)
        self.call = call or uuid.uuid4().hex
        self.began = began
        self._given = store
        self._store: LongTermMemory | None = store
        self._extractor = extractor
        self._agreed = policy.memory.consent is None
        # One at a time: what is written waits for a recall that is late.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory")

    async def recall(self) -> Recalled:
        """What is known of the caller, before the first frame."""
        rules = self._policy.memory
        if not rules.retention_days:
            return Recalled(note=_note("skip", "nothing is kept"))
        try:
            profile = await self._within(rules.recall_within, self._recalled)
        except StoreError as error:
            log_forgetful(str(error))
            return Recalled(note=_note("failed", "recall"))
        known = self._known(profile)
        if rules.consent is not None:
            self._agreed = (rules.consent.slot, "yes") in known
            if not self._agreed:
                return Recalled(note=_note("skip", "no consent"))
        listed = known[: rules.most_facts]
        if profile.episodes:
            last = profile.episodes[0]
            listed += ((LAST_CALL, f"{last.at.date().isoformat()}: {last.summary}"),)
        note = _note("recall", f"{len(known)} facts, {profile.calls} calls")
        return Recalled(listed, profile.calls, note)

    def _recalled(self) -> Profile:
        since = self.began - timedelta(days=self._policy.memory.retention_days)
        return self._opened().recall(self._customer, self.began + AHEAD).since(since)

    def _known(self, profile: Profile) -> tuple[tuple[str, str], ...]:
        """What is masked or not kept today may have been stored under yesterday's policy."""
        rules, mask = self._policy.memory, self._policy.privacy.mask
        slots = {one.slot for task in self._policy.tasks for one in task.collect}
        always = rules.consent.slot if rules.consent is not None else None
        return tuple(
            (fact.name, fact.value)
            for fact in profile.facts
            if fact.name not in mask
            and (
                fact.name not in slots
                or rules.keep is None
                or fact.name in rules.keep
                or fact.name == always
            )
        )

    async def write(self, over: CallOver, at: float) -> Remembered:
        """Remember the call, which ended at ``at`` (s)."""
        rules = self._policy.memory
        if not rules.retention_days:
            return _note("skip", "nothing is kept", at)
        if rules.consent is not None:
            answer = consents(over, rules.consent.slot)
            if answer is False:
                return await self._reported(at, "forget", self._forget)
            if answer is None and not self._agreed:
                return _note("skip", "no consent", at)
        more = None
        if self._extractor is not None:
            try:
                async with asyncio.timeout(rules.write_within):
                    more = await self._extractor.extract(over)
            except Exception as error:
                # A model that fails must not cost what the rules have learnt.
                log_forgetful(f"a model was to learn from the call: {type(error).__name__}")
        learned = kept(together(by_rule(over), more), over)
        episode = Episode(self.call, self.began, over.outcome, learned.summary, over.scene.turns)

        def written() -> str:
            now = self.began + timedelta(seconds=at)
            store = self._opened()
            done = store.write(self._customer, episode, learned.facts, now)
            store.expire(now, rules.retention_days, self._customer.partition("/")[0] + "/")
            text = f"{done.new} new, {done.changed} changed, {done.confirmed} confirmed"
            return text if done.embedded else text + ", no vectors"

        return await self._reported(at, "write", written)

    def _forget(self) -> str:
        erased = self._opened().forget(self._customer)
        return f"{erased.facts} facts, {erased.episodes} calls"

    async def _reported(self, at: float, op: Op, work: Callable[[], str]) -> Remembered:
        try:
            return _note(op, await self._within(self._policy.memory.write_within, work), at)
        except StoreError as error:
            log_forgetful(str(error))
            return _note("failed", op, at)

    async def _within(self, seconds: float, work: Callable[[], Done]) -> Done:
        """``work`` in the memory's thread. Raises ``StoreError`` where it fails or takes longer."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                return await loop.run_in_executor(self._thread, work)
        except TimeoutError:
            raise StoreError(f"no answer within {seconds:g} s") from None

    def _opened(self) -> LongTermMemory:
        if self._store is None:
            self._store = open_memory(self._policy)
        return self._store

    async def close(self) -> None:
        """Let go of what was opened, once what is under way is done."""
        if self._extractor is not None:
            await self._extractor.close()
        self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        if self._store is not None and self._given is None:
            self._store.close()


def _note(op: Op, detail: str, at: float = 0.0) -> Remembered:
    return Remembered(at, op, detail)
