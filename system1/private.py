"""Where a text holds what is somebody's own: numbers, addresses of mail, names that are introduced.

Spoken and written, in English and Chinese. A number is four digits or more in a row, in figures
or words, however grouped ("4111-1111", "double four, um, one nine", 幺三八), letters that are
spelled among them; no check digit is asked for, since callers give numbers in parts and
recognisers mishear them. Days (2026-01-05), years with 年, amounts (1,299.50) and quantities in
words below seven digits ("two thousand five hundred") are no such number.

What is found is rather a word too much than one too few.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from system1.language import Language
from system1.language.words import phrase_set

Span = tuple[int, int]
"""From the first character to behind the last."""

SECRET_DIGITS = 4
"""So many digits in a row, said or written, are somebody's number."""

SECRET_ALONE = 3
"""So many are part of one, where nothing else is said."""

SECRET_PAIRS = 5
"""So many are one where they are said in pairs: "ten thirty" and "nineteen eighty four" are not."""

SECRET_QUANTITY = 7
"""So many are one even where they are worded like a quantity, or written with letters."""

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
_PIECE = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:'[^\W_{_CJK}]+)*|[^\s]")
_NO_NUMBER = re.compile(
    r"(?<![\d-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d-])"
    r"|(?<![\d.,-])(?<!\d )\d{1,3}(?:,\d{3}(?:\.\d\d?)?|\.\d\d?)(?![\d.,-]*\d| \d)"
    r"|(?<!\d)(?:[12]\d{3}|[一二][零〇一二三四五六七八九]{3})(?=年)"
)
_JOINTS = frozenset("+-\u2013\u2014.,\uff0c\u3001()/\u00b7\u3002_\u6760")
_JOINT_WORDS = phrase_set("dash, hyphen, space, slash")
_TWO = phrase_set("ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen")
_TWO |= phrase_set("nineteen, twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety")
_SCALES = {"hundred": 2, "thousand": 3}
_MAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
    r"|\b(?:[a-z0-9]{1,64} (?:dot|underscore|dash|hyphen) |[a-z0-9] ){0,20}[a-z0-9]{1,64} at "
    r"(?:[a-z0-9] ){0,20}[a-z0-9]{1,63}(?: dot [a-z0-9]{1,63}){1,8}"
    r"|[a-z0-9._-]{1,64} ?(?:艾特|at|圈a|小老鼠) ?[a-z0-9]+(?: ?点 ?[a-z]+)+"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    text: str


def folded(text: str) -> str:
    """Lower case and half width, each character for itself, so that places stay the same."""
    return "".join(map(_one, text))


