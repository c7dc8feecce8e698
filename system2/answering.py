"""One think's talk with a model: rounds of words and tool calls, until there is an answer.

What is known so far (the tools' results, what was said) outlives a model that is down, so that
the next one goes on from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import assert_never

from policies.policy import Policy
from policies.timing import Ending
from system1.brief import Brief
from system1.errands import Errand, Outcome, Proposal
from system1.language import Language
from system1.questions import AnswerKind, Question
from system1.thoughts import (
    Asked,
    Done,
    Failed,
    Propose,
    Sentence,
    SetOut,
    ThoughtContent,
    Unready,
)
from system2 import conduct
from system2.chat.model import (
    ChatError,
    ChatModel,
    Message,
    Request,
    TextDelta,
    ToolCall,
    ToolOffer,
    Usage,
    estimated,
)
from system2.chat.tagged import untagged
from system2.conduct import Conduct
from system2.desk import Desk, Json, ToolSpec
from system2.lines import lines_of
from system2.mind import Sent
from system2.ownwords import forbidden_topic
from system2.privacy import Veil
from system2.prompt import Prompt, quoted
from system2.promptwords import prompt_words
from system2.reply import NotYet
from system2.speakable import Piece, Speakable
from system2.tasks import TaskRun
from system2.tokens import estimate_tokens
from system2.tooluse import ToolUse
from system2.trouble import log_refused

_RESULT_SHARE = 2
"""A tool's result takes at most one part in so many of ``brief_tokens``."""

_CHARS_READ = 8
"""For each token of a result that is told, so many characters of it are looked at."""

_MARK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Means:
    """What every answer of a policy is made with."""

    policy: Policy
    language: Language
    prompt: Prompt
    runs: Mapping[str, TaskRun]
    tools: ToolUse


