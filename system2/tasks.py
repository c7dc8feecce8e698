"""A policy's task on its way: ask, read, confirm, correct, give up, done. Pure.

The state is System 1's ``TaskState``. A task that is done keeps its state, with every value and
nothing asked, until the next one begins: so the values are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from policies.dialogue import ChoiceType, Collect, DigitsType, PatternType, Task
from policies.policy import Policy
from policies.timing import Ending
from system1.language import Language
from system1.language import words as language_words
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import Advice, Progress
from system2.lines import lines_of
from system2.outcomes import TaskEnd
from system2.reply import Reply, sentences
from system2.spoken.characters import digit_runs
from system2.spoken.found import Found, Words, words_of
from system2.spoken.mentions import mentioned
from system2.spoken.readback import speak_value
from system2.spoken.slots import canonical, find_slot, read_slot
from system2.spoken.widths import widths

_LEAST_PIECE = 2
"""Digits from which an answer counts as the beginning of a number; a lone "one" may be a word."""

_TAKEN = "|"
"""Stands for words that a slot has used up: no other slot reads them."""


def question_of(collect: Collect, *, confirming: bool = False) -> Question:
    """What kind of answer the question for a slot awaits."""
    if confirming:
        return Question(AnswerKind.YES_NO, collect.slot)
    match collect.type:
        case DigitsType(digits=length):
            return Question(AnswerKind.DIGITS, collect.slot, length)
        case PatternType(pattern=pattern):
            least, most = widths(pattern) or (None, None)
            return Question(AnswerKind.SPELLING, collect.slot, least=least, most=most)
        case ChoiceType():
            return Question(AnswerKind.CHOICE, collect.slot)
        case "digits" | "number":
            return Question(AnswerKind.DIGITS, collect.slot)
        case "date":
            return Question(AnswerKind.DATE, collect.slot)
        case "yes_no":
            return Question(AnswerKind.YES_NO, collect.slot)
        case _:
            return Question(AnswerKind.FREE, collect.slot)


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn of the caller did to a task: the new state, and the words not used."""

    reply: Reply
    rest: str


