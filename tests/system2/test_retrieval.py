"""Which item is asked for, and how sure that is."""

from __future__ import annotations

import pytest

from policies.policy import Policy
from system1.language import language_of
from system2.retrieval import Index, Item
from system2.terms import stem, terms_of

EN, ZH = language_of("en"), language_of("zh")
CONFIDENCE = Policy.model_fields["confidence"].default

ENGLISH = Index(
    [
        Item("restore", ("when will it be fixed", "how long will the repair take"), "Four hours."),
        Item("cost", ("how much is it", "what does it cost", "price of the broadband"), "Thirty."),
        Item("cancel", ("how do i cancel my contract", "i want to leave"), "Thirty days' notice."),
        Item("router", ("how do i restart my router", "router lights are red"), "Unplug it."),
        Item("hours", ("what are your opening hours", "when are you open"), "Eight to eight."),
        Item("bill", ("why is my bill so high", "explain my bill"), "It may include a charge."),
        Item("outage", ("no internet", "connection is down", "outage")),
    ],
    EN,
)
CHINESE = Index(
    [
        Item("restore", ("什么时候能修好", "多久可以修好"), "大部分故障四小时内修复。"),
        Item("cost", ("多少钱", "套餐费用是多少"), "每月三十元。"),
        Item("cancel", ("怎么取消套餐", "我要销户"), "需要提前三十天通知。"),
        Item("hours", ("你们几点上班", "营业时间"), "早八点到晚八点。"),
        Item("router", ("路由器怎么重启", "路由器灯是红的"), "拔掉电源十秒。"),
        Item("outage", ("没有网", "上不了网", "断网")),
    ],
    ZH,
)


@pytest.mark.parametrize(
    ("query", "item"),
    [
        ("when will it be fixed", "restore"),
        ("could you tell me when it will be fixed please", "restore"),
        ("how long until it is fixed", "restore"),
        ("when's my internet going to be repaired", "restore"),
        ("how long will the repairs last", "restore"),
        ("how much does it cost", "cost"),
        ("what's the price", "cost"),
        ("i have got no internet", "outage"),
        ("my connection's been down since monday", "outage"),
        ("my internet is not working", "outage"),
        ("there is an outage in my street", "outage"),
        ("can i cancel my contract please", "cancel"),
        ("i want to cancel", "cancel"),
        ("how do i reboot the router", "router"),
        ("the lights on my router are red", "router"),
        ("when do you open", "hours"),
        ("the bill is too high", "bill"),
        ("can you explain the bill to me", "bill"),
        # one word in five misheard
        ("why is my bell so high", "bill"),
        ("how do i restart my rooter", "router"),
        ("when will it be fixes", "restore"),
        ("请问什么时候能修好", "restore"),
        ("我想问一下大概多久能修好啊", "restore"),
        ("这个套餐多少钱一个月", "cost"),
        ("我家没网了", "outage"),
        ("网断了", "outage"),
        ("上不了网了", "outage"),
        ("我想取消我的套餐", "cancel"),
        ("你们周末几点上班", "hours"),
        ("怎么重启路由器", "router"),
        ("路由器红灯亮了怎么办", "router"),
    ],
)
def test_found(query: str, item: str) -> None:
    index = CHINESE if query > "\u4e00" else ENGLISH
    best, *others = index.search(query)
    assert best.item.id == item
    assert best.score >= CONFIDENCE
    assert all(other.score < best.score for other in others)


@pytest.mark.parametrize(
    "query",
    [
        "what is the weather like today",
        "tell me a joke",
        "do you sell bananas",
        "who is the president",
        "how are you",
        "i like trains",
        "",
        "um",
        "今天天气怎么样",
        "讲个笑话",
        "你好",
    ],
)
def test_not_found(query: str) -> None:
    index = CHINESE if query > "\u4e00" else ENGLISH
    assert all(match.score < 0.75 * CONFIDENCE for match in index.search(query))


def test_the_phrasing_itself_scores_one() -> None:
    for index in (ENGLISH, CHINESE):
        for query in ("when will it be fixed", "多久可以修好"):
            for match in index.search(query)[:1]:
                assert match.ask == query
                assert match.score == pytest.approx(1.0)


def test_ties_go_to_the_earlier_item() -> None:
    index = Index([Item("first", ("the bill",)), Item("second", ("my bill",))], EN)
    assert [match.item.id for match in index.search("bill")] == ["first", "second"]


def test_an_empty_index_finds_nothing() -> None:
    assert Index([], EN).search("anything") == []


@pytest.mark.parametrize(
    "words",
    [
        ("cancel", "cancelled", "cancels", "cancelling", "canceled"),
        ("bill", "bills"),
        ("fix", "fixed", "repair", "repairs", "repaired"),
        ("charge", "charged", "charges", "charging"),
        ("stop", "stopped", "stopping"),
        ("delivery", "deliveries"),
    ],
)
def test_forms_of_a_word_are_one_term(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_words_around_a_question_are_no_terms() -> None:
    assert terms_of("could you tell me the price please", EN).keys() == {"the", "cost"}
    assert "请" not in terms_of("请问多少钱", ZH)
