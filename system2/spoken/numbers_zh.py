"""Chinese numbers: 二十三, 一百零五, 两千三, 三万五, 二点五, 一半."""

from __future__ import annotations

from system1.language.zh import CHINESE
from system2.spoken.found import Found, Words

DIGITS = {word: int(digit) for word, digit in CHINESE.digits.items()}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10_000, "亿": 100_000_000}
_NUMERALS = "零一二三四五六七八九"


def _word(words: Words, at: int) -> str:
    return words[at] if at < len(words) else ""


def _section(words: Words, at: int) -> tuple[int, int, int] | None:
    """A number below ten thousand: value, position after it, and the last unit used."""
    start, total, last = at, 0, 10_000
    while at < len(words):
        word = words[at]
        if word in ("零", "〇") and last < 10_000 and last > 1:
            digit, unit = _word(words, at + 1), _word(words, at + 2)
            if DIGITS.get(digit, 0) and unit in _UNITS and _UNITS[unit] < last:
                total += DIGITS[digit] * _UNITS[unit]
                last, at = _UNITS[unit], at + 3
                continue
            if digit == "十" and last > 10:
                total, last, at = total + 10, 10, at + 2
                continue
            if DIGITS.get(digit, 0):
                return total + DIGITS[digit], at + 2, 1
            break
        if word == "十" and (at == start or last > 10):
            total, last, at = total + 10, 10, at + 1
            continue
        if word not in DIGITS:
            break
        unit = _word(words, at + 1)
        if unit in _UNITS and _UNITS[unit] < last and DIGITS[word]:
            total += DIGITS[word] * _UNITS[unit]
            last, at = _UNITS[unit], at + 2
            continue
        if last == 10_000:
            return DIGITS[word], at + 1, 1
        # After a unit, one bare digit is the next lower place: 二十三, and 一百二 for 120.
        total += DIGITS[word] * (last // 10)
        return total, at + 1, 1
    return (total, at, last) if at > start and last < 10_000 else None


def cardinal(words: Words, at: int) -> tuple[int, int] | None:
    """The whole number at ``words[at]`` and the position after it; None where none begins."""
    if _word(words, at).isdecimal():
        value, at = int(words[at]), at + 1
    else:
        section = _section(words, at)
        if section is None:
            return None
        value, at, _ = section
    total, last = 0, 0
    while (word := _word(words, at)) in _SCALES:
        scale = _SCALES[word]
        total = (total + value) * scale if scale > last else total + value * scale
        value, last, at = 0, scale, at + 1
        skip = _word(words, at) in ("零", "〇")
        rest = _section(words, at + skip)
        if rest is None:
            break
        value, at, _ = rest
        if not skip and value < 10:
            value *= scale // 10
    return total + value, at


def numbers(words: Words) -> list[Found]:
    """All numbers among ``words``, as decimal strings ("120", "2.5")."""
    found: list[Found] = []
    at = 0
    while at < len(words):
        one = _number(words, at)
        if one:
            found.append(one)
        at = one.end if one else at + 1
    return found


def _number(words: Words, start: int) -> Found | None:
    at = start + (words[start] == "负")
    sign = "-" if at > start else ""
    if _word(words, at) == "半" or words[at : at + 2] == ("一", "半"):
        return Found(f"{sign}0.5", start, at + 1 + (words[at] == "一"))
    whole = cardinal(words, at)
    if whole is None:
        return None
    value, at = whole
    if _word(words, at) == "点":
        after, digits = at + 1, ""
        while (word := _word(words, after)) in DIGITS or word.isdecimal():
            digits += word if word.isdecimal() else str(DIGITS[word])
            after += 1
        if digits:
            digits = digits.rstrip("0")
            return Found(f"{sign}{value}" + (f".{digits}" if digits else ""), start, after)
    if _word(words, at) == "半" or words[at : at + 2] == ("个", "半"):
        return Found(f"{sign}{value}.5", start, at + 1 + (words[at] == "个"))
    return Found(f"{sign}{value}", start, at)


def spell_out(value: int) -> str:
    """A number from 0 to 9999 in characters: 二十三, 一百零五."""
    if value < 10:
        return _NUMERALS[value]
    if value < 20:
        return "十" + (_NUMERALS[value % 10] if value % 10 else "")
    for unit, scale in (("千", 1000), ("百", 100), ("十", 10)):
        if value >= scale:
            rest = value % scale
            gap = "零" if 0 < rest < scale // 10 else ""
            tens = "一" if scale >= 100 and 10 <= rest < 20 else ""
            return _NUMERALS[value // scale] + unit + gap + (tens + spell_out(rest) if rest else "")
    raise ValueError(f"not a number from 0 to 9999: {value}")


def digit_by_digit(value: str) -> str:
    """Digits as characters, one for one: 2026 is 二零二六."""
    return "".join(_NUMERALS[int(digit)] for digit in value)
