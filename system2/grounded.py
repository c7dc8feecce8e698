"""The embedded mind: no model, no key, and nothing said that the policy does not say.

It answers from the policy's knowledge, gets its tasks done, asks back when it is not sure and
says so when it has nothing. The same brief gives the same thoughts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import date
from typing import assert_never

from policies.dialogue import Knowledge, Task
from policies.policy import Policy
from policies.timing import Ending
from system1.brief import Brief
from system1.errands import Proposal
from system1.language import language_of
from system1.language.repairs import is_only_puzzled, is_puzzled
from system1.moods import Mood
from system1.questions import AnswerKind, Question, TaskState
from system1.thoughts import Advice, Clarify, Progress, Sentence, ThoughtContent
from system2.desk import BARE_DESK, Desk
from system2.lines import lines_of
from system2.ownwords import forbidden_topic, last_sentence, own_ends
from system2.recollection import earlier_of, turns_of, values_of
from system2.repeats import Repeats
from system2.reply import Nothing, NotYet, Reply, open_question, sentences, under_way
from system2.smalltalk import Talk, is_question, talk_of, wants_human
from system2.spoken.choices import by_place
from system2.tasks import Step, TaskRun
from system2.tooluse import ToolUse
from system2.understanding import Guess, Understanding, Understood

_FREE = Question(AnswerKind.FREE)
_YES_NO = Question(AnswerKind.YES_NO)

_LONGEST_HOLD_WORDS = 6
"""Words of "hold on let me find it"; so short, it is not what a free text is asked for."""

_LONGEST_ATTEMPT_WORDS = 8
"""An answer that does not fit and has no more words is nothing but that."""


class Grounded:
    """A ``Mind`` that rests on the policy alone. ``today`` gives "next tuesday" its meaning."""

    def __init__(self, policy: Policy, *, today: date) -> None:
        self._policy = policy
        self._language = language_of(policy.language)
        self._lines = lines_of(self._language)
        self._repeats = Repeats(policy, self._language)
        self._understanding = Understanding(policy, self._language)
        self._own_ends = own_ends(policy, self._lines)
        self._runs = {
            task.id: TaskRun(task, policy, self._language, today) for task in policy.tasks
        }
        self._tools = ToolUse(self._runs, self._language)

    async def think(self, brief: Brief, desk: Desk = BARE_DESK) -> AsyncIterator[ThoughtContent]:
        """The reply's thoughts: what it changes and asks first, then its sentences, then Done."""
        for thought in (await self.finished(self.answer(brief), brief, desk)).thoughts():
            yield thought

    async def close(self) -> None:
        """Nothing was taken."""

    async def finished(
        self, reply: Reply | Nothing, brief: Brief, desk: Desk
    ) -> Reply | Nothing | NotYet:
        """The reply once the tool that it wants was used, if it wants one."""
        if isinstance(reply, Reply) and reply.use is not None:
            return await self._tools.used(reply, reply.use, brief, desk)
        return reply

    def has_words_for(self, brief: Brief) -> bool:
        """Whether the tools that the brief speaks of are those of the policy's own tasks."""
        if brief.proposed is not None and self._tools.allowed(brief.proposed) is None:
            return False
        return all(self._tools.knows(outcome) for outcome in brief.news)

    def answer(self, brief: Brief) -> Reply | Nothing:
        """The reply to a brief, or nothing where the policy has none.

        One with ``use`` is not whole yet: ``think`` uses the tool.
        """
        if not self._language.without_hesitations(brief.said):
            return self._report(brief) or Nothing("no words")
        reply = self._answer(brief)
        return self._tools.with_news(reply, brief) if isinstance(reply, Reply) else reply

    def _report(self, brief: Brief) -> Reply | None:
        """What came of long errands, of the agent's own accord; then what is open, again."""
        news = self._tools.news(brief)
        if news is None:
            return None
        state = under_way(brief.task)
        if state is not None and state.task in self._runs:
            return self._runs[state.task].again(state).after(news.said)
        if brief.proposed is not None:
            return self._tools.asked_again(brief.proposed).after(news.said)
        return replace(news, question=news.question or brief.question)

    def _answer(self, brief: Brief) -> Reply | Nothing:
        said = brief.said
        talk = talk_of(said, self._language)
        topic = forbidden_topic(said, self._policy, self._language)
        if brief.proposed is not None and (reply := self._on_leave(brief, brief.proposed, talk)):
            return reply
        if talk is Talk.REPEAT and (repeated := self._repeats.again(brief)):
            return repeated
        state = under_way(brief.task)
        run = self._runs.get(state.task) if state else None
        if state is not None and run is not None:
            if topic is not None and not _takes_any_words(run, state):
                return run.again(state).after(sentences(topic.answer, (topic.id,)))
            return self._in_task(brief, state, run, talk)
        if topic is not None:
            return Reply(sentences(topic.answer, (topic.id,)), open_question(topic.answer))
        return self._clarified(brief) or self._open(brief, talk)

    # With a tool that waits for leave

    def _on_leave(
        self, brief: Brief, proposal: Proposal, talk: Talk | None
    ) -> Reply | Nothing | None:
        """The reply to what was said to "shall I ...?"; None where no task knows of it."""
        said, language = brief.said, self._language
        wanted = self._tools.allowed(proposal)
        if wanted is None:
            return None
        if talk is Talk.REPEAT or is_only_puzzled(language, said):
            return self._tools.asked_again(proposal)
        if changed := self._changed(brief):
            return changed
        words = language.folded(said)
        verdict, rest = language.answer(words), words[language.answer_length(words) :]
        if talk is Talk.CANCEL or verdict == "no":
            return Reply(sentences(self._lines.left), _YES_NO)
        if verdict == "yes" and language.answer(rest) != "no":
            return Reply((), use=wanted)
        if self._only_holds(said):
            return replace(self._hold(brief), proposal=proposal)
        other = self._clarified(brief) or self._open(brief, talk)
        if isinstance(other, Nothing) or other.use or other.advice or other.progress:
            return other
        return self._tools.asked_again(proposal).after(other.said)

    # Within a task

    def _in_task(
        self, brief: Brief, state: TaskState, run: TaskRun, talk: Talk | None
    ) -> Reply | Nothing:
        said = brief.said
        if talk is Talk.CANCEL:
            return Reply(sentences(self._lines.cancelled), _FREE, Progress(None))
        if talk is not None:
            return self._sidestep(run, state, talk)
        if is_only_puzzled(self._language, said):
            return self._repeats.simpler(brief) or run.again(state)
        understood = self._understand(said, brief)
        asked = [one for one in understood.sure if isinstance(one.wanted, Knowledge)]
        beside = run.again(state).after(self._answers(asked, brief))
        beside = replace(beside, sure=self._is_sure(asked))
        if asked and is_question(said, self._language) and _takes_any_words(run, state):
            return beside
        if self._only_holds(said) and _takes_any_words(run, state):
            return self._hold(brief)
        before = earlier_of(brief)
        step = run.proceed(state, said, before)
        if step is not None:
            return self._with_answers(step, brief)
        if self._wants_person(said):
            return self._hand_over()
        if asked:
            return beside
        if self._language.is_holding(said):
            return self._hold(brief)
        for guess in understood.sure:
            if isinstance(guess.wanted, Task) and guess.wanted.id != state.task:
                return self._start(guess.wanted, brief)
        missed = run.missed(state, said, before)
        return replace(missed, sure=self._is_mere_attempt(said))

    def _sidestep(self, run: TaskRun, state: TaskState, talk: Talk) -> Reply:
        match talk:
            case Talk.GOODBYE:
                return self._farewell()
            case Talk.AUTOMATED | Talk.NAME:
                return run.again(state).after(sentences(self._introduction(talk)))
            case Talk.HERE | Talk.HELLO:
                return run.again(state).after(sentences(self._lines.here))
            case Talk.REPEAT | Talk.CANCEL | Talk.HOW_ARE_YOU | Talk.THANKS | Talk.NOTHING:
                return run.again(state)
            case _:
                assert_never(talk)

    def _with_answers(self, step: Step, brief: Brief) -> Reply:
        """A turn may give a value and ask a question: the answer comes first."""
        if not is_question(step.rest, self._language):
            return step.reply
        sure = self._understand(step.rest, brief).sure
        asked = [one for one in sure if isinstance(one.wanted, Knowledge)]
        return step.reply.after(self._answers(asked, brief))

    # Without a task

    def _open(self, brief: Brief, talk: Talk | None) -> Reply | Nothing:
        said = brief.said
        if talk is not None and (reply := self._small_talk(talk)):
            return reply
        if self._wants_person(said):
            return self._hand_over()
        if is_only_puzzled(self._language, said) and (again := self._repeats.again(brief)):
            return again
        if changed := self._changed(brief):
            return changed
        words = self._language.folded(said)
        rest = words[self._language.answer_length(words) :]
        understood = self._understand(said, brief)
        if rest and not (understood.sure or understood.unsure):
            # "yes please, how much ..." answers "anything else?" and asks on.
            joint = "" if self._language.code == "zh" else " "
            understood = self._understand(joint.join(rest), brief)
        if understood.sure:
            return self._do(understood.sure, brief)
        if understood.unsure:
            return self._clarify(understood.unsure)
        if is_puzzled(self._language, said) and (again := self._repeats.again(brief)):
            return again
        if self._language.is_holding(said):
            return self._hold(brief)
        return self._plain_answer(brief) or Nothing("nothing in the policy fits these words")

    def _do(self, sure: tuple[Guess, ...], brief: Brief) -> Reply:
        """Answer what was asked, then begin the first task that was named."""
        said = self._answers([one for one in sure if isinstance(one.wanted, Knowledge)], brief)
        for guess in sure:
            if isinstance(guess.wanted, Task):
                return self._start(guess.wanted, brief).after(said)
        return Reply(said, open_question(said[-1].text), sure=self._is_sure(sure))

    def _start(self, task: Task, brief: Brief) -> Reply:
        step = self._runs[task.id].start(brief.said, values_of(brief))
        return step.reply

    def _changed(self, brief: Brief) -> Reply | None:
        """A value of a task that is done, said anew; of the last one, where several have it."""
        values = values_of(brief)
        last = brief.task.task if brief.task is not None else None
        for run in sorted(self._runs.values(), key=lambda run: run.task.id != last):
            if values and (step := run.resume(values, brief.said)):
                return step.reply
        return None

    def _clarify(self, unsure: tuple[Guess, ...]) -> Reply:
        cites = tuple(one.wanted.id for one in unsure)
        if len(unsure) == 1:
            text = self._lines.clarify_one.format(first=unsure[0].ask)
            return Reply((Clarify(text, cites),), _YES_NO, sure=False)
        text = self._lines.clarify_two.format(first=unsure[0].ask, second=unsure[1].ask)
        return Reply((Clarify(text, cites),), Question(AnswerKind.CHOICE), sure=False)

    def _clarified(self, brief: Brief) -> Reply | Nothing | None:
        """The answer to "do you mean ...?"; what was meant is found anew from the turn before."""
        question = brief.question
        if question is None or question.slot is not None or question.kind is AnswerKind.FREE:
            return None
        earlier = earlier_of(brief)
        guesses = self._understand(earlier[-1], brief).unsure if earlier else ()
        if not guesses:
            return None
        words = self._language.folded(brief.said)
        placed = by_place(words, [one.ask for one in guesses], self._language)
        chosen = next((one for one in guesses if placed and one.ask == placed[0].value), None)
        if chosen is None and not self._understand(brief.said, brief).sure:
            chosen = self._understanding.among(brief.said, guesses, turns=turns_of(brief))
        answer = self._language.answer(words)
        if chosen is None and answer == "yes" and len(guesses) == 1:
            chosen = guesses[0]
        ours = guesses[0].ask in _last_said(brief)
        if chosen is not None:
            return replace(self._do((chosen,), brief), sure=ours)
        if answer == "no" and self._language.answer_length(words) == len(words):
            return Reply(sentences(self._lines.go_ahead), _FREE, sure=ours)
        return None

    # Lines about the talk itself

    def _small_talk(self, talk: Talk) -> Reply | None:
        match talk:
            case Talk.THANKS:
                return Reply(sentences(self._lines.welcome), _YES_NO)
            case Talk.NOTHING:
                return Reply(sentences(self._lines.nothing_else))
            case Talk.HELLO:
                return Reply(sentences(self._lines.hello), _FREE)
            case Talk.HOW_ARE_YOU:
                return Reply(sentences(self._lines.well), _FREE)
            case Talk.HERE:
                return Reply(sentences(self._lines.here))
            case Talk.AUTOMATED | Talk.NAME:
                return Reply(sentences(self._introduction(talk)))
            case Talk.GOODBYE:
                return self._farewell()
            case Talk.CANCEL:
                return Reply(sentences(self._lines.anything_else), _YES_NO)
            case Talk.REPEAT:
                return None
            case _:
                assert_never(talk)

    def _plain_answer(self, brief: Brief) -> Reply | None:
        """A yes or a no to nothing, or to "is there anything else?"."""
        words = self._language.without_hesitations(brief.said)
        answer = self._language.answer(words)
        if not self._language.is_complete(words) and answer is None:
            return None
        if answer is not None and self._language.answer_length(words) < len(words):
            return None
        # Whose question it was is known by its words: a model's own is answered by the model.
        ours = brief.question is None or last_sentence(_last_said(brief)) in self._own_ends
        if answer == "no":
            return Reply(sentences(self._lines.nothing_else), sure=ours)
        if brief.question is not None and answer == "yes":
            return Reply(sentences(self._lines.go_ahead), _FREE, sure=ours)
        return Reply(sentences(self._lines.anything_else), _YES_NO, sure=ours)

    def _only_holds(self, said: str) -> bool:
        """A short request to wait; a longer one is likely to go on to the matter."""
        short = len(self._language.without_hesitations(said)) <= _LONGEST_HOLD_WORDS
        return short and self._language.is_holding(said)

    def _is_sure(self, guesses: Iterable[Guess]) -> bool:
        """Whether what was found is as good as certain."""
        return all(one.score >= self._policy.model.sure for one in guesses)

    def _is_mere_attempt(self, said: str) -> bool:
        """An answer that did not fit, with nothing else in it that a model could answer."""
        words = self._language.without_hesitations(said)
        return len(words) <= _LONGEST_ATTEMPT_WORDS and not is_question(said, self._language)

    def _hold(self, brief: Brief) -> Reply:
        return Reply(sentences(self._lines.take_your_time), brief.question)

    def _introduction(self, talk: Talk) -> str:
        persona = self._policy.persona
        if talk is Talk.AUTOMATED:
            return self._lines.automated
        if persona.company:
            return self._lines.name_of_company.format(name=persona.name, company=persona.company)
        return self._lines.name.format(name=persona.name)

    def _farewell(self) -> Reply:
        advice = Advice(Ending.HANG_UP)
        return Reply(sentences(self._lines.goodbye), None, Progress(None), advice)

    def _wants_person(self, said: str) -> bool:
        return bool(self._policy.transfer) and wants_human(said, self._language)

    def _hand_over(self) -> Reply:
        advice = Advice(Ending.TRANSFER, next(iter(self._policy.transfer)))
        return Reply(sentences(self._lines.colleague), None, Progress(None), advice)

    def _understand(self, text: str, brief: Brief) -> Understood:
        return self._understanding.understand(text, turns=turns_of(brief))

    def _answers(self, guesses: list[Guess], brief: Brief) -> tuple[Sentence, ...]:
        return tuple(
            sentence
            for guess in guesses
            if isinstance(guess.wanted, Knowledge)
            for sentence in _answer(guess.wanted, brief.mood)
        )


def _answer(item: Knowledge, mood: Mood | None) -> tuple[Sentence, ...]:
    """What the policy says, as long as a caller in this mood will listen."""
    cites = (item.id,)
    match mood:
        case Mood.AGITATED:
            return sentences(item.short or item.answer, cites)[:1]
        case Mood.CONFUSED:
            return sentences(item.short or item.answer, cites)
        case Mood.HESITANT | Mood.FAST_SPEECH | None:
            return sentences(item.answer, cites)
        case _:
            assert_never(mood)


def _last_said(brief: Brief) -> str:
    return next((turn.text for turn in reversed(brief.turns) if turn.who == "agent"), "")


def _takes_any_words(run: TaskRun, state: TaskState) -> bool:
    collect = next((one for one in run.task.collect if one.slot == state.asking), None)
    return collect is not None and collect.type in ("text", "name") and not state.confirming
