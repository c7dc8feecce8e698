"""Digits and letters said one by one, in all their forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system2.spoken import numbers_en, numbers_zh
from system2.spoken.patterns import fit
from tests.system2.spoken.slots import read, spoken

POSTCODE = {"pattern": "[A-Z0-9 ]{5,8}"}
EXACT_POSTCODE = {"pattern": "[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"}

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ZH_DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("length", "said", "value"),
    [
        (4, "four two one nine", "4219"),
        (4, "my pin is um four two then one nine please", "4219"),
        (4, "double four triple", None),
        (6, "double three triple seven oh", "337770"),
        (4, "twenty three forty five", "2345"),
        (5, "twenty three four five", "20345"),
        (3, "one hundred and twenty", "120"),
        (4, "four thousand two hundred and nineteen", "4219"),
        (4, "4219", "4219"),
        (4, "42 19", "4219"),
        (4, "four too won nine", "4219"),
        (4, "i have two phones and the number is four two one nine", "4219"),
        (4, "four two one nine and one more thing", "4219"),
        (4, "four two it is one nine", "4219"),
        (4, "four two one", None),
        (4, "four two one nine five", None),
        (4, "one moment please", None),
        (4, "four two no sorry four three one nine", "4319"),
        (4, "four two one no three one nine", "4319"),
        (4, "four two no sorry four three", None),
        (4, "four two one nine sorry one moment", "4219"),
        (4, "it's four three one nine not four two one nine", "4319"),
        (4, "", None),
        (4, "四二一九", "4219"),
        (7, "我的号码是幺三八零零三八", "1380038"),
        (4, "二十三四十五", "2345"),
        (5, "三个八二一", "88821"),
        (4, "四二然后一九", "4219"),
        (4, "请等一下四二一九", "4219"),
        (4, "四二不对四三一九", "4319"),
        (4, "不是四二一九是四三一九", "4319"),
        (4, "四三一九不是四二一九", "4319"),
        (4, "账号 4219", "4219"),
        (4, "一下", None),
    ],
)
def test_digits_of_a_length(length: int, said: str, value: str | None) -> None:
    assert read({"digits": length}, said) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("my number is oh seven seven one two", "07712"),
        ("that one please", None),
        ("it's one", "1"),
        ("号码是一三八零零", "13800"),
    ],
)
def test_digits_of_any_length(said: str, value: str | None) -> None:
    assert read("digits", said) == value


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (POSTCODE, "s w one a one a a", "SW1A1AA"),
        (POSTCODE, "it's s for sugar double u one alpha one a a", "SW1A1AA"),
        (POSTCODE, "SW1A 1AA", "SW1A1AA"),
        (POSTCODE, "my postcode is sw one a one aa", "SW1A1AA"),
        (POSTCODE, "sierra whiskey one alpha one alpha alpha", "SW1A1AA"),
        (POSTCODE, "e c one a one b b please", "EC1A1BB"),
        (POSTCODE, "m as in mother one one a e", "M11AE"),
        (POSTCODE, "m one one a e no sorry m one two a e", "M12AE"),
        (POSTCODE, "what do you need that for", None),
        (POSTCODE, "i see you are there", None),
        (POSTCODE, "my internet is down", None),
        (EXACT_POSTCODE, "s w one a one a a", "SW1A 1AA"),
        (EXACT_POSTCODE, "e c four m seven double u x", "EC4M 7WX"),
        ({"pattern": r"[A-Z]{3}\d{3}"}, "a for apple b for boy c for cat one two three", "ABC123"),
        ({"pattern": r"\d{3}-\d{4}"}, "five five five one two one two", "555-1212"),
        ({"pattern": r"[a-z]{2}\d"}, "x y seven", "xy7"),
        ({"pattern": r"[A-Z]O[A-Z]"}, "b oh b", "BOB"),
        (POSTCODE, "SW1A1AA", "SW1A1AA"),
        ({"pattern": r"[A-Z]\d{4}"}, "编号是A四二一九", "A4219"),
        ({"pattern": r"[A-Z]{2}\d{3}"}, "X Y 幺二三", "XY123"),
    ],
)
def test_patterns(kind: object, said: str, value: str | None) -> None:
    assert read(kind, said) == value


def test_fit_tries_separators_only_where_the_pattern_has_them() -> None:
    assert fit("AB12", "[A-Z]{2} [0-9]{2}") == "AB 12"
    assert fit("AB12", "[A-Z]{2}[0-9]{2}") == "AB12"
    assert fit("AB12", "[A-Z]{3}") is None
    assert fit("123456789", r"\d{3} \d{3} \d{3}") == "123 456 789"


def _said(digits: str, style: int) -> str:
    """Digits as a caller may say them: one by one, in pairs, doubled, in figures."""
    words: list[str] = []
    at = 0
    while at < len(digits):
        pair = digits[at : at + 2]
        style = style * 31 % 1009
        if len(pair) == 2 and pair[0] == pair[1] and style % 4 == 0:
            words.append(f"double {DIGIT_WORDS[int(pair[0])]}")
            at += 2
        elif len(pair) == 2 and pair[0] != "0" and pair[0] != "1" and style % 4 == 1:
            words.append(numbers_en.spell_out(int(pair)))
            # "twenty" and a digit after it would be another number.
            words.append("then")
            at += 2
        elif style % 4 == 2:
            words.append(digits[at])
            at += 1
        else:
            words.append("oh" if digits[at] == "0" else DIGIT_WORDS[int(digits[at])])
            at += 1
    return " ".join(words)


@settings(deadline=None, max_examples=40)
@given(st.text("0123456789", min_size=1, max_size=16), st.integers(1, 1008))
def test_digits_in_mixed_forms_are_read(digits: str, style: int) -> None:
    said = f"my number is {_said(digits, style)}"
    assert read({"digits": len(digits)}, said) == digits


@settings(deadline=None, max_examples=40)
@given(st.text("0123456789", min_size=1, max_size=16))
def test_chinese_digits_are_read(digits: str) -> None:
    said = numbers_zh.digit_by_digit(digits).replace("一", "幺")
    assert read({"digits": len(digits)}, f"号码{said}") == digits


@settings(deadline=None, max_examples=40)
@given(st.text("0123456789", min_size=1, max_size=16), st.sampled_from(["en", "zh"]))
def test_digits_read_back_are_understood(digits: str, code: str) -> None:
    said = spoken({"digits": len(digits)}, digits, code)
    assert read({"digits": len(digits)}, said) == digits


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@settings(deadline=None, max_examples=40)
@given(st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}", fullmatch=True))
def test_postcodes_read_back_are_understood(postcode: str) -> None:
    assert read(EXACT_POSTCODE, spoken(EXACT_POSTCODE, postcode)) == postcode
    said = spoken(EXACT_POSTCODE, postcode, "zh")
    assert read(EXACT_POSTCODE, f"邮编{said}") == postcode


def test_read_back_is_character_by_character() -> None:
    assert spoken({"digits": 4}, "4219") == "4, 2, 1, 9"
    assert spoken(POSTCODE, "SW1A 1AA") == "S, W, 1, A, 1, A, A"
    assert spoken({"pattern": r"\d-\d"}, "1-2") == "1, dash, 2"
    assert spoken({"digits": 4}, "4219", "zh") == "4，2，1，9"


def test_a_long_utterance_stays_cheap() -> None:
    said = "well " + "a i to for you see " * 40
    assert read({"pattern": "[A-Z]{3}[0-9]{9}"}, said) is None


def test_word_tables_agree() -> None:
    assert [numbers_en.UNITS[word] for word in DIGIT_WORDS] == list(range(10))
    assert [numbers_zh.DIGITS[word] for word in ZH_DIGITS] == list(range(10))
