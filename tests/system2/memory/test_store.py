"""What a long-term memory is to do, over a file and over a server."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest

from system2.errors import StoreError
from system2.memory.profile import Erased, NewFact, Profile, Written
from system2.memory.store import LongTermMemory
from system2.memory.tables import EPISODES
from tests.system2.memory.conftest import Opener
from tests.system2.memory.lives import START, call, day, known, learn, values


def test_nobody_is_known_at_first(store: LongTermMemory) -> None:
    assert store.recall("ann", START) == Profile()
    assert store.customers() == ()
    assert store.search("ann", "anything") == ()


def test_what_is_written_is_recalled_by_another(opened: Opener) -> None:
    facts = [NewFact("name", "Ann", "my name is Ann", 1), NewFact("城市", "上海市", turn=2)]
    assert opened().write("ann", call("c1"), facts, day(0.5)) == Written(2, 0, 0)
    profile = opened().recall("ann", day(1))
    assert known(profile) == {"name": "Ann", "城市": "上海市"}
    name = next(fact for fact in profile.facts if fact.name == "name")
    assert (name.text, name.call, name.turn) == ("my name is Ann", "c1", 1)
    assert (name.valid_from, name.valid_to, name.recorded) == (day(0.5), None, day(0.5))
    assert profile.episodes == (call("c1"),)
    assert profile.calls == 1


def test_another_value_ends_the_one_before(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), city="Leeds")
    assert store.write("ann", call("c2"), [NewFact("city", "York")], day(9)) == Written(0, 1, 0)
    assert known(store.recall("ann", day(10))) == {"city": "York"}
    then = store.recall("ann", day(4))
    assert known(then) == {"city": "Leeds"}
    assert (then.facts[0].valid_from, then.facts[0].valid_to) == (day(0), day(9))


def test_the_same_value_is_only_confirmed(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), city="Leeds")
    assert store.write("ann", call("c2"), [NewFact("city", "Leeds")], day(9)) == Written(0, 0, 1)
    (fact,) = store.recall("ann", day(10)).facts
    assert (fact.call, fact.valid_from, fact.recorded) == ("c1", day(0), day(9))
    assert values(store.search("ann", "leeds")) == ["Leeds"]


def test_a_call_is_written_once(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), city="Leeds")
    assert store.write("ann", call("c1"), [NewFact("city", "York")], day(1)) == Written()
    assert known(store.recall("ann", day(2))) == {"city": "Leeds"}


def test_of_two_facts_of_one_name_the_last_counts(store: LongTermMemory) -> None:
    store.write("ann", call("c1"), [NewFact("city", "York"), NewFact("city", "Hull")], START)
    assert known(store.recall("ann", START)) == {"city": "Hull"}


def test_the_last_calls_come_first_and_all_are_counted(store: LongTermMemory) -> None:
    for number in range(EPISODES + 2):
        learn(store, "ann", f"c{number}", day(number))
    profile = store.recall("ann", day(99))
    assert [one.call for one in profile.episodes] == ["c4", "c3", "c2"]
    assert profile.calls == EPISODES + 2


def test_the_last_confirmed_comes_first(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), city="Leeds", name="Ann")
    learn(store, "ann", "c2", day(1), city="Leeds")
    assert [fact.name for fact in store.recall("ann", day(2)).facts] == ["city", "name"]


def test_customers_are_strangers_to_each_other(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", city="Leeds")
    learn(store, "ann2", "c1", city="York")
    assert known(store.recall("ann", START)) == {"city": "Leeds"}
    assert values(store.search("ann", "york leeds city")) == ["Leeds"]
    assert store.customers() == ("ann", "ann2")
    store.forget("ann")
    assert known(store.recall("ann2", START)) == {"city": "York"}


def test_a_name_is_no_code(store: LongTermMemory) -> None:
    mean = "x' or '1'='1\"; drop table fact; -- % %s ?"
    store.write(mean, call("c1"), [NewFact(mean, mean, mean)], START)
    assert known(store.recall(mean, START)) == {mean: mean}
    assert values(store.search(mean, mean))[0] == mean
    assert store.forget(mean) == Erased(1, 1, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("退款", "我想退款因为商品有质量问题"),
        ("物流信息", "客户说包裹三天没有更新物流信息"),
        ("浦东新区", "我的地址改成上海市浦东新区"),
        ("周五前给我回电话", "上次承诺周五前给我回电话"),
        ("refund", "a refund was promised by Friday"),
        ("FRIDAY!", "a refund was promised by Friday"),
        ("creme brulee", "likes Crème Brûlée"),
        ("c-17", "the reference is C-17"),
        ("did the parcel move", "the parcel has not moved for three days"),
    ],
)
def test_english_and_chinese_words_are_found(store: LongTermMemory, query: str, found: str) -> None:
    texts = [
        "我想退款因为商品有质量问题",
        "客户说包裹三天没有更新物流信息",
        "我的地址改成上海市浦东新区",
        "上次承诺周五前给我回电话",
        "a refund was promised by Friday",
        "likes Crème Brûlée",
        "the reference is C-17",
        "the parcel has not moved for three days",
    ]
    facts = [NewFact(f"note-{number}", text) for number, text in enumerate(texts)]
    store.write("ann", call("c1", summary="spoke of nothing else"), facts, START)
    assert values(store.search("ann", query, 3))[0] == found


def test_episodes_and_facts_that_ended_are_found_too(store: LongTermMemory) -> None:
    store.write("ann", call("c1", summary="the router was broken"), [], day(0))
    learn(store, "ann", "c2", day(1), city="Leeds")
    learn(store, "ann", "c3", day(2), city="York")
    assert values(store.search("ann", "router")) == ["the router was broken"]
    assert values(store.search("ann", "leeds")) == ["Leeds"]
    assert len(store.search("ann", "city", 1)) == 1


@pytest.mark.parametrize("query", ["", "?!", "zebra", '"', "NEAR(", "*", "who : c1"])
def test_a_query_without_a_word_that_fits_finds_nothing(store: LongTermMemory, query: str) -> None:
    learn(store, "ann", "c1", city="Leeds")
    assert store.search("ann", query) == ()


def test_forgetting_says_what_it_erased(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), city="Leeds", name="Ann")
    learn(store, "ann", "c2", day(1), city="York")
    assert store.forget("ann") == Erased(1, 3, 2)
    assert store.recall("ann", day(2)) == Profile()
    assert store.search("ann", "leeds york ann") == ()
    assert store.forget("ann") == Erased()
    learn(store, "ann", "c3", day(3), city="Hull")
    assert known(store.recall("ann", day(4))) == {"city": "Hull"}


def test_what_was_not_confirmed_for_long_expires(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), city="Leeds", name="Ann")
    learn(store, "ann", "c2", day(40), city="York")
    learn(store, "bob", "c1", day(0), city="Hull")
    assert store.expire(day(20), 30) == Erased()
    # Ann's name and her first call; that she lived in Leeds has ended too late to go.
    assert store.expire(day(50), 30, of="a") == Erased(0, 1, 1)
    assert known(store.recall("ann", day(50))) == {"city": "York"}
    assert values(store.search("ann", "leeds")) == ["Leeds"]
    assert store.expire(day(50), 30) == Erased(1, 1, 1)
    assert store.customers() == ("ann",)
    assert store.expire(day(99), 30) == Erased(1, 2, 1)
    assert store.customers() == ()


def test_a_profile_without_what_is_too_old(store: LongTermMemory) -> None:
    learn(store, "ann", "c1", day(0), name="Ann")
    learn(store, "ann", "c2", day(40), city="York")
    profile = store.recall("ann", day(50)).since(day(20))
    assert known(profile) == {"city": "York"}
    assert ([one.call for one in profile.episodes], profile.calls) == (["c2"], 1)


def test_a_time_without_a_zone_is_refused(store: LongTermMemory) -> None:
    naive = datetime(2026, 1, 5)
    with pytest.raises(ValueError, match="time zone"):
        store.recall("ann", naive)
    with pytest.raises(ValueError, match="time zone"):
        store.write("ann", call("c1", naive), [], START)
    with pytest.raises(ValueError, match="time zone"):
        store.expire(naive, 30)


def test_many_write_at_once(opened: Opener) -> None:
    store, other = opened(), opened()

    def work(who: LongTermMemory, name: str) -> None:
        for number in range(8):
            learn(who, "ann", f"{name}{number}", day(number), **{f"{name}{number}": "yes"})

    threads = [
        threading.Thread(target=work, args=(who, name))
        for who, name in ((store, "a"), (store, "b"), (other, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    profile = opened().recall("ann", day(99))
    assert (len(profile.facts), profile.calls) == (24, 24)


def test_a_store_that_is_closed_says_so(opened: Opener) -> None:
    store = opened()
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.recall("ann", START)
