"""From a model's text to what a voice can say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system1.language import Language, language_of
from system2.speakable import Piece, Speakable

EN, ZH = language_of("en"), language_of("zh-CN")


def pieces(text: str, language: Language = EN, cuts: list[int] | None = None) -> list[Piece]:
    """The pieces of a text that comes cut at these places."""
    speakable = Speakable(language, ["restore", "cost", "k-1"])
    places = sorted({min(one, len(text)) for one in cuts or ()})
    parts = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    return [piece for part in parts for piece in speakable.feed(part)] + speakable.close()


def texts(text: str, language: Language = EN) -> list[str]:
    return [piece.text for piece in pieces(text, language)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sure. It is fixed.", ["Sure.", "It is fixed."]),
        ("Well, that is easy. Fine, so do it.", ["Well, that is easy.", "Fine, so do it."]),
        ("I have had a look, and it works.", ["I have had a look,", "and it works."]),
        ("It costs 1,000 pounds or 3.5 a day.", ["It costs 1,000 pounds or 3.5 a day."]),
        ("Dr. Smith, e.g. at 8 a.m. today.", ["Dr. Smith, e.g. at 8 a.m. today."]),
        ('She said "Stop." Then she left.', ['She said "Stop."', "Then she left."]),
        ("**Bold** and *it* and `code` and __u__.", ["Bold and it and code and u."]),
        (
            "# Prices\n- one\n* two\n1. three\n2) four",
            ["Prices.", "one.", "two.", "three.", "four"],
        ),
        ("See [our *site*](https://a.example/b.c?d=1).", ["See our site."]),
        ("Go to https://www.example.com/a/b?c=d#e now.", ["Go to example dot com now."]),
        ("Mail help@example.com.", ["Mail help at example dot com."]),
        ("Look:\n```python\nprint('1. x')\n```\nThat is it.", ["Look:", "That is it."]),
        ("| a | b |\n|---|---|\n| c | d |", ["a, b.", "c, d"]),
        ("Done 😀👍🏽! <b>Yes</b> at 20°C & more", ["Done!", "Yes at 20 degrees Celsius and more"]),
        ("---\n\n***\n", []),
        ("", []),
        ("snake_case, 2 * 3", ["snake case, 2 3"]),
    ],
)
def test_english(text: str, said: list[str]) -> None:
    assert texts(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("好的。大部分故障四小时内修复。", ["好的。", "大部分故障四小时内修复。"]),
        ("我来帮您看一下，线路没有问题，请放心。", ["我来帮您看一下，", "线路没有问题，请放心。"]),
        ("请看 https://www.example.com/a 。", ["请看 example点com。"]),
        ("**重点**：\n- 重启路由器\n- 等三分钟", ["重点：", "重启路由器。", "等三分钟"]),
        ("现在20℃😀。", ["现在20摄氏度。"]),
        ("“可以。”他说。", ["“可以。”", "他说。"]),
    ],
)
def test_chinese(text: str, said: list[str]) -> None:
    assert texts(text, ZH) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Soon [restore]. It is thirty pounds. [cost] Yes [cost, restore].",
            [
                Piece("Soon.", ("restore",)),
                Piece("It is thirty pounds.", ("cost",)),
                Piece("Yes.", ("cost", "restore")),
            ],
        ),
        ("Soon [nobody]. Yes[^1].", [Piece("Soon."), Piece("Yes.")]),
        ("Press [the red button] now.", [Piece("Press the red button now.")]),
        ("It is so [k-1].", [Piece("It is so.", ("k-1",))]),
    ],
)
def test_citations_are_noted_and_never_said(text: str, said: list[Piece]) -> None:
    assert pieces(text) == said


def test_what_has_no_end_is_cut_all_the_same() -> None:
    for language, text in ((EN, "word " * 300), (ZH, "字" * 900)):
        cut = texts(text, language)
        assert len(cut) > 2
        assert max(map(len, cut)) < 340


def test_the_first_piece_comes_before_its_sentence_ends() -> None:
    speakable = Speakable(EN)
    assert speakable.feed("I have had a look, a") == [Piece("I have had a look,")]


ALPHABET = "ab .,!?\n*_`[]()<>#-|12:/@，。！你😀\\{}~"


@given(st.text(ALPHABET, max_size=80), st.lists(st.integers(0, 80), max_size=12))
def test_how_the_text_is_cut_on_its_way_changes_nothing(text: str, cuts: list[int]) -> None:
    for language in (EN, ZH):
        assert pieces(text, language, cuts) == pieces(text, language)


@given(st.text(max_size=200))
def test_nothing_unspeakable_is_said(text: str) -> None:
    for piece in pieces(text):
        assert any(char.isalnum() for char in piece.text)
        assert not set(piece.text) & set("*`[]{}<>|#\\\n😀")
