"""What the policy's ``privacy.mask`` names, taken out of texts that leave the house.

For the adviser (``masked``) the number of words is kept: whether a turn is over can be told from
"my number is # # #". Under any mask digits are hidden wherever they stand, in figures and in words,
as are spelled letters; in an answer to a masked slot's question so is every word that is no
function word; and a line in which a masked value is read back is hidden whole.

For everybody else (``Censor``: models, tools, memory, the human who takes a call over) the rest has
to be of use: under any mask numbers are taken out (``system1.private``), under ``email`` addresses
of mail, and under ``name``, or a masked slot that is a name, names that are introduced. So are the
words of an answer to a masked slot's question, there and where they are said again; and a text in
which a masked value can still be read is hidden whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from policies.dialogue import Collect
from policies.policy import Policy
from system1.language import Language, language_of
from system1.language.words import longest_at
from system1.memory import ShortTermMemory
from system1.private import Span, folded, mails, numbers
from system1.private import names as introduced

HIDDEN = "#"
"""In place of a word."""

REMOVED = "***"
"""In place of a value, a number or a turn."""

_CORRECTIONS = 4
"""So many answers in a row are looked through that take an earlier one back."""

_SHORT = 2
"""Of a word said in answer to a masked question, shorter ones tell nothing."""


def secrets(policy: Policy, memory: ShortTermMemory) -> list[str]:
    """What the masked slots are known to be."""
    task = memory.task.slots if memory.task is not None else ()
    known = [*memory.slots, *memory.noted, *((slot.name, slot.value) for slot in task)]
    known += [(name, value) for name, value, _ in memory.settled]
    return [value for name, value in known if name in policy.privacy.mask and value]


def masked(
    text: str,
    language: Language,
    *,
    whole: bool,
    values: Iterable[str] = (),
    own: Collection[str] = (),
) -> str:
    """``text`` as the adviser may have it; ``whole``: it answers a masked slot's question.

    ``values``: what masked slots are known to be, in any spelling. ``own``: words that are
    somebody's own, see ``Censor.own``.
    """
    words = language.tokens(text)
    hidden = [HIDDEN if word in own or _hides(word, language, whole) else word for word in words]
    if _reads(text, language, values):
        hidden = [HIDDEN for _ in words]
    return _joined(hidden, language)


class Censor:
    """Takes out of texts what a policy masks; without a mask it changes nothing.

    ``values``: what masked slots are known to be, in any spelling. ``turns``: who said what so
    far, oldest first, from which it learns what else is somebody's own.
    """

    def __init__(
        self,
        policy: Policy,
        values: Iterable[str] = (),
        turns: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._language = language_of(policy.language)
        mask = frozenset(policy.privacy.mask)
        collects = [one for task in policy.tasks for one in task.collect if one.slot in mask]
        self._on = bool(mask)
        self._mail = "email" in mask
        self._names = "name" in mask or any(one.type == "name" for one in collects)
        self._agent = frozenset(self._language.tokens(policy.persona.name))
        self._asks = tuple(line for one in collects if _in_words(one) for line in _asks(one))
        self._values = tuple(value for value in values if value)
        self._own: frozenset[str] = frozenset()
        if self._on:
            self._learn(turns)

    def text(self, text: str, *, answer: bool = False) -> str:
        """``text`` without what is masked; ``answer``: to a masked slot's question."""
        if not self._on or not text:
            return text
        # Of "1250 acacia avenue" the number alone is not to be taken out.
        if _reads(text, self._language, (one for one in self._values if not _is_code(one))):
            return REMOVED
        spans = [*self._found(text), *self._said_again(text)]
        if answer:
            spans += self._answering(text)
        left = _without(text, spans)
        # What is left may be put together to a value yet: "4 2" and "1 9".
        return REMOVED if _reads(left, self._language, self._values) else left

    def own(self, text: str) -> frozenset[str]:
        """The normalised words of ``text`` that are somebody's own."""
        if not self._on:
            return frozenset()
        spans = [*self._found(text), *self._said_again(text)]
        return frozenset(word for at, end in spans for word in self._language.tokens(text[at:end]))

    def turns(self, turns: Sequence[tuple[str, str]]) -> list[str]:
        """The texts of turns, who said what, oldest first; the caller's after a masked slot's
        question are its answers."""
        return [
            self.text(text, answer=answer)
            for (_, text), answer in zip(turns, self._answers(turns), strict=True)
        ]

    def _answers(self, turns: Sequence[tuple[str, str]]) -> list[bool]:
        asked = False
        found: list[bool] = []
        for who, text in turns:
            if who == "agent":
                asked = self._asks_for_it(text)
            found.append(asked and who == "caller")
        return found

    def _asks_for_it(self, line: str) -> bool:
        """Whether the agent's line asks for a masked slot, or whether its value is right."""
        if any(self._language.contains(line, ask) for ask in self._asks):
            return True
        if not line.rstrip().endswith(("?", "\uff1f")):
            return False
        return bool(self._said_again(line)) or _reads(line, self._language, self._values)

    def _learn(self, turns: Sequence[tuple[str, str]]) -> None:
        wordy = [one for one in self._values if not any(char.isdecimal() for char in one)]
        self._own = frozenset(word for one in wordy for word in self._words(one) if self._names)
        # A correction is an answer to a question in which an earlier answer is read back.
        for _ in turns[:_CORRECTIONS]:
            before = self._own
            for (_, text), answer in zip(turns, self._answers(turns), strict=True):
                spans = [span for span, sure in self._introduced(text) if sure]
                spans += self._answering(text) if answer else []
                self._own |= {word for at, end in spans for word in self._words(text[at:end])}
            if self._own == before:
                break

    def _words(self, text: str) -> list[str]:
        """What is looked for again: English words; Chinese runs, and given names by themselves."""
        if self._language.code != "zh":
            return [one for one in self._language.tokens(text) if len(one) > _SHORT]
        one = folded(text).strip()
        given = [one[1:]] if len(one) == 1 + _SHORT else []
        return [run for run in (one, *given) if len(run) >= _SHORT]

    def _introduced(self, text: str) -> list[tuple[Span, bool]]:
        if not self._names:
            return []
        found = introduced(text, self._language)
        own = self._agent  # the agent introduces itself too, and that is no secret
        return [
            one for one in found if not own.issuperset(self._language.tokens(text[slice(*one[0])]))
        ]

    def _found(self, text: str) -> list[Span]:
        named = [span for span, _ in self._introduced(text)]
        return [*numbers(text, self._language), *(mails(text) if self._mail else ()), *named]

    def _said_again(self, text: str) -> list[Span]:
        plain = folded(text)
        chinese = self._language.code == "zh"
        return [
            match.span()
            for word in self._own
            for match in re.finditer(re.escape(word), plain)
            if chinese or _is_word(plain, *match.span())
        ]

    def _answering(self, text: str) -> list[Span]:
        """The words of an answer that are no function words; none of a question asked back."""
        language = self._language
        words = language.folded(text)
        if _asks_back(text, language) or language.is_complete(text) or language.is_holding(text):
            return []
        taken = language.answer_length(words)
        if taken == len(words):
            return []
        plain, at = folded(text), 0
        spans: list[Span] = []
        for word in language.tokens(text):
            at = plain.find(word, at)
            if at < 0:
                return [(0, len(text))]  # it is written in a way that cannot be followed
            if not all(_is_plain(one, language) for one in language.folded(word)):
                # Chinese has a token a character: neighbours are one word.
                start = spans.pop()[0] if spans and spans[-1][1] == at else at
                spans.append((start, at + len(word)))
            at += len(word)
        return spans


