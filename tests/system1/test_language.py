"""The language tables: normalising, yes and no, backchannels, unfinished turns."""

from __future__ import annotations

import pytest

from system1.language import Language, language_of

EN = language_of("en")
ZH = language_of("zh-CN")


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("cmn-Hans", "zh"),
        ("de", "en"),
    ],
)
def test_language_of_a_tag(tag: str, code: str) -> None:
    assert language_of(tag).code == code


@pytest.mark.parametrize(
    ("language", "text", "tokens"),
    [
        (EN, "Yes, that's CORRECT!", ("yes", "that's", "correct")),
        (EN, "uh-huh … mm-hm", ("uh", "huh", "mm", "hm")),
        (EN, "don\u2019t", ("don't",)),
        (EN, "my code is SW1A 1AA.", ("my", "code", "is", "sw1a", "1aa")),
        (EN, "", ()),
        (ZH, "我的邮编是100080，对吗？", (*"我的邮编是", "100080", *"对吗")),
        (ZH, "ＡＢ１２ 套餐", ("ab12", "套", "餐")),
        (ZH, "二〇二五年", ("二", "〇", "二", "五", "年")),
    ],
)
def test_tokens(language: Language, text: str, tokens: tuple[str, ...]) -> None:
    assert language.tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("That's all, thanks", "that is all", True),
        ("that is all", "that's all", True),
        ("i dont want it", "do not want", True),
        ("i cannot connect", "can't connect", True),
        ("there is no internet here", "no internet", True),
        ("there is no inter net", "no internet", False),
        ("a person", "person", True),
        ("personal data", "person", False),
        ("anything", "", False),
    ],
)
def test_contains_in_english(text: str, phrase: str, expected: bool) -> None:
    assert EN.contains(text, phrase) is expected
    assert EN.contains(EN.tokens(text), phrase) is expected


def test_contains_in_chinese() -> None:
    assert ZH.contains("我要转人工客服", "人工")
    assert ZH.contains("我 要 转 人 工", "转人工")
    assert not ZH.contains("人在工作", "人工")


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes please, that's correct.",
        "um yeah that is right",
        "yep",
        "correct",
        "no no that's right",
        "oh okay yes",
        "i think so",
        "it is",
        "yes it is",
        "yes but when will it be fixed",
        "sure go ahead",
        "no problem",
        "uh-huh",
        "i said yes",
    ],
)
def test_yes_in_english(text: str) -> None:
    assert EN.is_yes(text)
    assert not EN.is_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No, that is wrong.",
        "no it's four three one nine",
        "nope",
        "that's not right",
        "yeah no that is wrong",
        "no that's wrong okay",
        "not quite",
        "uh no sorry",
        "that is incorrect it is four",
        "i don't think so",
        "of course not",
    ],
)
def test_no_in_english(text: str) -> None:
    assert EN.is_no(text)
    assert not EN.is_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "four two one nine",
        "the right house is number five",
        "right now i am at home",
        "i am not sure",
        "no idea",
        "i have got no internet",
        "no internet since this morning",
        "it is four two one nine",
        "never mind",
        "",
        "um",
    ],
)
def test_neither_in_english(text: str) -> None:
    assert EN.answer(text) is None


@pytest.mark.parametrize(
    "text", ["对", "是的", "没错", "嗯对", "好的谢谢", "对对对", "没问题", "嗯，是的。", "可以"]
)
def test_yes_in_chinese(text: str) -> None:
    assert ZH.is_yes(text)


@pytest.mark.parametrize(
    "text", ["不对", "不是", "错了", "不是四三一九", "不用了谢谢", "不，不对", "呃不是的", "没有"]
)
def test_no_in_chinese(text: str) -> None:
    assert ZH.is_no(text)


@pytest.mark.parametrize(
    "text", ["对不起", "是不是坏了", "好像是", "不知道", "四二一九", "没有网", "对了我想问一下"]
)
def test_neither_in_chinese(text: str) -> None:
    assert ZH.answer(text) is None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (EN, "uh-huh", True),
        (EN, "yeah okay", True),
        (EN, "oh I see", True),
        (EN, "right wait", False),
        (EN, "", False),
        (EN, "okay but", False),
        (ZH, "嗯", True),
        (ZH, "嗯嗯，好的", True),
        (ZH, "好的等一下", False),
    ],
)
def test_backchannels(language: Language, text: str, expected: bool) -> None:
    assert language.is_backchannel(text) is expected


def test_backchannels_of_a_policy() -> None:
    assert not EN.is_backchannel("jolly good")
    assert EN.is_backchannel("jolly good yeah", ["Jolly good"])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (EN, "i want to", True),
        (EN, "my number is", True),
        (EN, "it is the um", True),
        (EN, "because", True),
        (EN, "four double", True),
        (EN, "yes i do", False),
        (EN, "my internet connection is down", False),
        (EN, "", False),
        (ZH, "我想问一下", True),
        (ZH, "因为", True),
        (ZH, "我的", True),
        (ZH, "是的", False),
        (ZH, "网断了", False),
    ],
)
def test_dangling(language: Language, text: str, expected: bool) -> None:
    assert language.is_dangling(text) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (EN, "thank you goodbye", True),
        (EN, "um hello", True),
        (EN, "hello my name", False),
        (ZH, "好的，谢谢，再见", True),
        (ZH, "你好我想", False),
    ],
)
def test_complete(language: Language, text: str, expected: bool) -> None:
    assert language.is_complete(text) is expected


def test_verbs_holding_and_hesitations() -> None:
    assert EN.has_verb("my line's broken and it doesn't work")
    assert not EN.has_verb("the second house")
    assert ZH.has_verb("我的网断了")
    assert EN.is_holding("okay let me check the letter")
    assert ZH.is_holding("好的稍等")
    assert not EN.is_holding("it is four")
    assert EN.without_hesitations("um my uh name's Bob") == ("my", "name's", "bob")
    assert ZH.without_hesitations("呃那个我想退款") == tuple("我想退款")
    assert EN.is_hesitation("um er")


@pytest.mark.parametrize("language", [EN, ZH])
def test_tables_are_normalised(language: Language) -> None:
    for table in (language.yes, language.no, language.backchannels, language.dangling):
        for phrase in table:
            assert " ".join(language.tokens(phrase)).replace(" ", "") == phrase.replace(" ", "")
    assert not language.yes & language.no
    assert set(language.digits.values()) == set("0123456789")


@pytest.mark.parametrize("said", ["the yes", "the yeah", "to yeah"])
def test_a_stray_word_in_the_onset_is_not_meant(said: str) -> None:
    assert EN.answer(said) == "yes"


def test_a_stray_word_makes_no_answer_of_a_sentence() -> None:
    assert EN.answer("the right house") is None
    assert EN.answer("the no entry sign") is None
    assert EN.is_backchannel("the yeah")
    assert not EN.is_backchannel("the")
    assert not EN.is_backchannel("the yeah but")


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        (EN, "no wait that is wrong", True),
        (EN, "um sorry can i ask", True),
        (EN, "uh-huh", False),
        (EN, "for i", False),
        (EN, "i'm fine", False),
        (ZH, "等一下", True),
        (ZH, "嗯，不是", True),
        (ZH, "好的", False),
    ],
)
def test_what_only_an_interruption_begins_with(
    language: Language, said: str, expected: bool
) -> None:
    assert language.is_interrupting(said) is expected
