"""A conversation without sound: words with modelled timing, event by event.

The same core as ``agent.conversation``. Nothing is sampled, so a call of a minute takes a few
milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

from agent.advising import DEFAULT_ADVICE_S, Adviser
from agent.call import Call
from agent.opening import Opening, Options, loaded, prepare
from agent.overhearing import DEFAULT_LISTENING_S, Listener
from agent.records import Outcome, Record
from agent.remembering import UNKNOWN, Recalled, recalled
from agent.schedule import Schedule
from agent.think_time import DEFAULT_THINK_S, ThinkTime, charged
from agent.trouble import log_failure
from policies.policy import Policy
from speech.playback.wordmouth import WordMouth
from system1.percepts import CallerLeft, Percept, SoundEvent
from system1.questions import Question
from system2.memory.extraction import Extractor
from system2.memory.store import LongTermMemory
from system2.tools.answers import Toolbox

PROFILE = "text"


class WordConversation:
    """A call at text fidelity. Make one with ``open``."""

    def __init__(self, opening: Opening, known: Recalled = UNKNOWN) -> None:
        self.policy = opening.policy
        self._script = Schedule()
        mouth = WordMouth(lambda: self._call.now, opening.policy.voice.rate)
        self._call = Call(
            opening.policy,
            opening.thinking,
            mouth,
            _hear_nothing,
            opening.journal,
            (self._script, mouth),
            opening.advising,
            opening.errands,
            opening.remembering,
            opening.overhearing,
        )
        self._call.begin(opening.opened, known)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        policy: str | Path | Policy,
        *,
        model: str | None = None,
        caller_id: str | None = None,
        out: str | Path | None = None,
        think: float | ThinkTime = DEFAULT_THINK_S,
        scenario: str | None = None,
        today: date | None = None,
        starts: datetime | None = None,
        adviser: Adviser | None = None,
        advice: float = DEFAULT_ADVICE_S,
        tools: Toolbox | None = None,
        memory: LongTermMemory | None = None,
        extractor: Extractor | None = None,
        listener: Listener | None = None,
        listening: float = DEFAULT_LISTENING_S,
    ) -> AsyncIterator[WordConversation]:
        """Open a call; see ``Conversation.open``. ``events.jsonl`` is all that is written."""
        options = Options(
            model=model,
            out=out,
            clock="virtual",
            think=charged(think),
            scenario=scenario,
            today=today,
            starts=starts,
            adviser=adviser,
            advice=advice,
            tools=tools,
            caller_id=caller_id,
            memory=memory,
            extractor=extractor,
            listener=listener,
            listening=listening,
        )
        opening = prepare(loaded(policy), PROFILE, options, sound=False)
        conversation = cls(opening, await recalled(opening.remembering))
        try:
            yield conversation
        except BaseException as error:
            conversation._call.fail()
            log_failure(error)
            raise
        finally:
            await conversation._call.close()

    @property
    def now(self) -> float:
        """The time (s) up to which everything has happened."""
        return self._call.now

    @property
    def journal(self) -> list[Record]:
        """The records of ``events.jsonl`` so far."""
        return self._call.journal.records

    @property
    def ended(self) -> Outcome | None:
        """How the call ended; None while it goes on."""
        return self._call.ended

    def subscribe(self, listener: Callable[[Record], None]) -> None:
        """Call ``listener`` with each record as it is written, after those written so far."""
        for record in self.journal:
            listener(record)
        self._call.journal.subscribe(listener)

    def expect_percepts(self, percepts: Sequence[Percept]) -> None:
        """The caller's speech to come, each percept at its own time."""
        for percept in percepts:
            self._script.add(percept)

    def caller_hangs_up(self) -> None:
        """The caller hangs up now."""
        self._call.perceive(CallerLeft(self.now))

    def caller_dtmf(self, digit: str) -> None:
        """The caller presses a key now."""
        self._call.perceive(SoundEvent(self.now, "dtmf", digit))

    def next_due(self) -> float | None:
        """When something happens next (s), None if nothing will by itself."""
        return self._call.next_due()

    async def advance(self, to: float) -> None:
        """Let everything due up to ``to`` (s) happen, in time order."""
        await asyncio.sleep(0)  # see ``Conversation.step``
        await self._call.advance(to)


def _hear_nothing(question: Question | None) -> None:
    """At text fidelity there is no recogniser to bias."""
