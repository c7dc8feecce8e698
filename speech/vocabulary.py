"""The text behind the recogniser: what callers say, and the policy's own words.

``callers_en.txt`` holds what callers of any customer line say. A policy adds its phrases (what
its rules and tasks listen for, its questions, names), which are put into carrier sentences.
The words' pronunciations are the acoustic model's own; words that it does not know are
transcribed by espeak-ng.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from speech.numbers import spoken
from speech.pronunciation import FIXED, pronounced

_TEXT = Path(__file__).parent / "callers_en.txt"
_WORD = re.compile(r"[a-z]+\.(?![a-z])|[a-z]+(?:['’][a-z]+)*|\d+")

_WHOLE = ("{p}", "{p}", "{p}", "{p}", "{p} please", "yes {p}", "no {p}", "um {p}", "sorry {p}")
"""Carriers of a phrase that may stand alone; once each, so the phrase itself counts most."""

_OPEN = frozenset(
    "a an the my your our his her their this these some any no and or but because so if when"
    " that which who to in on at for from with about by is are was am be have has had do does"
    " did can could will would should i we you it".split()
)
"""Words after which callers break off to think: more must come."""

_NOUN = (
    "my {p}",
    "the {p}",
    "a {p}",
    "i have {p}",
    "there is {p}",
    "i want {p}",
    "i need {p}",
    "it is {p}",
    "i am calling about {p}",
    "it is about {p}",
    "i have a question about {p}",
    "can i speak to {p}",
)
"""Carriers of a phrase of up to three words, which is likely to be a thing or its state."""


class Emphasis(StrEnum):
    """What kind of utterance weighs most in the language model."""

    ANY = "any"
    DIGITS = "digits"
    SPELLING = "spelling"


_AWAITED = 6
"""How often a sentence of the awaited kind counts."""

_UNAWAITED = 6
"""Every how many sentences of a kind that is not awaited one counts: else short words become
letters."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a caller may say on this line, beside what callers say anywhere: a policy's phrases.

    ``machines``: what only a machine would say. It is known as it stands and counts once, so that
    people are not heard to say it. ``backchannels``: the policy's own, beside the language's.
    """

    phrases: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    backchannels: tuple[str, ...] = ()

    def sentences(self, emphasis: Emphasis = Emphasis.ANY) -> tuple[str, ...]:
        """The language model's text: lower case, words between single spaces."""
        common: list[str] = []
        for kind, sentences in _common().items():
            if kind is Emphasis.ANY:
                common += sentences
            elif kind is emphasis:
                common += sentences * _AWAITED
            elif emphasis is Emphasis.ANY:
                common += sentences[::_UNAWAITED]
        whole = (*common, *_carried(self.phrases))
        return (*whole, *_broken_off(whole), *(normal(one) for one in self.machines))

    def pronunciations(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every word of the sentences, sorted, with its pronunciations in CMU phones."""
        texts = (*self.sentences(), *(s for group in _common().values() for s in group))
        words = sorted({word for sentence in texts for word in sentence.split()})
        return pronounced(words)


def whole_turns() -> tuple[str, ...]:
    """What callers say as whole turns, each once: no answers in digits or letters."""
    return tuple(dict.fromkeys(_common()[Emphasis.ANY]))


def normal(text: str) -> str:
    """A phrase as it is spoken: lower case, no punctuation, numbers in words.

    A letter followed by a full stop is the letter's name, as in the pronouncing dictionary.
    """
    words: list[str] = []
    for part in text.lower().replace("\u2019", "'").split():
        bare = part.strip('.,;:!?"()[]*<>')
        if bare in FIXED:
            words.append(bare)
        elif re.fullmatch(r"[a-z]\.", part):
            words.append(part)
        else:
            words.extend(_parts(part))
    return " ".join(words)


def _parts(part: str) -> Iterable[str]:
    for match in _WORD.finditer(part):
        piece = match.group().rstrip(".")
        if piece.isdigit():
            yield from spoken(piece)
        else:
            yield piece


def _carried(phrases: Iterable[str]) -> Iterable[str]:
    for phrase in dict.fromkeys(normal(p) for p in phrases):
        if not phrase:
            continue
        for carrier in _WHOLE:
            yield carrier.format(p=phrase)
        if len(phrase.split()) <= 3:
            for carrier in _NOUN:
                yield carrier.format(p=phrase)


def _broken_off(sentences: Iterable[str]) -> Iterable[str]:
    """The sentences as far as a hesitant caller comes before a pause, each once.

    A pause ends a stretch of speech, and without these the model would rather hear another last
    word than one that no sentence ends with ("about a minute" for "about my").
    """
    begun: dict[str, None] = {}
    for sentence in dict.fromkeys(sentences):
        words = sentence.split()
        for length in range(2, len(words)):
            if words[length - 1] in _OPEN:
                begun[" ".join(words[:length])] = None
    return begun


@lru_cache(maxsize=1)
def _common() -> dict[Emphasis, list[str]]:
    """Sentences of ``callers_en.txt`` with its slots filled in, by the kind of answer."""
    slots: dict[str, list[str]] = {}
    sentences: dict[Emphasis, list[str]] = {kind: [] for kind in Emphasis}
    kind = Emphasis.ANY
    turn = 0
    for line in _TEXT.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, members = line[1:].split(":")
            slots[name] = [member.replace("_", " ") for member in members.split()]
        elif line.startswith("["):
            kind = Emphasis(line.strip("[]"))
        elif line and not line.startswith("#"):
            count, star, rest = line.partition("*")
            for sentence in (rest if star else line).split("|"):
                for _ in range(int(count) if star else 1):
                    sentences[kind] += _filled(sentence, slots, turn)
                    turn += 1
    return sentences


def _filled(sentence: str, slots: dict[str, list[str]], turn: int) -> Iterable[str]:
    """The sentence so often that every member of its largest slot occurs.

    Members are dealt out with a stride for each place, so that neighbours vary.
    """
    parts = re.split(r"\{(\w+)\}", sentence)
    named = [slots[name] for name in parts[1::2]]
    for copy in range(max((len(members) for members in named), default=1)):
        out = [parts[0]]
        for place, members in enumerate(named):
            stride = (1, 3, 7, 5, 9, 2, 11, 4)[place % 8]
            out += (members[(copy * stride + turn + place) % len(members)], parts[2 * place + 2])
        yield "".join(out)
