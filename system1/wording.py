"""What the words of a turn so far say of its being over: features, each with its value.

They depend on nothing but the text, the question just asked, the policy and the language, so
they are worked out once for each text. Their weights are data (``policies.evidence``).
"""

from __future__ import annotations

from functools import lru_cache

from system1.endings import sentence_ends
from system1.language import Language
from system1.language.clauses import (
    ends_in_measure,
    has_final_le,
    has_final_particle,
    is_subordinate,
)
from system1.language.dates import date_fit, ends_with_month
from system1.policy_phrases import Identical, PolicyPhrases, phrases_of
from system1.questions import AnswerKind, Question

Words = tuple[str, ...]
Values = tuple[tuple[str, float], ...]

LONG_TURN_WORDS = 6
SHORT_TURN_WORDS = 3
SHORTEST_SPELLING = 4
"""No postcode and no reference is shorter than this many letters and digits."""


@lru_cache(maxsize=4096)
def words_say(
    policy: Identical, language: Language, question: Question | None, text: str
) -> Values:
    """The features of ``text``, the caller's words so far in answer to ``question``."""
    if not text:
        return (("no_words", 1.0),)
    said = language.tokens(text)
    if not said:
        return (("fragment", 1.0),)
    return _Reading(policy, language, question, said).features()


def asked(question: Question | None) -> Values:
    """The feature of what was asked."""
    if question is None or question.kind is AnswerKind.FREE:
        return ()
    return ((f"{question.kind.value}_asked", 1.0),)


class _Reading:
    """One text against one question."""

    def __init__(
        self, policy: Identical, language: Language, question: Question | None, said: Words
    ) -> None:
        self._language = language
        self._question = question
        self._said = said
        self._phrases: PolicyPhrases = phrases_of(policy.policy, language)
        self._ends = sentence_ends(policy, language)
        self._kind = question.kind if question is not None else AnswerKind.FREE

    def features(self) -> Values:
        """In a fixed order."""
        language, said = self._language, self._said
        if language.is_hesitation(said[-1:]):
            return (("hesitation", 1.0),)
        answered = self._kind is AnswerKind.YES_NO and language.answer(said) is not None
        if answered and not self._goes_on():
            return (("answers_question", 1.0),)
        if self._kind in (AnswerKind.DIGITS, AnswerKind.SPELLING) and (counted := self._counted()):
            return counted
        # The last word of "hold on" asks for no object here.
        if language.is_complete(said) and language.is_holding(said):
            return (("complete", 1.0),)
        # "It is" is a whole answer to a yes/no question and nowhere else.
        dangles = said[-1] in language.dangling or language.is_dangling(said)
        # "May" is a month when a date was asked for.
        if dangles and not (self._kind is AnswerKind.DATE and ends_with_month(language, said)):
            return (("dangling", 1.0), *self._ending())
        if language.is_complete(said):
            return (("complete", 1.0),)
        return (*self._sentence(), *self._ending())

    def _goes_on(self) -> bool:
        """After the yes or the no more has begun: "yes but the"."""
        language, said = self._language, self._said
        rest = language.folded(said)[language.answer_length(said) :]
        return bool(rest) and (rest[-1] in language.dangling or language.is_dangling(rest))

    def _sentence(self) -> Values:
        language, said, question = self._language, self._said, self._question
        found: list[str] = []
        fit = self._phrases.fit(said)
        if fit is not None:
            found.append(fit)
        dated = date_fit(language, said) if self._kind is AnswerKind.DATE else None
        if dated is not None:
            found.append(dated)
        if dated is None and language.has_verb(said):
            found.append("verb")
            # "I would like to cancel": the verb's object is likely to come.
            if fit != "policy_phrase" and self._is_bare_verb():
                found.append("bare_verb")
        elif question is not None and question.slot is not None:
            # "John Smith" is no sentence, and all that was asked for.
            found.append("slot_answer")
        elif len(said) <= SHORT_TURN_WORDS:
            found.append("fragment")
        if len(said) >= LONG_TURN_WORDS:
            found.append("long")
        if is_subordinate(language, said):
            found.append("subordinate")
        if has_final_particle(language, said):
            found.append("final_particle")
        elif has_final_le(language, said):
            found.append("final_le")
        elif ends_in_measure(language, said) and (question is None or question.slot is None):
            found.append("ends_in_measure")
        return tuple((name, 1.0) for name in found)

    def _ending(self) -> Values:
        above = self._ends.log_odds(self._language.folded(self._said))
        return (("ends_here", round(above, 4)),) if above is not None else ()

    def _is_bare_verb(self) -> bool:
        last_two = self._said[-2:]
        if len(last_two) < 2 or not self._language.has_verb(last_two[1:]):
            return False
        return last_two[0] in self._language.dangling

    def _counted(self) -> Values:
        """How far the digits and letters fill what was asked for; nothing if they are none."""
        said_so_far = characters(self._language, self._said)
        # "S as in sugar" is four words a letter; fewer letters than that are no spelling.
        if said_so_far * 4 < max(len(self._said), 1):
            return ()
        # The one of "one moment" (of 一下) is no digit.
        if said_so_far == 1 and self._language.is_holding(self._said):
            return ()
        lengths = self._question.lengths if self._question is not None else None
        if lengths is None:
            few = said_so_far < SHORTEST_SPELLING
            return (("too_few_digits" if few else "spelling_under_way", 1.0),)
        least, most = lengths
        if said_so_far < least:
            return (("too_few_digits", 1.0),)
        if said_so_far >= most:
            return (("enough_digits", 1.0),)
        filled = (said_so_far - least) / (most - least)
        return (("number_may_end", 1.0), ("number_filled", round(filled, 4)))


def characters(language: Language, said: Words) -> int:
    """How many digits and spelled letters the words give; "double three" gives two.

    A letter that is a word of its own ("i", "a") is a letter among letters and digits only.
    """
    count = 0
    times = 1
    for at, word in enumerate(said):
        if word in language.repeats:
            times = language.repeats[word]
            continue
        if _is_letter(word) and word in language.dangling:
            beside = (*said[max(at - 1, 0) : at], *said[at + 1 : at + 2])
            count += times if any(_is_character(language, one) for one in beside) else 0
        elif word.isdigit():
            count += len(word)
        elif _is_character(language, word):
            count += times
        times = 1
    return count


def _is_character(language: Language, word: str) -> bool:
    return (
        _is_letter(word) or word.isdigit() or word in language.digits or word in language.spelling
    )


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()
