"""One language's tables, and the questions that can be answered from them alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from system1.language import words as _words
from system1.language.words import Words


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Words of a language, as normalised phrases (single spaces, lower case, no punctuation).

    A phrase may have several words; in Chinese each character counts as one word. Wherever
    phrases are matched, English contractions are the same as their full forms.
    """

    code: str
    yes: frozenset[str]
    no: frozenset[str]
    neither: frozenset[str]
    """Phrases that begin like a yes or a no but are none ("right now", "no idea", 对不起)."""
    echoes: frozenset[str]
    """Those of ``yes`` and ``no`` that count only as the last words ("it is", "i do", 没有)."""
    leading: frozenset[str]
    """Words that may stand before or between a yes or a no ("well", "please", "i think")."""
    hesitations: frozenset[str]
    dangling: frozenset[str]
    """A turn that ends on one of these is not over."""
    complete: frozenset[str]
    """Short turns that are whole by themselves."""
    verbs: frozenset[str]
    """Frequent verbs: a clause with one is likelier to be whole."""
    questions: frozenset[str]
    """Words that a question begins with; its pitch may rise where a statement's falls."""
    backchannels: frozenset[str]
    digits: Mapping[str, str]
    """A digit's word, to the digit."""
    repeats: Mapping[str, int]
    """A word that says a digit several times ("double"), to how often."""
    strays: frozenset[str]
    """Small words that a recogniser hears in the onset of a "yes" or a "yeah" said alone."""
    spelling: frozenset[str]
    """The spelling alphabet's words ("alpha"), each for its first letter."""
    interrupting: frozenset[str]
    """Words that an interruption begins with, and a backchannel does not."""
    unlikely: frozenset[str]
    """Words that hardly any interruption begins with; what is first read so is often a backchannel
    that is read wrong: "for", "for i", and then "right"."""
    asides: frozenset[str]
    """What is said to somebody else in the room, and hardly ever to the agent."""
    addressing: frozenset[str]
    """What calls the other party on the telephone: hardly ever said to anybody else."""
    present: frozenset[str]
    """What answers "are you still there?" beside a yes."""
    complaints: frozenset[str]
    """What says an annoyed caller, and hardly anyone else."""
    holding: tuple[str, ...]
    """What a party says who asks the other to wait."""

    def tokens(self, text: str) -> Words:
        """The normalised words of ``text``: English lower case, apostrophes kept, hyphens split;
        Chinese one per character, Latin words and numbers whole; full-width folded (NFKC)."""
        return _words.tokens(text)

    def folded(self, text: str | Words) -> Words:
        """The words with contractions written out; the form in which phrases are compared."""
        return _words.folded(self.tokens(text) if isinstance(text, str) else text)

    def contains(self, text: str | Words, phrase: str) -> bool:
        """Whether ``phrase`` stands in ``text``, word by word and in one piece."""
        return _words.position(self.folded(text), self.folded(phrase)) >= 0

    def is_yes(self, text: str | Words) -> bool:
        """Whether the text answers yes, by how it begins; see ``answer``."""
        return self.answer(text) == "yes"

    def is_no(self, text: str | Words) -> bool:
        """Whether the text answers no, by how it begins; see ``answer``."""
        return self.answer(text) == "no"

    def answer(self, text: str | Words) -> Literal["yes", "no"] | None:
        """Yes or no, read from the front: "yes please that's correct", "no that is wrong".

        Reading goes on over yeses, noes, hesitations and ``leading`` words and stops at anything
        else, so that "no it's four" is a no and "the right house" is neither. The last verdict
        wins ("yeah no" is a no), but a yes that is also a mere backchannel takes back no no.
        ``echoes`` count only at the very end, since they may as well begin a sentence.
        """
        said = self.folded(text)
        verdict, taken = _read_answer(self, said)
        if verdict is None and len(said) > 1 and said[0] in self.strays:
            verdict, taken = _read_answer(self, said[1:])
            return verdict if taken == len(said) - 1 else None
        return verdict

    def answer_length(self, text: str | Words) -> int:
        """How many of the folded words of ``text`` the yes or no in front of it takes."""
        return _read_answer(self, self.folded(text))[1]

    def is_backchannel(self, text: str | Words, extra: Collection[str] = ()) -> bool:
        """Whether the text is nothing but backchannels, the language's or ``extra``."""
        phrases = _with(self.backchannels, tuple(extra)) if extra else self.backchannels
        said = self.folded(text)
        return _words.covered(said, phrases) or (
            said[:1] != () and said[0] in self.strays and _words.covered(said[1:], phrases)
        )

    def is_hesitation(self, text: str | Words) -> bool:
        """Whether the text is nothing but hesitations."""
        return _words.covered(self.folded(text), self.hesitations)

    def is_stray(self, text: str) -> bool:
        """Whether the text is nothing but hesitations and small words that a noise is misheard for,
        or nothing at all."""
        return all(self.is_hesitation(one) or one in self.strays for one in self.tokens(text))

    def begins_unlikely(self, text: str) -> bool:
        """Whether hardly any interruption begins so."""
        return self.tokens(text)[:1] != () and self.tokens(text)[0] in self.unlikely

    def begins_hesitating(self, text: str | Words) -> bool:
        """Whether the text begins with a hesitation."""
        said = self.folded(text)
        return bool(said) and _words.longest_at(said, 0, self.hesitations) > 0

    def is_complete(self, text: str | Words) -> bool:
        """Whether the text, hesitations aside, is nothing but short turns that are whole."""
        return _words.covered(self.without_hesitations(text), self.complete)

    def is_dangling(self, text: str | Words) -> bool:
        """Whether the text ends on words after which more must come.

        A whole answer at the end ("yes i do", 是的) is not dangling though its last word is.
        """
        said = self.folded(text)
        taken = _words.longest_ending(said, self.dangling)
        whole = max(_words.longest_ending(said, one) for one in (self.complete, self.yes, self.no))
        return taken > whole or _words.longest_ending(said, self.hesitations) > whole

    def is_interrupting(self, text: str | Words) -> bool:
        """Whether the text, hesitations aside, begins like an interruption."""
        said = self.without_hesitations(text)
        return _words.longest_at(said, 0, self.interrupting) > 0 if said else False

    def is_holding(self, text: str | Words) -> bool:
        """Whether the text asks the other party to wait."""
        said = self.folded(text)
        return any(_words.position(said, self.folded(phrase)) >= 0 for phrase in self.holding)

    def is_aside(self, text: str | Words) -> bool:
        """Whether the text has words that are said to somebody else in the room."""
        said = self.folded(text)
        return any(_words.longest_at(said, at, self.asides) for at in range(len(said)))

    def is_addressing(self, text: str | Words) -> bool:
        """Whether the text calls the other party on the telephone."""
        said = self.folded(text)
        return any(_words.longest_at(said, at, self.addressing) for at in range(len(said)))

    def is_present(self, text: str | Words) -> bool:
        """Whether the text says that somebody is there."""
        said = self.folded(text)
        return any(_words.longest_at(said, at, self.present) for at in range(len(said)))

    def complains(self, text: str | Words) -> bool:
        """Whether the text has words of complaint."""
        said = self.folded(text)
        return any(_words.longest_at(said, at, self.complaints) for at in range(len(said)))

    def has_verb(self, text: str | Words) -> bool:
        """Whether the text has one of the frequent verbs."""
        said = self.folded(text)
        return any(_words.longest_at(said, at, self.verbs) for at in range(len(said)))

    def asks(self, text: str | Words) -> bool:
        """Whether the text, hesitations and the like aside, begins like a question."""
        said = self.without_hesitations(text)
        start = 0
        while start < len(said):
            if _words.longest_at(said, start, self.questions) > 0:
                return True
            taken = _words.longest_at(said, start, self.leading)
            if taken == 0:
                return False
            start += taken
        return False

    def without_hesitations(self, text: str | Words) -> Words:
        """The folded words less the hesitations."""
        return _without(self.folded(text), self.hesitations)


