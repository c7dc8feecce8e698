"""The mind that talks: the policy's own answers where they are sure, a language model for the
rest, and something honest where there is neither.

The models are a chain: when one is down before it has said a word, the next is asked; one that
breaks off in the middle of an answer is not replaced, since its words are out.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import date

from policies.policy import Policy
from policies.thinking import Answers
from system1.brief import Brief
from system1.errands import Errand, Outcome, Proposal
from system1.language import language_of
from system1.questions import AnswerKind, Question
from system1.thoughts import (
    Asked,
    Done,
    NotUnderstood,
    Sentence,
    SetOut,
    ThoughtContent,
    Unready,
)
from system2.answering import Answering, Means
from system2.chat.model import ChatError, ChatModel
from system2.desk import BARE_DESK, Desk
from system2.grounded import Grounded
from system2.lines import lines_of
from system2.mind import Sent
from system2.ownwords import forbidden_topic
from system2.privacy import Veil
from system2.prompt import Prompt
from system2.reply import Reply
from system2.speakable import Speakable
from system2.tasks import TaskRun
from system2.tooluse import ToolUse
from system2.trouble import log_model

_FREE = Question(AnswerKind.FREE)
_YES_NO = Question(AnswerKind.YES_NO)

LONGEST_READ_OUT = 200
"""Characters of a tool's result that are read out as they are when no model can word it."""


class Talker:
    """A ``Mind`` over a chain of chat models, the first choice first."""

    def __init__(self, policy: Policy, models: Sequence[ChatModel], *, today: date) -> None:
        self._policy = policy
        self._models = tuple(models)
        self._language = language_of(policy.language)
        self._lines = lines_of(self._language)
        self._grounded = Grounded(policy, today=today)
        runs = {task.id: TaskRun(task, policy, self._language, today) for task in policy.tasks}
        prompt = Prompt(policy, self._language, today)
        tools = ToolUse(runs, self._language)
        self._means = Means(policy, self._language, prompt, runs, tools)

    async def think(
        self, brief: Brief, desk: Desk = BARE_DESK
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """See ``Mind``."""
        if (own := self._own(brief)) is not None:
            for thought in (await self._grounded.finished(own, brief, desk)).thoughts():
                yield thought
            return
        verdict = self._verdict(brief)
        if verdict == "no":
            for thought in Reply(self._say(self._lines.cancelled), _FREE).thoughts():
                yield thought
            return
        if verdict == "yes" and brief.speculative:
            yield Unready()
            yield Done()
            return
        agreed: Outcome | None = None
        if verdict == "yes" and brief.proposed is not None:
            found = await self._use(brief, brief.proposed, desk)
            if isinstance(found, Errand):
                yield SetOut(found)
                yield Asked(None)
                yield Sentence(found.announce or self._lines.take_your_time, (found.tool,))
                yield Done()
                return
            agreed = found
        audio = await desk.caller_audio() if self._policy.model.audio else None
        answering = Answering(self._means, brief, desk, audio)
        if agreed is not None and brief.proposed is not None:
            answering.told(brief.proposed, agreed)
        async with aclosing(self._ask(brief, desk, answering, agreed)) as told:
            async for one in told:
                yield one

    async def close(self) -> None:
        """Close the models' connections."""
        for model in self._models:
            await model.close()

    async def _ask(
        self, brief: Brief, desk: Desk, answering: Answering, agreed: Outcome | None
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """One model after the other, and what is left when all are down."""
        error = "no model"
        for model in self._models:
            try:
                async with aclosing(answering.ask(model)) as thoughts:
                    async for thought in thoughts:
                        yield thought
                yield answering.done()
                return
            except ChatError as failure:
                error = str(failure)
                log_model(error)
                if answering.said:
                    yield Asked(_FREE)
                    yield Sentence(self._lines.broken_off)
                    yield answering.failed(error)
                    return
        async with aclosing(self._without(brief, desk, answering, agreed, error)) as thoughts:
            async for thought in thoughts:
                yield thought

    def _own(self, brief: Brief) -> Reply | None:
        """What the policy answers without a model.

        An answer to a masked slot's question is taken here, sure or not: no model may read it.
        """
        hidden = self._hides(brief)
        ours = brief.proposed is not None or not brief.said or hidden
        always = self._policy.model.answers is Answers.ALWAYS and not ours
        # No model has a say in what the policy does not talk about.
        if always and forbidden_topic(brief.said, self._policy, self._language) is None:
            return None
        if not self._grounded.has_words_for(brief) or not (brief.said or brief.news):
            return None
        reply = self._grounded.answer(brief)
        return reply if isinstance(reply, Reply) and (reply.sure or hidden) else None

    def _hides(self, brief: Brief) -> bool:
        """Whether what a model would read of the words lacks what they are said for."""
        veil = Veil(self._policy, brief)
        return veil.answers and veil.said() != brief.said

    def _verdict(self, brief: Brief) -> str | None:
        """Yes or no to a tool that was proposed; None where none was, or it is neither."""
        if brief.proposed is None:
            return None
        words = self._language.folded(brief.said)
        verdict = self._language.answer(words)
        if verdict == "no" and self._language.answer_length(words) < len(words):
            return None  # "no, make it Friday": the model reads on
        return verdict

    async def _use(self, brief: Brief, proposal: Proposal, desk: Desk) -> Outcome | Errand:
        """Use the tool that the caller agreed to."""
        if all(proposal.tool != one.name for one in desk.tools):
            return Outcome(Errand(0, proposal.tool, proposal.arguments), False, "no such tool")
        given = Veil(self._policy, brief).filled(proposal.tool, json.loads(proposal.arguments))
        return await desk.use(proposal.tool, given)

    async def _without(
        self, brief: Brief, desk: Desk, answering: Answering, agreed: Outcome | None, error: str
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """No model can be asked: what can be said all the same."""
        failed = answering.failed(error)
        done = Done(failed.tokens_in, failed.tokens_out, failed.calls)
        if agreed is not None:
            line = self._lines.done_so if agreed.ok else self._lines.not_done
            yield Asked(None)
            yield Sentence(line, (agreed.errand.tool,))
            yield failed
            return
        if not brief.said and brief.news:
            yield Asked(None)
            for outcome in brief.news:
                yield self._read_out(outcome)
            yield failed
            return
        reply = self._grounded.answer(brief)
        if isinstance(reply, Reply):
            finished = await self._grounded.finished(reply, brief, desk)
            for thought in finished.thoughts():
                yield done if isinstance(thought, Done) else thought
            return
        if any(self._lines.out_of_reach in turn.text for turn in brief.turns):
            yield NotUnderstood(reply.reason)
            yield failed
            return
        yield Asked(_YES_NO)
        yield Sentence(self._lines.out_of_reach)
        yield failed

    def _read_out(self, outcome: Outcome) -> Sentence:
        """A result as it is, where it can be said."""
        cites = (outcome.errand.tool,)
        if not outcome.ok:
            return Sentence(self._lines.came_to_nothing, cites)
        text = outcome.text.strip()
        if len(text) > LONGEST_READ_OUT or text[:1] in ("{", "["):
            return Sentence(self._lines.done_so, cites)
        speakable = Speakable(self._language)
        pieces = (*speakable.feed(text.strip('"')), *speakable.close())
        joint = "" if self._language.code == "zh" else " "
        said = joint.join(piece.text for piece in pieces)
        return Sentence(self._lines.came_back.format(text=said), cites)

    def _say(self, text: str) -> tuple[Sentence, ...]:
        return (Sentence(text),)
