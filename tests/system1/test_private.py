"""Numbers, addresses of mail and names in free text, spoken and written."""

from __future__ import annotations

import pytest

from system1.language import language_of
from system1.private import Span, mails, names, numbers, of_kind


def shown(text: str, spans: list[Span]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "it is 4111-1111-1111-1111 thanks", ["4111-1111-1111-1111"]),
        ("en", "it is 4111 1111, 1111 1111.", ["4111 1111, 1111 1111"]),
        ("en", "four one one one um one one one one", ["four one one one um one one one one"]),
        ("en", "Four-One-One-One and", ["Four-One-One-One"]),
        ("en", "forty-one eleven double one", ["forty-one eleven double one"]),
        ("en", "oh eight hundred one two three", ["oh eight hundred one two three"]),
        ("en", "call +44 (0)20 7946-0018 now", ["+44 (0)20 7946-0018"]),
        ("en", "oh seven seven double oh nine hundred", ["oh seven seven double oh nine hundred"]),
        ("en", "4 1 2", ["4 1 2"]),
        ("en", "four one two um", ["four one two"]),
        ("en", '{"card":"4111111111111111","n":1}', ["4111111111111111"]),
        ("en", "tel4111111111", ["tel4111111111"]),
        ("en", "my postcode is s w one a", ["s w one a"]),
        ("en", "the first one of the two at ten thirty", []),
        ("en", "it costs 1,299.50 or 29.90", []),
        ("en", "two thousand five hundred and thirty pounds", []),
        ("en", "on 2026-01-05 at 10:30", []),
        ("en", "i have a router and a phone", []),
        ("en", "line 1 of 24", []),
        ("zh-CN", "卡号是四一一一，幺幺幺幺谢谢", ["四一一一，幺幺幺幺"]),
        ("zh-CN", "电话１３８００１３８０００", ["１３８００１３８０００"]),
        ("zh-CN", "138-0013-8000吗", ["138-0013-8000"]),
        ("zh-CN", "一三八嗯零零一三", ["一三八嗯零零一三"]),
        ("zh-CN", "2026年一月，二零二六年", []),
        ("zh-CN", "一万五千二百三十元", []),
        ("zh-CN", "有一个问题，第二次打来", []),
    ],
)
def test_numbers(language: str, text: str, found: list[str]) -> None:
    assert shown(text, numbers(text, language_of(language))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to Jane.Doe@example.co.uk please", ["Jane.Doe@example.co.uk"]),
        ("jane dot doe at example dot com", ["jane dot doe at example dot com"]),
        ("it is j d at example dot co dot uk", ["j d at example dot co dot uk"]),
        ("邮箱是zhang艾特qq点com", ["zhang艾特qq点com"]),
        ("i am at home", []),
    ],
)
def test_mails(text: str, found: list[str]) -> None:
    hidden = shown(text, mails(text))
    assert len(hidden) == len(found)
    assert all(one in many for one, many in zip(found, hidden, strict=True))


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "hi my name is john smith and my line is dead", ["john smith"]),
        ("en", "My name's, um, John.", ["John"]),
        ("en", "this is Mary O'Neill calling", ["Mary O'Neill"]),
        ("en", "mr smith is out", ["smith"]),
        ("en", "it is in the name of priya patel", ["priya patel"]),
        ("en", "this is not working", []),
        ("en", "i am calling about my bill", []),
        ("en", "i'm really upset", []),
        ("zh-CN", "我叫王小明要退货", ["王小明"]),
        ("zh-CN", "我是李雷，宽带坏了", ["李雷"]),
        ("zh-CN", "免贵姓欧阳", ["欧阳"]),
        ("zh-CN", "张先生在吗", ["张"]),
        ("zh-CN", "我是新用户", []),
    ],
)
def test_names(language: str, text: str, found: list[str]) -> None:
    spans = [span for span, _ in names(text, language_of(language))]
    assert shown(text, spans) == found


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("4111 1111 1111 1111", "card_number"),
        ("+44 20 7946 0018", "phone_number"),
        ("13800138000", "phone_number"),
        ("02079460018", "phone_number"),
        ("a@b.com", "email"),
    ],
)
def test_what_is_of_a_kind_as_a_whole(value: str, kind: str) -> None:
    kinds = {"card_number", "phone_number", "email"}
    assert of_kind(value, {kind})
    assert not of_kind(value, kinds - {kind})


@pytest.mark.parametrize("value", ["4219", "411111111111111112", "AB123456789", "next Monday", ""])
def test_what_is_of_none(value: str) -> None:
    assert not of_kind(value, {"card_number", "phone_number", "email"})