def _asks_back(text: str, language: Language) -> bool:
    words = language.without_hesitations(text)
    asks = bool(words) and longest_at(words, 0, language.questions) > 0
    return asks or words[-1:] in (("吗",), ("呢",))


def _is_code(value: str) -> bool:
    """Whether it is told in digits and letters one by one."""
    return " " not in value.strip() and any(char.isdecimal() for char in value)


def _in_words(collect: Collect) -> bool:
    """Whether an answer is words, which nothing but the question gives away."""
    return collect.type in ("text", "name", "date")


def _asks(collect: Collect) -> tuple[str, ...]:
    return (collect.ask, *((collect.reask,) if collect.reask is not None else ()))


def _without(text: str, spans: Iterable[Span]) -> str:
    """``text`` with ``REMOVED`` in place of the spans; neighbours are one."""
    left, at = "", 0
    for start, end in sorted(spans):
        if start > at or not left:
            between = text[at:start]
            joined = left.endswith(REMOVED) and not between.strip()
            left += ("" if joined else between) + ("" if joined else REMOVED)
        at = max(at, end)
    return left + text[at:]


def _is_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or after.isalnum())


def _is_plain(word: str, language: Language) -> bool:
    small = (language.dangling, language.leading, language.verbs, language.yes, language.no)
    return language.is_hesitation(word) or any(word in table for table in small)


def _hides(word: str, language: Language, whole: bool) -> bool:
    if any(char.isdigit() for char in word) or word in language.digits or word in language.repeats:
        return True
    if (len(word) == 1 and word.isascii() and word.isalpha()) or word in language.spelling:
        return word not in ("a", "i") or whole
    if not whole:
        return False
    return not (word in language.dangling or language.is_hesitation(word))


def _reads(text: str, language: Language, values: Iterable[str]) -> bool:
    """Whether one of the values stands in the text, however it is spelled or spaced, from the
    beginning of a word to the end of one."""
    wanted = {value for one in values if (value := "".join(_squeezed(one, language)))}
    if not wanted:
        return False
    words = _squeezed(text, language)
    longest = max(map(len, wanted))
    for start in range(len(words)):
        so_far = ""
        for word in words[start:]:
            so_far += word
            if so_far in wanted:
                return True
            if len(so_far) > longest:
                break
    return False


def _squeezed(text: str, language: Language) -> list[str]:
    """The words with digits as figures and nothing but letters and figures, doubles said out."""
    found: list[str] = []
    times = 1
    for word in language.tokens(text):
        if word in language.repeats:
            times = language.repeats[word]
            continue
        plain = "".join(char for char in language.digits.get(word, word) if char.isalnum())
        found += [plain.casefold() * (times if len(plain) == 1 else 1)] if plain else []
        times = 1
    return found


def _joined(words: Iterable[str], language: Language) -> str:
    return ("" if language.code == "zh" else " ").join(words)