class TaskRun:
    """One task of a policy. Every method takes a state and gives a reply with the next."""

    def __init__(self, task: Task, policy: Policy, language: Language, today: date) -> None:
        self.task = task
        self._policy = policy
        self._language = language
        self._today = today
        self._lines = lines_of(language)
        self._collects = {collect.slot: collect for collect in task.collect}
        self.end = TaskEnd(task, language, today)

    def start(self, said: str, known: Iterable[tuple[str, str]] = ()) -> Step:
        """Begin: what the caller has said already is taken; what is ``known`` is confirmed.

        Only a slot that is read back anyway is filled from what earlier tasks collected.
        """
        state = TaskState(self.task.id, tuple(Slot(one.slot) for one in self.task.collect))
        words = words_of(said, self._language)
        for phrase in self.task.when.says or ():
            named = self._language.folded(phrase)
            at = language_words.position(words, named)
            if at >= 0:
                words = _without(words, Found("", at, at + len(named)))
        state, words = self._volunteered(state, words)
        for name, value in known:
            if name in self._collects and self._collects[name].confirm:
                slot = _slot(state, name)
                state = _with(state, replace(slot, value=slot.value or value))
        intro = sentences(self.task.say) if self.task.say else ()
        return Step(self._next(state).after(intro), self._rest(words))

    def proceed(self, state: TaskState, said: str, before: Sequence[str] = ()) -> Step | None:
        """Take the caller's turn; None where nothing in it belongs to the task.

        ``before``: the caller's turns up to this one. Characters may have come in pieces: those
        of the attempts made so far are put together.
        """
        words = words_of(said, self._language)
        asking = self._collects.get(state.asking or "")
        if asking is None:
            return None
        if state.confirming and self._language.answer(words) is not None:
            return self._confirmed(state, asking, words)
        named = self._named(words, asking)
        if named is not None:
            found = find_slot(named, words, self._language, self._today, asked=False)
            if found is not None:
                return self._filled(state, named, found, words)
        if state.confirming:
            return self._confirmed(state, asking, words)
        found = self._find(asking, said, words)
        if found is not None:
            return self._filled(state, asking, found, words)
        if value := self._in_pieces(state, asking, said, before):
            return self._filled(state, asking, Found(value, 0, len(words)), words)
        moved, rest = self._volunteered(state, words)
        return Step(self._next(moved), self._rest(rest)) if moved != state else None

    def given(self, state: TaskState, name: str, value: str) -> Reply | None:
        """Take a value that a model read out of the caller's words; None where it does not fit.

        It is read like the caller's own words, or stands as the slot keeps it. A value that was
        just read back is confirmed by giving it once more.
        """
        collect = self._collects.get(name)
        if collect is None:
            return None
        kept = canonical(collect, value) or read_slot(collect, value, self._language, self._today)
        if kept is None:
            return None
        before = _slot(state, name)
        agreed = state.confirming and state.asking == name and before.value == kept
        slot = replace(before, value=kept, confirmed=agreed or not collect.confirm)
        return self._next(_with(state, slot))

    def awaited(self, state: TaskState) -> Question | None:
        """The question that is open in this state."""
        collect = self._collects.get(state.asking or "")
        return question_of(collect, confirming=state.confirming) if collect else None

    def resume(self, values: Iterable[tuple[str, str]], said: str) -> Step | None:
        """Change a value of this task after it was done; None where ``said`` changes none."""
        known = dict(values)
        if not self.task.collect or not all(one.slot in known for one in self.task.collect):
            return None
        words = words_of(said, self._language)
        slots = tuple(Slot(one.slot, known[one.slot], True) for one in self.task.collect)
        named = self._named(words, None)
        if named is None:
            return None
        found = find_slot(named, words, self._language, self._today, asked=False)
        if found is None or found.value == known[named.slot]:
            return None
        return self._filled(TaskState(self.task.id, slots), named, found, words)

    def missed(self, state: TaskState, said: str, before: Sequence[str] = ()) -> Reply:
        """The answer did not fit: ask again, or give up when the attempts are used up.

        Of a number that is not through yet, what was heard is said, and the rest asked for.
        """
        collect = self._collects[state.asking or ""]
        slot = _slot(state, collect.slot)
        attempts = slot.attempts + 1
        if attempts >= collect.attempts:
            return self._give_up(state)
        so_far = self._so_far(state, collect, said, before)
        state = _with(state, replace(slot, attempts=attempts))
        if so_far and isinstance(collect.type, DigitsType) and not state.confirming:
            line = self._lines.so_far.format(value=self._spoken(collect, so_far))
            left = Question(AnswerKind.DIGITS, collect.slot, collect.type.digits - len(so_far))
            return replace(self._asking(state, line), question=left)
        if state.confirming:
            line = self._lines.confirm_again.format(value=self._spoken(collect, slot.value))
        else:
            line = collect.reask or self._lines.reask.format(ask=collect.ask)
        return self._asking(state, line)

    def again(self, state: TaskState) -> Reply:
        """The question that is open, once more; it is nobody's failure."""
        collect = self._collects[state.asking or ""]
        if state.confirming:
            value = _slot(state, collect.slot).value
            return self._asking(
                state, self._lines.confirm.format(value=self._spoken(collect, value))
            )
        return self._asking(state, collect.ask)

    def _find(self, collect: Collect, said: str, words: Words) -> Found | None:
        if collect.type == "text":
            value = read_slot(collect, said, self._language, self._today)
            return Found(value, 0, len(words)) if value else None
        return find_slot(collect, words, self._language, self._today)

    def _in_pieces(
        self, state: TaskState, collect: Collect, said: str, before: Sequence[str]
    ) -> str | None:
        """A value of which the earlier attempts gave the beginning."""
        if not isinstance(collect.type, DigitsType | PatternType):
            return None
        attempts = _slot(state, collect.slot).attempts
        for count in range(1, min(attempts, len(before)) + 1):
            words = words_of(" ".join((*before[-count:], said)), self._language)
            if found := find_slot(collect, words, self._language, self._today):
                return found.value
        return None

    def _so_far(
        self, state: TaskState, collect: Collect, said: str, before: Sequence[str]
    ) -> str | None:
        """The beginning of a number of known length, from this turn and the attempts before."""
        if not isinstance(collect.type, DigitsType):
            return None
        attempts = min(_slot(state, collect.slot).attempts, len(before))
        pieces = [self._digits(one) for one in (*before[len(before) - attempts :], said)]
        together = "".join(pieces)
        if not pieces[-1] or len(together) < _LEAST_PIECE:
            return None
        whole = together if len(together) < collect.type.digits else pieces[-1]
        return whole if len(whole) < collect.type.digits else None

    def _digits(self, said: str) -> str:
        runs = digit_runs(words_of(said, self._language), self._language)
        return "".join(run.value for run in runs)

    def _confirmed(self, state: TaskState, collect: Collect, words: Words) -> Step | None:
        slot = _slot(state, collect.slot)
        verdict = self._language.answer(words)
        length = self._language.answer_length(words)
        found = self._correction(collect, words, verdict, length)
        if found is not None and found.value != slot.value:
            return self._filled(state, collect, found, words)
        if verdict == "no" and found is None:
            slot = replace(slot, value=None, attempts=slot.attempts + 1)
            if slot.attempts >= collect.attempts:
                return Step(self._give_up(state), "")
            state = replace(_with(state, slot), confirming=False)
            line = collect.reask or self._lines.ask_again.format(ask=collect.ask)
            return Step(self._asking(state, line), self._rest(words[length:]))
        if verdict is None and found is None:
            return None
        if verdict == "no":
            return Step(self.again(state), "")
        rest = (_TAKEN,) * length + words[length:]
        state, rest = self._volunteered(_with(state, replace(slot, confirmed=True)), rest)
        return Step(self._next(state), self._rest(rest))

    def _correction(
        self, collect: Collect, words: Words, verdict: str | None, length: int
    ) -> Found | None:
        """The value that an answer to "is that right?" puts in place of the one read back."""
        rest = words[length:]
        match collect.type:
            case "text" | "name":
                # Any words could be a text: only after a no are they the better value.
                if verdict != "no" or not rest:
                    found = find_slot(collect, words, self._language, self._today, asked=False)
                    return found if collect.type == "name" else None
                found = find_slot(collect, rest, self._language, self._today)
                return found.moved(length) if found else None
            case "yes_no":
                return None
            case _:
                return find_slot(collect, words, self._language, self._today)

    def _filled(self, state: TaskState, collect: Collect, found: Found, words: Words) -> Step:
        slot = _slot(state, collect.slot)
        slot = replace(slot, value=found.value, confirmed=not collect.confirm)
        state, words = self._volunteered(_with(state, slot), _without(words, found))
        return Step(self._next(state), self._rest(words))

    def _volunteered(self, state: TaskState, words: Words) -> tuple[TaskState, Words]:
        """Values that the words give for slots that are still empty."""
        for collect in self.task.collect:
            slot = _slot(state, collect.slot)
            if slot.value is not None:
                continue
            found = find_slot(collect, words, self._language, self._today, asked=False)
            if found is not None:
                slot = replace(slot, value=found.value, confirmed=not collect.confirm)
                state, words = _with(state, slot), _without(words, found)
        return state, words

    def _named(self, words: Words, asking: Collect | None) -> Collect | None:
        """A slot, other than the one asked for, that the caller names."""
        named = mentioned(words, self.task.collect, self._language)
        return None if asking in named else next(iter(named), None)

    def _next(self, state: TaskState) -> Reply:
        for slot in state.slots:
            collect = self._collects[slot.name]
            if slot.value is None:
                state = replace(state, asking=slot.name, confirming=False)
                return self._asking(state, collect.ask)
            if collect.confirm and not slot.confirmed:
                state = replace(state, asking=slot.name, confirming=True)
                return self.again(state)
        state = replace(state, asking=None, confirming=False)
        wanted = self.end.wanted(_values(state))
        if wanted is not None:
            return Reply((), None, Progress(state), use=wanted)
        return replace(self.end.reply(self.task.then, _values(state)), progress=Progress(state))

    def _asking(self, state: TaskState, line: str) -> Reply:
        collect = self._collects[state.asking or ""]
        question = question_of(collect, confirming=state.confirming)
        return Reply(sentences(line, (self.task.id,)), question, Progress(state))

    def _give_up(self, state: TaskState) -> Reply:
        if self.task.give_up is not None:
            ending = self.end.reply(self.task.give_up, _values(state))
            return replace(ending, progress=Progress(None))
        target = next(iter(self._policy.transfer), None)
        if target is None:
            line, advice = self._lines.gave_up, None
        else:
            line, advice = self._lines.gave_up_transfer, Advice(Ending.TRANSFER, target)
        question = None if advice else Question(AnswerKind.YES_NO)
        return Reply(sentences(line, (self.task.id,)), question, Progress(None), advice)

    def _spoken(self, collect: Collect, value: str | None) -> str:
        if value is None:
            return self._lines.missing
        return speak_value(collect, value, self._language, self._today)

    def _rest(self, words: Words) -> str:
        kept = (word for word in words if word != _TAKEN)
        return ("" if self._language.code == "zh" else " ").join(kept)


def _values(state: TaskState) -> dict[str, str | None]:
    return {slot.name: slot.value for slot in state.slots}


def _slot(state: TaskState, name: str) -> Slot:
    return next((slot for slot in state.slots if slot.name == name), Slot(name))


def _with(state: TaskState, slot: Slot) -> TaskState:
    slots = tuple(slot if one.name == slot.name else one for one in state.slots)
    return replace(state, slots=slots)


def _without(words: Words, found: Found) -> Words:
    return (*words[: found.start], _TAKEN, *words[found.end :])
