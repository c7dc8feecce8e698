"""What the caller wants, of what the policy has: knowledge and tasks, sure or not so sure."""

from __future__ import annotations

from dataclasses import dataclass

from policies.dialogue import Knowledge, Task
from policies.policy import Policy
from system1.language import Language
from system1.language import words as language_words
from system2.retrieval import Index, Item, Match

Wanted = Knowledge | Task

_UNSURE = 0.75
"""Share of ``policy.confidence`` from which a guess is worth a question back."""

_CLOSE = 0.1
"""Scores that lie no further apart are too close to choose between."""

_RIVAL = 0.6
"""Share of the best score from which, below confidence, another item is named too."""

_SURE = 0.9
"""A score from which there is nothing to ask, however close another item comes."""

_JOINTS = {
    "en": language_words.phrase_set(
        "and, and also, also, plus, as well as, and then, another thing",
    ),
    "zh": language_words.phrase_set("还有,另外,以及,和,然后,顺便,而且,并且,再就是"),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """Something that the policy has, and the phrasing by which it was found."""

    wanted: Wanted
    ask: str
    score: float


@dataclass(frozen=True, slots=True)
class Understood:
    """``sure``: what was asked for, in that order. ``unsure``: one of these, the best first."""

    sure: tuple[Guess, ...] = ()
    unsure: tuple[Guess, ...] = ()


class Understanding:
    """A policy's knowledge and tasks, found by what callers say."""

    def __init__(self, policy: Policy, language: Language) -> None:
        self._confidence = policy.confidence
        self._language = language
        self._tasks = tuple(task for task in policy.tasks if not task.when.moods)
        self._wanted: dict[str, Wanted] = {f"k.{one.id}": one for one in policy.knowledge}
        items = [Item(f"k.{one.id}", one.asks, one.answer) for one in policy.knowledge]
        for task in self._tasks:
            if task.when.says:
                self._wanted[f"t.{task.id}"] = task
                items.append(Item(f"t.{task.id}", task.when.says))
        self._index = Index(items, language)

    def understand(self, text: str, *, turns: int) -> Understood:
        """What ``text`` asks for. ``turns``: how many turns the caller has had."""
        whole = self._best(text, turns)
        parts = self._parts(text, turns)
        if len(parts) < 2:
            # Where the "and" between two questions was misheard, both still stand there in full.
            parts = self._side_by_side(text)
        if len(parts) > 1:
            return Understood(sure=parts)
        named = self._named_task(text, turns)
        if named is not None and not (
            whole and isinstance(whole[0].wanted, Knowledge) and whole[0].score >= _SURE
        ):
            return Understood(sure=(named,))
        if not whole:
            return Understood()
        first, *others = whole
        close = tuple(one for one in others if one.score >= first.score - _CLOSE)[:1]
        rivals = tuple(one for one in others if one.score >= first.score * _RIVAL)[:1]
        if first.score >= self._confidence:
            if close and first.score < _SURE and close[0].score >= self._confidence:
                return Understood(unsure=(first, *close))
            return Understood(sure=(first,))
        if first.score >= _UNSURE * self._confidence:
            return Understood(unsure=(first, *rivals))
        return Understood()

    def among(self, text: str, guesses: tuple[Guess, ...], *, turns: int) -> Guess | None:
        """The one of ``guesses`` that ``text`` speaks of more than of any other."""
        scores = {id(one.wanted): one.score for one in self._best(text, turns)}
        ranked = sorted(guesses, key=lambda one: -scores.get(id(one.wanted), 0.0))
        best, *rest = (scores.get(id(one.wanted), 0.0) for one in ranked)
        least = _UNSURE * _UNSURE * self._confidence
        return ranked[0] if best >= least and all(best > one for one in rest) else None

    def _best(self, text: str, turns: int) -> list[Guess]:
        return [self._guess(one) for one in self._index.search(text) if self._open(one, turns)]

    def _guess(self, match: Match) -> Guess:
        return Guess(self._wanted[match.item.id], match.ask, match.score)

    def _open(self, match: Match, turns: int) -> bool:
        wanted = self._wanted[match.item.id]
        return isinstance(wanted, Knowledge) or turns >= (wanted.when.turns or 0)

    def _named_task(self, text: str, turns: int) -> Guess | None:
        for task in self._tasks:
            for phrase in task.when.says or ():
                if turns >= (task.when.turns or 0) and self._language.contains(text, phrase):
                    return Guess(task, phrase, 1.0)
        return None

    def _parts(self, text: str, turns: int) -> tuple[Guess, ...]:
        """What the parts of the text between "and" ask for, where each asks for another thing."""
        found: list[Guess] = []
        for part in self._clauses(text):
            best = self._best(part, turns)
            guess = self._named_task(part, turns) or (best[0] if best else None)
            known = {id(one.wanted) for one in found}
            if guess and guess.score >= self._confidence and id(guess.wanted) not in known:
                found.append(guess)
        return tuple(found)

    def _side_by_side(self, text: str) -> tuple[Guess, ...]:
        """Knowledge whose phrasings stand in the text word by word, one beside the other."""
        words = self._language.folded(text)
        places: list[tuple[int, int, Guess]] = []
        for wanted in self._wanted.values():
            if not isinstance(wanted, Knowledge):
                continue
            for ask in wanted.asks:
                phrase = self._language.folded(ask)
                at = language_words.position(words, phrase)
                if at >= 0:
                    places.append((at, at + len(phrase), Guess(wanted, ask, 1.0)))
        found: list[Guess] = []
        end = 0
        for start, stop, guess in sorted(places, key=lambda place: (place[0], -place[1])):
            if start >= end and all(guess.wanted is not one.wanted for one in found):
                found.append(guess)
                end = stop
        return tuple(found)

    def _clauses(self, text: str) -> list[str]:
        words, joint = self._language.folded(text), "" if self._language.code == "zh" else " "
        joints = _JOINTS[self._language.code]
        clauses: list[str] = []
        start = at = 0
        while at < len(words):
            taken = language_words.longest_at(words, at, joints)
            if taken:
                clauses.append(joint.join(words[start:at]))
                start = at + taken
            at += taken or 1
        clauses.append(joint.join(words[start:]))
        return [clause for clause in clauses if clause]
