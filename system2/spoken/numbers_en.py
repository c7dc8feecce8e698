"""English numbers: "one hundred and twenty", "twenty three", "two point five", "a dozen"."""

from __future__ import annotations

from system1.language import words as language_words
from system2.spoken.found import Found, Words

UNITS = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
}
TEENS = {
    word: value
    for value, word in enumerate(
        language_words.listed(
            "ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen",
            "nineteen",
        ),
        start=10,
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_SCALES = (("million", 1_000_000), ("thousand", 1000))
_SETS = {"dozen": 12, "score": 20}


def _word(words: Words, at: int) -> str:
    return words[at] if at < len(words) else ""


def below_100(words: Words, at: int) -> tuple[int, int] | None:
    """The number under a hundred at ``words[at]``, and the position after it."""
    word = _word(words, at)
    if word in TENS:
        unit = UNITS.get(_word(words, at + 1), 0)
        return (TENS[word] + unit, at + 2) if unit else (TENS[word], at + 1)
    if word in TEENS:
        return TEENS[word], at + 1
    if word in UNITS:
        return UNITS[word], at + 1
    return None


def _below_1000(words: Words, at: int) -> tuple[int, int] | None:
    word = _word(words, at)
    if word.isdecimal():
        first: tuple[int, int] | None = (int(word), at + 1)
    elif word == "a" and _word(words, at + 1) in ("hundred", "thousand", "million"):
        first = (1, at + 1)
    else:
        first = below_100(words, at)
    if first is None:
        return None
    value, at = first
    if _word(words, at) != "hundred":
        return value, at
    value, at = value * 100, at + 1
    rest = below_100(words, at + (_word(words, at) == "and"))
    return (value + rest[0], rest[1]) if rest and rest[0] else (value, at)


def cardinal(words: Words, at: int) -> tuple[int, int] | None:
    """The whole number at ``words[at]`` and the position after it; None where none begins."""
    part = _below_1000(words, at)
    if part is None:
        return None
    total = 0
    value, at = part
    for name, scale in _SCALES:
        if _word(words, at) != name:
            continue
        total, at = total + value * scale, at + 1
        value = 0
        rest = _below_1000(words, at + (_word(words, at) == "and"))
        if rest and rest[0] and rest[0] < scale:
            value, at = rest
    return total + value, at


def _decimals(words: Words, at: int) -> tuple[str, int]:
    digits = ""
    while at < len(words):
        word = words[at]
        if word in UNITS or word in ("oh", "o"):
            digits += str(UNITS.get(word, 0))
        elif word.isdecimal():
            digits += word
        elif (pair := below_100(words, at)) and not digits:
            return str(pair[0]), pair[1]
        else:
            break
        at += 1
    return digits, at


def numbers(words: Words) -> list[Found]:
    """All numbers among ``words``, as decimal strings ("120", "2.5", "-3")."""
    found: list[Found] = []
    at = 0
    while at < len(words):
        one = _number(words, at)
        if one:
            found.append(one)
        at = one.end if one else at + 1
    return found


def _number(words: Words, start: int) -> Found | None:
    at = start + (words[start] in ("minus", "negative"))
    sign = "-" if at > start else ""
    if _word(words, at) == "half":
        return Found(f"{sign}0.5", start, at + 1)
    if _word(words, at) == "a" and _word(words, at + 1) in _SETS:
        return Found(f"{sign}{_SETS[words[at + 1]]}", start, at + 2)
    whole = cardinal(words, at)
    if whole is None:
        return None
    value, at = whole
    if _word(words, at) == "point":
        digits, after = _decimals(words, at + 1)
        if digits:
            digits = digits.rstrip("0")
            return Found(f"{sign}{value}" + (f".{digits}" if digits else ""), start, after)
    if words[at : at + 3] == ("and", "a", "half"):
        return Found(f"{sign}{value}.5", start, at + 3)
    if _word(words, at) in _SETS:
        return Found(f"{sign}{value * _SETS[words[at]]}", start, at + 1)
    return Found(f"{sign}{value}", start, at)


def spell_out(value: int) -> str:
    """A number from 0 to 9999 in words: "two thousand and five"."""
    if value >= 1000:
        rest = value % 1000
        link = " and " if 0 < rest < 100 else " "
        return spell_out(value // 1000) + " thousand" + (link + spell_out(rest) if rest else "")
    if value >= 100:
        rest = value % 100
        hundreds = spell_out(value // 100) + " hundred"
        return hundreds + (f" and {spell_out(rest)}" if rest else "")
    if value >= 20:
        tens = next(word for word, ten in TENS.items() if ten == value // 10 * 10)
        return tens + (f"-{spell_out(value % 10)}" if value % 10 else "")
    return next(word for word, one in {**UNITS, **TEENS}.items() if one == value)
