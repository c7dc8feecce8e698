"""System 2 as a model that hears and speaks: its words are thoughts, and come with their sound.

System 1 says them when it sees fit, and the voice finds their sound in the store
(``speech.duplex``). What goes wrong is told as with any other mind: before the first word the
policy's second choice answers, after it something honest is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import date
from typing import assert_never

from policies.policy import Policy
from speech.duplex.engine import Engine, Request, Turn
from speech.duplex.events import EngineError, Sound, Spent, Text
from speech.duplex.spoken import Answer, Spoken
from system1.brief import Brief
from system1.language import language_of
from system1.thoughts import Asked, Done, Failed, Sentence, ThoughtContent
from system2.desk import BARE_DESK, Desk
from system2.lines import lines_of
from system2.mind import Mind, Sent
from system2.ownwords import forbidden_topic
from system2.prompt import Prompt
from system2.reply import open_question
from system2.speakable import Piece, Speakable
from system2.tokens import estimate_tokens
from system2.trouble import log_model


class SpeakingMind:
    """A ``Mind`` over an engine. ``second``: the mind that answers when the engine is down."""

    def __init__(
        self, policy: Policy, engine: Engine, spoken: Spoken, second: Mind, *, today: date
    ) -> None:
        self._policy = policy
        self._engine = engine
        self._spoken = spoken
        self._second = second
        self._language = language_of(policy.language)
        self._lines = lines_of(self._language)
        self._prompt = Prompt(policy, self._language, today, speaks=True)
        self._alone = asyncio.Event()
        self._alone.set()

    async def think(
        self, brief: Brief, desk: Desk = BARE_DESK
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        """See ``Mind``."""
        if not brief.said:
            # There is nothing that it could have heard.
            async with aclosing(self._without(brief, desk)) as thoughts:
                async for thought in thoughts:
                    yield thought
            return
        topic = forbidden_topic(brief.said, self._policy, self._language)
        if topic is not None:
            yield Asked(None)
            yield Sentence(topic.answer, (topic.id,))
            yield Done()
            return
        instructions = self._prompt.instructions(brief)
        answer = self._spoken.begin()
        # What comes in real time is not held back for a clause, unless that has to be judged.
        words = self._engine.own_pace and not self._policy.forbidden
        cut = None if words else Speakable(self._language)
        speaking = _Speaking(answer, cut, self._policy)
        yield Sent(estimate_tokens(instructions))
        try:
            request = Request(instructions, _turns(brief))
            async with aclosing(self._engine.respond(request, answer)) as events:
                async for event in events:
                    match event:
                        case Sound(audio=audio):
                            answer.sounds(audio)
                        case Text(text=text, at=at):
                            if at is not None:
                                answer.begins_word(at)
                            for sentence in speaking.feed(text):
                                yield sentence
                        case Spent():
                            speaking.spent = event
                        case _:
                            assert_never(event)
                    if speaking.over:
                        break
            for sentence in speaking.close():
                yield sentence
            if not speaking.last:
                raise EngineError("gives no words for its sound")
        except EngineError as error:
            reason = f"{self._engine.name} {error}"
            log_model(reason)
            for sentence in speaking.close():
                yield sentence
            if speaking.last:
                yield Asked(open_question(self._lines.broken_off))
                answer.writes(self._lines.broken_off, sounds=False)
                yield Sentence(self._lines.broken_off)
                yield speaking.failed(reason)
                return
            answer.end()
            async with aclosing(self._without(brief, desk)) as thoughts:
                async for thought in thoughts:
                    yield thought
            return
        finally:
            answer.end()
        yield Asked(open_question(speaking.last))
        yield speaking.done()

    async def caught_up(self) -> None:
        """Wait until all was taken that can be said by now (``agent.thinking.OwnPace``): for an
        engine with a pace of its own, which the second choice has not."""
        await self._engine.caught_up()
        await self._alone.wait()

    async def close(self) -> None:
        """Close the engine, and the second choice."""
        await self._engine.close()
        await self._second.close()

    async def _without(
        self, brief: Brief, desk: Desk
    ) -> AsyncGenerator[ThoughtContent | Sent, None]:
        self._alone.clear()
        try:
            async for thought in self._second.think(brief, desk):
                yield thought
        finally:
            self._alone.set()


class _Speaking:
    """One answer under way. ``speakable``: cuts it into pieces; None: they are whole words already.

    ``last``: what was said last; ``over``: no more is wanted.
    """

    def __init__(self, answer: Answer, speakable: Speakable | None, policy: Policy) -> None:
        self._answer = answer
        self._speakable = speakable
        self._policy = policy
        self._language = language_of(policy.language)
        self._said = 0
        self.spent: Spent | None = None
        self.last = ""
        self.over = False

    def feed(self, text: str) -> list[Sentence]:
        """What can be said once this much more has come."""
        if self._speakable is None:
            word = text.strip()
            return self._all([Piece(word)] if any(map(str.isalnum, word)) else [])
        return self._all(self._speakable.feed(text))

    def close(self) -> list[Sentence]:
        """What is left."""
        return self._all([] if self._speakable is None else self._speakable.close())

    def _all(self, pieces: Sequence[Piece]) -> list[Sentence]:
        said: list[Sentence] = []
        for piece in pieces:
            if not self.over:
                said.append(self._say(piece.text))
        return said

    def _say(self, text: str) -> Sentence:
        """A piece of the engine's, unless the policy does not talk about that."""
        topic = forbidden_topic(text, self._policy, self._language)
        if topic is not None:
            self.over = True
            self._answer.writes(text, withheld=True)
            self._answer.writes(topic.answer, sounds=False)
            self.last = topic.answer
            return Sentence(topic.answer, (topic.id,))
        self._answer.writes(text)
        self._said += estimate_tokens(text)
        self.last = text
        return Sentence(text)

    def done(self) -> Done:
        """The think is over."""
        if self.spent is None:
            return Done(0, self._said, 1)
        return Done(self.spent.tokens_in, self.spent.tokens_out, 1, True)

    def failed(self, reason: str) -> Failed:
        """It is over, and no good."""
        return Failed(reason, 0, self._said, 1)


def _turns(brief: Brief) -> tuple[Turn, ...]:
    turns: list[Turn] = [(one.who, one.text) for one in brief.turns]
    if not turns or turns[-1] != ("caller", brief.said):
        turns.append(("caller", brief.said))
    return tuple(turns)
