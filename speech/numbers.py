"""Numbers in English words, as a caller would say them."""

from __future__ import annotations

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
DIGITS = frozenset({*_ONES[:10], "oh", "double", "triple"})
"""What numbers are dictated with, digit by digit."""

_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken(digits: str) -> list[str]:
    """A run of digits in words: as a number up to 9999, else digit by digit.

    So is a run with a leading zero, which is a code and no number.
    """
    if len(digits) > 4 or (len(digits) > 1 and digits.startswith("0")):
        return [_ONES[int(digit)] for digit in digits]
    return _cardinal(int(digits))


def _cardinal(number: int) -> list[str]:
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        tens, one = divmod(number, 10)
        return [_TENS[tens - 2], *([_ONES[one]] if one else [])]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return [_ONES[hundreds], "hundred", *(["and", *_cardinal(rest)] if rest else [])]
    thousands, rest = divmod(number, 1000)
    return [*_cardinal(thousands), "thousand", *(_cardinal(rest) if rest else [])]
