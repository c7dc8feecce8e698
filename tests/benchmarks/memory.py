"""How long a memory takes at 100,000 facts: recall before a greeting, search, write, forget.

``python -m tests.benchmarks.memory`` fills a file in a temporary folder with 5,000 customers of 20
facts each, in English and Chinese, and prints wall milliseconds. A recall opens the file anew, as
a call does.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from system2.memory.profile import Episode, NewFact
from system2.memory.sqlite import SqliteMemory

CUSTOMERS = 5_000
FACTS = 20
ROUNDS = 1_000
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
SAYINGS = (
    "我想退款因为商品有质量问题",
    "客户说包裹三天没有更新物流信息",
    "我的地址改成上海市浦东新区",
    "the parcel has not moved for three days",
    "a refund was promised by Friday",
    "prefers to be called in the morning",
)
QUERIES = ("退款", "浦东新区", "refund", "when was the refund promised", "物流信息")


def fill(path: Path) -> None:
    """Everybody's one call."""
    draw = random.Random(0)
    store = SqliteMemory(path)
    # Durability is not what is measured here.
    store._db.execute("pragma synchronous = off")
    for customer in range(CUSTOMERS):
        facts = [
            NewFact(f"fact-{number}", f"{draw.choice(SAYINGS)} {draw.randrange(10**6)}", "", 1)
            for number in range(FACTS)
        ]
        episode = Episode("first", START, "caller_hung_up", draw.choice(SAYINGS), 5)
        store.write(f"bench/c-{customer}", episode, facts, START + timedelta(minutes=customer))
    store.close()


def report(name: str, work: Callable[[int], object], rounds: int) -> None:
    """Time ``work`` and print its percentiles."""
    taken: list[float] = []
    for turn in range(rounds):
        began = time.perf_counter()
        work(turn)
        taken.append(1000.0 * (time.perf_counter() - began))
    p50, p99 = np.percentile(taken, (50, 99))
    print(f"{name:28s} p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  largest {max(taken):7.2f} ms")


def main() -> None:
    draw = random.Random(1)
    now = START + timedelta(days=30)
    who: Sequence[str] = [f"bench/c-{draw.randrange(CUSTOMERS)}" for _ in range(ROUNDS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.db"
        began = time.perf_counter()
        fill(path)
        took, size = time.perf_counter() - began, path.stat().st_size / 2**20
        print(f"{CUSTOMERS * FACTS} facts in {took:.0f} s, {size:.0f} MiB")

        def recalled(turn: int) -> None:
            store = SqliteMemory(path)
            assert len(store.recall(who[turn], now).facts) == FACTS
            store.close()

        report("recall, file opened anew", recalled, ROUNDS)
        store = SqliteMemory(path)
        report("recall, file open", lambda turn: store.recall(who[turn], now), ROUNDS)
        report(
            "search",
            lambda turn: store.search(who[turn], QUERIES[turn % len(QUERIES)]),
            ROUNDS,
        )
        episodes = [Episode(f"n{turn}", now, "x", SAYINGS[turn % 6], 5) for turn in range(100)]
        learnt = [NewFact("fact-1", "another one altogether"), NewFact("fact-99", "a new one")]
        report(
            "write", lambda turn: store.write(who[turn], episodes[turn], learnt, now), len(episodes)
        )
        report("forget", lambda turn: store.forget(who[turn]), 3)
        store.close()


if __name__ == "__main__":
    main()