def _one(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower().replace("\u2019", "'")
    return plain if len(plain) == 1 else char


def numbers(text: str, language: Language) -> list[Span]:
    """Where numbers stand; see above."""
    plain = folded(text)
    spared = [match.span() for match in _NO_NUMBER.finditer(plain)]
    pieces = [_Piece(*match.span(), match[0]) for match in _PIECE.finditer(plain)]
    found: list[Span] = []
    at = 0
    while at < len(pieces):
        run = _run(pieces, at, language, spared)
        if run is None:
            at += 1
            continue
        after, digits, least = run
        plus = at > 0 and pieces[at - 1].text == "+"
        alone = _is_filler(pieces[:at], language) and _is_filler(pieces[after:], language)
        if digits >= (SECRET_ALONE if alone and least == SECRET_DIGITS else least):
            found.append((pieces[at - plus].start, pieces[after - 1].end))
        at = after
    return found


def mails(text: str) -> list[Span]:
    """Where addresses of mail stand, written ("a@b.com") or spoken ("a at b dot com")."""
    return [match.span() for match in _MAIL.finditer(folded(text))]


def of_kind(value: str, mask: Collection[str]) -> bool:
    """Whether a slot's value is, as a whole, of a kind that a mask names: ``card_number`` (12 to 19
    digits whose last is right, by Luhn), ``phone_number`` (7 to 15, with + or 0 in front, or a
    Chinese mobile's 11), ``email``."""
    plain = folded(value).strip()
    digits = "".join(char for char in plain if char.isdecimal())
    written = re.fullmatch(r"[+\d\s().-]+", plain) is not None
    if "card_number" in mask and written and 12 <= len(digits) <= 19 and _luhn(digits):
        return True
    dialled = plain[:1] in ("+", "0", "(") or re.fullmatch(r"1[3-9]\d{9}", digits) is not None
    if "phone_number" in mask and written and 7 <= len(digits) <= 15 and dialled:
        return True
    return "email" in mask and any(end - start == len(plain) for start, end in mails(plain))


def _luhn(digits: str) -> bool:
    doubled = (int(char) * (1 + at % 2) for at, char in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def _run(
    pieces: list[_Piece], at: int, language: Language, spared: list[Span]
) -> tuple[int, int, int] | None:
    """A run of digits from ``at`` on: where it ends, how many, and how many make a secret of it."""
    start, after, digits, least, thousands = at, at, 0, SECRET_DIGITS, False
    while at < len(pieces):
        piece = pieces[at]
        if any(begin <= piece.start < end for begin, end in spared):
            break
        step = _numeral(pieces, at, language)
        if step is not None:
            taken, more, such = step
            digits, at, least = digits + more, at + taken, max(least, such)
            after = at
        elif after > start and piece.text in _SCALES:
            # "two thousand five hundred" has four digits.
            digits += -1 if thousands and piece.text == "hundred" else _SCALES[piece.text]
            thousands, least, at = piece.text == "thousand", SECRET_QUANTITY, at + 1
            after = at
        elif after > start and at - after < _MOST_JOINTS and _is_joint(piece, language):
            at += 1
        else:
            break
    return (after, digits, least) if after > start and digits else None


_MOST_JOINTS = 3


def _numeral(pieces: list[_Piece], at: int, language: Language) -> tuple[int, int, int] | None:
    """Pieces taken, digits, and how many of the like make a secret."""
    word = pieces[at].text
    if word.isdecimal():
        return 1, len(word), SECRET_DIGITS
    if word in language.digits:
        return 1, 1, SECRET_DIGITS
    if language.code == "en" and word in _TWO:
        rest = [one.text for one in pieces[at + 1 : at + 3] if one.text != "-"]
        joined = word.endswith("ty") and language.digits.get("".join(rest[:1]), "0") != "0"
        return 1 + _after_hyphen(pieces, at) * joined + joined, 2, SECRET_PAIRS
    if word in language.repeats and at + 1 < len(pieces):
        said = pieces[at + 1].text
        if said in language.digits or (said.isdecimal() and len(said) == 1):
            return 2, language.repeats[word], SECRET_DIGITS
        return None
    if len(word) == 1 and "a" <= word <= "z":
        # "a" and "i" are words too: letters only among others.
        before, after = pieces[at - 1 : at], pieces[at + 1 : at + 2]
        spelled = word not in "ai" or (
            all(_is_character(one.text, language) for one in (*before, *after)) and bool(before)
        )
        return (1, 1, SECRET_DIGITS) if spelled else None
    count = sum(char.isdecimal() for char in word)
    return (1, count, SECRET_QUANTITY) if count >= SECRET_QUANTITY else None


def _after_hyphen(pieces: list[_Piece], at: int) -> bool:
    return at + 1 < len(pieces) and pieces[at + 1].text == "-"


def _is_character(word: str, language: Language) -> bool:
    letter = len(word) == 1 and "a" <= word <= "z" and word not in "ai"
    return word.isdecimal() or word in language.digits or letter


def _is_joint(piece: _Piece, language: Language) -> bool:
    word = piece.text
    return word in _JOINTS or word in _JOINT_WORDS or language.is_hesitation((word,))


def _is_filler(pieces: list[_Piece], language: Language) -> bool:
    return all(not one.text.isalnum() or _is_joint(one, language) for one in pieces)


# Names

_NAME_EN = re.compile(
    r"\b(?P<sure>(?:(?:first|last|full|middle|family|given|sur) ?)?name(?:'s| is| was| on the "
    r"account is)|i(?: am|'m) called|they call me|you can call me|call me|i go by|in the name of|"
    r"under the name(?: of)?|registered to|mr|mrs|ms|mister|missus|dr)\b\.?"
    r"|\b(?:this is|i am|i'm|it is|it's|speaking with)\b"
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_NAME_WORDS = 3
_NO_NAMES = phrase_set(
    "back, calling, having, trying, not, here, there, no, yes, internet, problem, problems, still",
    "phone, sorry, sure, please, thanks, thank, you, the, a, an, and, or, but, so, about, my, all",
    "your, for, from, with, what, when, where, why, how, who, it, is, was, broken, down, fine, as",
    "okay, good, hello, hi, it's, very, just, really, looking, wondering, afraid, happy, that, out",
    "interested, at, in, on, to, of, again, wrong, right, correct, speaking, i, i'm, we, they, he",
    "she, terrible, awful, urgent, ridiculous, unacceptable, bad, great, nice, new, old, slow",
    "too, also, now, because, if, then, this, these, those, off, up, gone, done, ready, lost, late",
    "early, busy, free, angry, upset, tired, sick, ill, home, away, alone, only, never, always",
    "something, nothing, everything, anything, can, will, would, could, do, does, did, have, has",
    "had, are, am, be, been, get, got, want, need, like, know, think, able, unable, going, quite",
)
_ENDINGS = ("ing", "ly", "n't")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
    "覃武戴莫孔向汤欧"
)
_NO_NAME_ZH = (
    "的了吗呢是不有要想在和这那什么哪谁怎请问没好对网电话费打来到一我你您他她们，。？！、,.?! "
)
_NAME_ZH = re.compile(
    rf"(?:我叫做?|名字[是叫]|姓名是|名叫|户[主名]是|登记的名字是|本人叫?|免贵姓|我姓)(?P<sure>[^{_NO_NAME_ZH}]{{1,4}})"
    rf"|我(?:就)?是(?P<own>[{''.join(sorted(_SURNAMES))}][^{_NO_NAME_ZH}]{{1,2}})"
    rf"|(?P<title>[{''.join(sorted(_SURNAMES))}][^{_NO_NAME_ZH}]{{0,2}}?)(?=先生|女士|小姐|师傅)"
)


def names(text: str, language: Language) -> list[tuple[Span, bool]]:
    """Where names stand that are introduced ("my name is ...", 我叫……), each with whether that
    is sure: "this is ..." may as well go before something else."""
    plain = folded(text)
    return list(_chinese(plain) if language.code == "zh" else _english(plain, language))


def _chinese(plain: str) -> Iterator[tuple[Span, bool]]:
    for match in _NAME_ZH.finditer(plain):
        for group in ("sure", "own", "title"):
            if match[group]:
                start, end = match.span(group)
                if plain[start] in _SURNAMES:
                    end = min(end, start + 3)
                yield (start, end), True


def _english(plain: str, language: Language) -> Iterator[tuple[Span, bool]]:
    for match in _NAME_EN.finditer(plain):
        words: list[re.Match[str]] = []
        end = match.end()
        while len(words) < _NAME_WORDS and (word := _WORD.search(plain, end)):
            if plain[end : word.start()].strip(" -'" if words else " ,-'"):
                break
            if language.is_hesitation((word[0],)) and not words:
                end = word.end()
                continue
            if not _may_be_name(word[0], language):
                break
            words.append(word)
            end = word.end()
        if words:
            sure = match["sure"] is not None or len(words) > 1
            yield (words[0].start(), words[-1].end()), sure


def _may_be_name(word: str, language: Language) -> bool:
    if len(word) < 2 or word in _NO_NAMES or word.endswith(_ENDINGS):
        return False
    plain = (language.verbs, language.hesitations, language.dangling, language.yes, language.no)
    return not any(word in table for table in plain)