@lru_cache(maxsize=64)
def _with(phrases: frozenset[str], extra: tuple[str, ...]) -> frozenset[str]:
    return phrases.union(extra)


def _without(said: Words, phrases: frozenset[str]) -> Words:
    kept: list[str] = []
    at = 0
    while at < len(said):
        taken = _words.longest_at(said, at, phrases)
        if not taken:
            kept.append(said[at])
        at += taken or 1
    return tuple(kept)


@lru_cache(maxsize=4096)
def _read_answer(language: Language, said: Words) -> tuple[Literal["yes", "no"] | None, int]:
    verdict: Literal["yes", "no"] | None = None
    at = end = 0
    while at < len(said):
        yes = _words.longest_at(said, at, language.yes)
        no = _words.longest_at(said, at, language.no)
        taken = max(yes, no)
        if _words.longest_at(said, at, language.neither) > taken:
            break
        echo = _words.longest_at(said, at, language.echoes) == taken
        if not taken or (echo and at + taken < len(said)):
            skip = max(
                _words.longest_at(said, at, language.leading),
                _words.longest_at(said, at, language.hesitations),
            )
            if not skip:
                break
            at += skip
            continue
        if no >= yes:
            verdict = "no"
        elif verdict is None or not _words.covered(said[at : at + yes], language.backchannels):
            verdict = "yes"
        at += taken
        end = at
    return verdict, end