class Answering:
    """One think. ``said``: words of it are out, so that no other model may begin anew."""

    def __init__(self, means: Means, brief: Brief, desk: Desk, audio: bytes | None = None) -> None:
        self._means = means
        self._brief = brief
        self._desk = desk
        self._veil = Veil(means.policy, brief)
        self._conduct = Conduct(means.policy, means.runs, brief, dict(brief.slots))
        self._tools = {one.name: one for one in desk.tools if not self._conduct.knows(one.name)}
        own = (ToolOffer(one.name, one.description, one.parameters) for one in self._tools.values())
        self._offers = (*conduct.offers(means.policy), *own)
        self._messages = means.prompt.messages(brief, self._offers, audio)
        self._cites = means.prompt.cited(brief)
        self._used: tuple[str, ...] = ()
        self._last = ""
        self._over = False
        self._tokens_in = self._tokens_out = self._calls = 0
        self._counted = True
        # "I'll book that" must not be out before it is known that the booking may be made.
        self._must_wait = brief.speculative and any(map(self._has_effect, self._tools))
        self.said = False

    def told(self, proposal: Proposal, outcome: Outcome) -> None:
        """The caller agreed to a tool, and this came of it."""
        call = ToolCall("agreed", proposal.tool, proposal.arguments)
        self._messages = (
            *self._messages,
            Message("assistant", "", (call,)),
            Message("tool", self._result(outcome), answers=call.id),
        )
        self._use(outcome)

    async def ask(self, model: ChatModel) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """The model's answer as thoughts, but for ``Done``. ``ChatError`` if it is down."""
        rounds = self._means.policy.model.rounds
        for nth in range(rounds):
            # The last round has to be an answer.
            offered = self._offers if nth + 1 < rounds else ()
            calls: list[ToolCall] = []
            text: list[str] = []
            async with aclosing(self._round(model, offered, text, calls)) as thoughts:
                async for thought in thoughts:
                    yield thought
            if self._over:
                break
            results: list[Message] = []
            for call in calls:
                taken = self._take(call)
                if taken is not None:
                    results.append(Message("tool", taken, answers=call.id))
                    continue
                async with aclosing(self._run(call, results)) as thoughts:
                    async for thought in thoughts:
                        yield thought
                if self._over:
                    break
            else:
                open_yet = any(one.text != conduct.DONE for one in results)
                if open_yet or self._silent():
                    if not calls:
                        raise ChatError(f"{model.name} gave no word")
                    asked = Message("assistant", "".join(text), tuple(calls))
                    self._messages = (*self._messages, asked, *results)
                    continue
            break
        if self._silent():
            raise ChatError(f"{model.name} comes to no answer")
        for thought in await self._ending():
            yield thought

    def done(self) -> Done:
        """The think is over."""
        counted = self._counted and self._calls > 0
        return Done(self._tokens_in, self._tokens_out, self._calls, counted)

    def failed(self, error: str) -> Failed:
        """It is over, and no good."""
        return Failed(error, self._tokens_in, self._tokens_out, self._calls)

    def _silent(self) -> bool:
        """Nothing was said, and nothing follows of which the policy has the words."""
        return not self.said and self._conduct.reply is None and self._conduct.advice is None

    async def _round(
        self,
        model: ChatModel,
        offered: Sequence[ToolOffer],
        text: list[str],
        calls: list[ToolCall],
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """One request; what is said comes out at once, what is called is noted."""
        terms = self._means.policy.model
        request = Request(self._messages, tuple(offered), terms.most_tokens, terms.temperature)
        ids = self._cites | frozenset(self._used)
        speakable = Speakable(self._means.language, ids)
        usage: Usage | None = None
        held: list[Piece] = []
        unread = False
        self._calls += 1
        yield Sent(estimated(request, "").tokens_in)
        try:
            async with aclosing(untagged(model.stream(request))) as events:
                async for event in events:
                    match event:
                        case TextDelta(text=more):
                            text.append(more)
                            for piece in speakable.feed(more):
                                if self._must_wait:
                                    held.append(piece)
                                    continue
                                yield self._say(piece)
                                if self._over:
                                    return
                        case ToolCall():
                            calls.append(event)
                        case Usage():
                            usage = event
                        case _:
                            assert_never(event)
            held += speakable.close()
            if self._must_wait and any(self._has_effect(one.name) for one in calls):
                held.clear()
            for piece in held:
                yield self._say(piece)
                if self._over:
                    return
        except ChatError:
            # Nobody is known to have read a request that nothing came back to.
            unread = not text and not calls and usage is None
            raise
        finally:
            written = "".join(text) + "".join(one.arguments for one in calls)
            if not unread:
                self._count(usage, request, written)

    def _has_effect(self, name: str) -> bool:
        """Whether a tool is used for its effect without the caller being asked before."""
        spec = self._tools.get(name)
        return spec is not None and spec.side_effects and spec.confirm is None

    def _say(self, piece: Piece) -> Sentence:
        """A piece of the model's, unless the policy does not talk about that."""
        self.said = True
        topic = forbidden_topic(piece.text, self._means.policy, self._means.language)
        if topic is not None:
            self._over = True
            self._last = topic.answer
            return Sentence(topic.answer, (topic.id,))
        self._last = piece.text
        cites, self._used = (*piece.cites, *self._used), ()
        return Sentence(piece.text, tuple(dict.fromkeys(cites)))

    def _count(self, usage: Usage | None, request: Request, written: str) -> None:
        self._counted = self._counted and usage is not None
        found = usage or estimated(request, written)
        self._tokens_in += found.tokens_in
        self._tokens_out += found.tokens_out

    def _take(self, call: ToolCall) -> str | None:
        """What the model is told of a call that needs no work; None for a tool to be run."""
        if self._conduct.knows(call.name):
            return self._conduct.do(call.name, call.arguments)
        if call.name not in self._tools:
            log_refused(call.name)
            return "refused: there is no such tool, and nothing was done"
        if _object(call.arguments) is None:
            return "refused: the arguments are no JSON object"
        return None

    async def _run(
        self, call: ToolCall, results: list[Message]
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """Use a tool of the policy's, or ask leave to."""
        spec = self._tools[call.name]
        arguments = _object(call.arguments) or {}
        if spec.confirm is not None:
            ask = self._filled(spec, arguments)
            self._over = self.said = True
            kept = json.dumps(arguments, ensure_ascii=False, sort_keys=True)
            yield Propose(Proposal(spec.name, kept, ask))
            self._conduct.question = Question(AnswerKind.YES_NO)
            self._last = ask
            yield Sentence(ask, (spec.name,))
            return
        if spec.side_effects and self._brief.speculative:
            self._over = self.said = True
            yield Unready()
            return
        found = await self._desk.use(spec.name, self._veil.filled(call.name, arguments))
        match found:
            case Outcome():
                self._use(found)
                results.append(Message("tool", self._result(found), answers=call.id))
            case Errand(announce=announce):
                yield SetOut(found)
                words = prompt_words(self._means.language)
                results.append(Message("tool", words.under_way, answers=call.id))
                if announce is not None:
                    self._over = self.said = True
                    self._last = announce
                    yield Sentence(announce, (spec.name,))
            case _:
                assert_never(found)

    def _filled(self, spec: ToolSpec, arguments: Mapping[str, Json]) -> str:
        """What the caller is asked; a value is said, and never more than said."""
        known = self._veil.filled(spec.name, arguments)

        def value(match: re.Match[str]) -> str:
            found = known.get(match[1])
            text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
            speakable = Speakable(self._means.language)
            pieces = (*speakable.feed(text), *speakable.close())
            missing = lines_of(self._means.language).missing
            return " ".join(piece.text for piece in pieces) if found is not None else missing

        return _MARK.sub(value, spec.confirm or "")

    def _use(self, outcome: Outcome) -> None:
        if outcome.ok:
            self._used = (*self._used, outcome.errand.tool)

    def _result(self, outcome: Outcome) -> str:
        """An outcome as the model reads it: quoted, so that it stays data."""
        words = prompt_words(self._means.language)
        most = self._means.policy.model.brief_tokens // _RESULT_SHARE
        # A megabyte is not read through for the little of it that is told.
        text = quoted(_shortened(self._veil.text(outcome.text[: most * _CHARS_READ]), most))
        return (words.result if outcome.ok else words.result_failed).format(text=text)

    async def _ending(self) -> list[ThoughtContent]:
        """What becomes of the talk, and the policy's own words that follow from it."""
        decided = self._conduct
        if decided.reply is not None and (wanted := decided.reply.use) is not None:
            # A task has all that it needs: its tool is used, and its words tell what came of it.
            used = await self._means.tools.used(decided.reply, wanted, self._brief, self._desk)
            if isinstance(used, NotYet):
                return [Unready()]
            decided.reply = used
        reply, own = decided.reply, self._last
        found = [*decided.changes(), Asked(decided.asked(own))]
        if reply is not None:
            # A model that has asked already is not made to ask twice.
            asks_twice = own.endswith(("?", "？")) and reply.question is not None
            return found if asks_twice else [*found, *reply.said]
        if decided.advice is not None and not self.said:
            lines = lines_of(self._means.language)
            leaving = decided.advice.do is Ending.HANG_UP
            found.append(Sentence(lines.goodbye if leaving else lines.colleague))
        return found


def _object(arguments: str) -> dict[str, Json] | None:
    try:
        found = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _shortened(text: str, tokens: int) -> str:
    while estimate_tokens(text) > tokens:
        text = text[: len(text) * tokens // (estimate_tokens(text) + 1)]
    return text
