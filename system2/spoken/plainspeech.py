"""What a model writes, as what a voice can say: no markup, no lists, no addresses, no pictures.

Figures are left to the voice, which reads them in its own language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from system1.language import Language

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)(?:www\.)?([A-Za-z0-9.-]*[A-Za-z0-9])(?::\d+)?"
    r"(?:[/?#][A-Za-z0-9/?#=&%._~:+,;@!$'*()-]*[A-Za-z0-9/=&%_~+-]|[/?#])?"
)
_MAIL = re.compile(r"\b([A-Za-z0-9._+-]+)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_HEAD = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•·]\s+|\(?\d{1,2}[.)]\s+|[-*+]\s*\[[ xX]\]\s+)")
_RULE = re.compile(r"^\s*(?:[-*_=|:]\s*){3,}$")
_CODE = re.compile(r"`+([^`]*)`*")
_EMPHASIS = re.compile(r"(?<![\w*])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![\w*])|\*{2,3}|~~|__")
_UNDERLINED = re.compile(r"(?<!\w)_+|_+(?!\w)")
_LEFT_OVER = re.compile(r"[\\{}\[\]<>|`^*#_~=]+")
_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([,.;:!?，。；：！？])")
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef]"
_BETWEEN_WIDE = re.compile(rf"(?<={_WIDE})\s+(?={_WIDE})")

_SIGNS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "°C": " degrees Celsius",
        "℃": " degrees Celsius",
        "°F": " degrees Fahrenheit",
        "°": " degrees",
        "&": " and ",
        "→": " to ",
        "≈": " about ",
        "×": " times ",
        "±": " plus or minus ",
        "≥": " at least ",
        "≤": " at most ",
        "…": "...",
    },
    "zh": {
        "°C": "摄氏度",
        "℃": "摄氏度",
        "°F": "华氏度",
        "°": "度",
        "&": "和",
        "→": "到",
        "≈": "约",
        "×": "乘",
        "±": "正负",
        "≥": "至少",
        "≤": "最多",
    },
}
_DOT = {"en": " dot ", "zh": "点"}
_AT = {"en": " at ", "zh": "艾特"}
_FULL_STOP = {"en": ".", "zh": "。"}

_SILENT = frozenset(("So", "Cs", "Co", "Cn", "Cf", "Cc", "Sk", "Me"))
"""Categories of Unicode that no voice can say: pictures, controls, leftovers."""


def plain_speech(text: str, language: Language) -> str:
    """One piece of text, whole lines or sentences, as it can be said; "" where nothing can."""
    lines = [_line(line, language) for line in text.splitlines()]
    said = [line for line in lines if any(char.isalnum() for char in line)]
    for at in range(len(said) - 1):
        if said[at][-1].isalnum():
            said[at] += _FULL_STOP[language.code]
    return ("" if language.code == "zh" else " ").join(said)


def _line(line: str, language: Language) -> str:
    if _RULE.match(line):
        return ""
    while match := _HEAD.match(line):
        line = line[match.end() :]
    line = _LINK.sub(r"\1", line)
    line = _MAIL.sub(lambda one: _mail(one[1], one[2], language), line)
    line = _ADDRESS.sub(lambda one: _dotted(one[1], language), line)
    line = _TAG.sub("", line)
    line = _CODE.sub(r"\1", line)
    line = _EMPHASIS.sub("", line)
    line = _UNDERLINED.sub("", line)
    if line.count("|") > 1:
        line = ", ".join(cell for one in line.split("|") if (cell := one.strip()))
    for sign, word in _SIGNS[language.code].items():
        line = line.replace(sign, word)
    line = "".join(char for char in line if _sayable(char))
    line = _LEFT_OVER.sub(" ", line)
    line = _BEFORE_MARK.sub(r"\1", _SPACES.sub(" ", line)).strip()
    return _BETWEEN_WIDE.sub("", line)


def _sayable(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _SILENT


def _dotted(name: str, language: Language) -> str:
    return name.replace(".", _DOT[language.code])


def _mail(name: str, host: str, language: Language) -> str:
    return _dotted(name, language) + _AT[language.code] + _dotted(host, language)
