"""Names, choices, yes and no, free text; and slots that the caller names."""

from __future__ import annotations

import pytest

from policies.dialogue import Collect
from system2.spoken.found import words_of
from system2.spoken.mentions import mentioned
from system2.spoken.slots import find_slot
from tests.system2.spoken.slots import EN, WEDNESDAY, ZH, read, slot, spoken

PRODUCTS = {"choice": ["broadband", "mobile phone", "television"]}
PRODUCTS_ZH = {"choice": ["宽带", "手机", "电视"]}


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("my name is john miller", "John Miller"),
        ("it's under miller", "Miller"),
        ("John Miller", "John Miller"),
        ("this is mary o'brien", "Mary O'Brien"),
        ("mary o'brien please", "Mary O'Brien"),
        ("it's miller that's m i l l e r", "Miller"),
        ("m i l l e r", "Miller"),
        ("john no sorry tom smith", "Tom Smith"),
        ("ludwig van beethoven", "Ludwig van Beethoven"),
        ("i am calling about my bill", None),
        ("why do you need it", None),
        ("yes", None),
        ("我叫王伟", "王伟"),
        ("王小明", "王小明"),
        ("我姓张弓长张", "张"),
        ("姓李", "李"),
        ("我是王先生", "王"),
        ("我想问一下话费", None),
    ],
)
def test_names(said: str, value: str | None) -> None:
    assert read("name", said) == value


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (PRODUCTS, "the mobile phone i think", "mobile phone"),
        (PRODUCTS, "broad band", "broadband"),
        (PRODUCTS, "the second one", "mobile phone"),
        (PRODUCTS, "the last one please", "television"),
        (PRODUCTS, "not the broadband the television", "television"),
        (PRODUCTS, "broadband no sorry television", "television"),
        (PRODUCTS, "i do not know", None),
        (PRODUCTS_ZH, "手机吧", "手机"),
        (PRODUCTS_ZH, "第二个", "手机"),
        (PRODUCTS_ZH, "不是手机是电视", "电视"),
        (PRODUCTS_ZH, "不知道", None),
        ("yes_no", "yes please that's correct", "yes"),
        ("yes_no", "no it isn't", "no"),
        ("yes_no", "perhaps", None),
        ("yes_no", "是的没错", "yes"),
        ("yes_no", "没有", "no"),
        ("text", "um the router is broken", "the router is broken"),
        ("text", "  The router. ", "The router."),
        ("text", "um", None),
        ("text", "嗯路由器坏了", "路由器坏了"),
    ],
)
def test_words(kind: object, said: str, value: str | None) -> None:
    assert read(kind, said) == value


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("name", "my name is john miller and i have a question", "John Miller"),
        ("name", "john miller", None),
        ("name", "please call me back", None),
        ("date", "can i come next tuesday", "2026-03-03"),
        ("date", "it has been down since tuesday", None),
        ("number", "i have two phones", None),
        ("yes_no", "yes hello", None),
        ("text", "anything at all", None),
        ({"digits": 4}, "my account is four two one nine", "4219"),
    ],
)
def test_unasked_only_what_is_plain_counts(kind: object, said: str, value: str | None) -> None:
    found = find_slot(slot(kind), words_of(said, EN), EN, WEDNESDAY, asked=False)
    assert (found.value if found else None) == value


def test_other_values_are_said_as_they_are() -> None:
    assert spoken("name", "John Miller") == "John Miller"
    assert spoken("number", "2.5") == "2.5"
    assert spoken("yes_no", "no", "zh") == "不是"
    assert spoken(PRODUCTS, "broadband") == "broadband"


def test_slots_that_are_named() -> None:
    english = [
        Collect(slot="postcode", ask="What is your postcode?"),
        Collect(slot="phone_number", ask="What is your number?"),
        Collect(slot="visit", ask="Which day suits you?"),
    ]
    for said, names in (
        ("actually my postcode is wrong", ["postcode"]),
        ("my phone number has changed", ["phone_number"]),
        ("another day", ["visit"]),
        ("i do not know", []),
    ):
        assert [one.slot for one in mentioned(words_of(said, EN), english, EN)] == names
    chinese = [
        Collect(slot="postcode", ask="请问您的邮编是多少？"),
        Collect(slot="phone", ask="请问您的手机号是多少？"),
    ]
    assert [one.slot for one in mentioned(words_of("邮编说错了", ZH), chinese, ZH)] == ["postcode"]
