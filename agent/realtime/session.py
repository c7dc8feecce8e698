"""One session of the protocol, without I/O: messages in, commands out; records and sound in,
events out.

    session = RealtimeSession(policy, "grounded", "sess_1")
    send(session.created())
    taken = session.receive(message)      # carry out taken.commands, send taken.events
    call.subscribe(lambda record: send(session.record(record)))
    send(session.sound(await call.step(frame)))
    send(session.finish())                # the call is over

The call is opened once, by the first ``Begin``: at the first ``session.update``, or at the first
message that is for a call. From then on what shaped it stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from agent.realtime.answers import Answers
from agent.realtime.commands import (
    Begin,
    CallerAudio,
    Cancel,
    Command,
    DropAudio,
    FunctionResult,
    GiveTurn,
    HangUp,
    PressKey,
    Truncate,
    TypedTurn,
)
from agent.realtime.events import (
    Event,
    Numbers,
    function_output_item,
    session_object,
    written_item,
)
from agent.realtime.messages import (
    LONGEST_TEXT,
    Append,
    CancelResponse,
    Clear,
    ClearOutput,
    Commit,
    Create,
    Dtmf,
    FunctionOutput,
    Leave,
    Message,
    Respond,
    SessionUpdate,
    TruncateItem,
    UserMessage,
    cause,
    parsed,
    read,
)
from agent.realtime.settings import Settings
from agent.realtime.sound import Decoder
from agent.realtime.trouble import Refusal
from agent.realtime.turns import Turns
from agent.records import Record
from policies.policy import Policy
from policies.thinking import GROUNDED
from speech.protocols import Audio

_MOST_CALLS = 64
"""Functions that may be open at a time; an output for one before them comes too late."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message comes to: what the call is to do, and what the client is told at once."""

    commands: tuple[Command, ...] = ()
    events: tuple[Event, ...] = ()


class RealtimeSession:
    """See the module. ``policy``: the bot's; ``model``: the name of its mind."""

    def __init__(self, policy: Policy, model: str, session: str) -> None:
        self.settings = Settings()
        self._policy = policy
        self._model = model
        self._session = session
        self._begun = False
        self._numbers = Numbers()
        self._answers = Answers(self._numbers)
        self._turns = Turns(self._numbers, policy)
        self._decoder = Decoder("pcm16")
        self._written: list[str] = []
        self._appended = 0
        self._calls: deque[str] = deque(maxlen=_MOST_CALLS)

    def created(self) -> tuple[Event, ...]:
        """The first events of a session."""
        return (self._numbers.event("session.created", session=self._object(self._policy)),)

    def receive(self, message: str | bytes) -> Taken:
        """Take a message; whatever is wrong with it comes back as an ``error`` event."""
        given: str | None = None
        try:
            found = read(message)
            given = cause(found)
            return self._carry_out(parsed(found))
        except Refusal as refusal:
            error = self._numbers.error(str(refusal), refusal.code, refusal.param, given)
            return Taken(events=(error,))

    def refused(self, why: str, code: str, param: str | None = None) -> tuple[Event, ...]:
        """Something that was asked for cannot be: the ``error`` that says so."""
        return (self._numbers.error(why, code, param),)

    def voiceless(self, why: str) -> tuple[Event, ...]:
        """There is no such voice as was asked for: the call has the policy's."""
        self.settings = self.settings.model_copy(update={"voice": None})
        place = "session.audio.output.voice"
        said = self._object(self.settings.applied(self._policy))
        return (
            self._numbers.error(f"{place}: {why}", "invalid_value", place),
            self._numbers.event("session.updated", session=said),
        )

    def opened(self) -> tuple[Event, ...]:
        """The call is open, which takes a while, and hears."""
        return (self._numbers.event("kairos.call_began"),)

    def record(self, record: Record) -> tuple[Event, ...]:
        """A record of the call's journal, as it is written."""
        self._answers.record(record)
        return tuple(self._turns.record(record))

    def sound(self, audio: Audio) -> tuple[Event, ...]:
        """The next of the agent's sound, float32 at 24 kHz, after the records of its step."""
        return tuple(self._answers.sound(audio, self.settings))

    def finish(self) -> tuple[Event, ...]:
        """There is no more sound: what is left to be told."""
        return tuple(self._answers.finish(self.settings))

    def calls(self, name: str, arguments: Mapping[str, object]) -> tuple[str, tuple[Event, ...]]:
        """System 2 wants a function of the client's run: the id that its result comes under."""
        call = self._numbers.function_call()
        self._calls.append(call)
        return call, tuple(self._answers.called(call, name, arguments, self.settings))

    def _carry_out(self, message: Message) -> Taken:
        match message:
            case SessionUpdate():
                return self._update(message)
            case Append(audio=text):
                self._coded()
                audio = self._decoder.decode(text)
                self._appended += len(audio)
                return self._in_call(*((CallerAudio(audio),) if len(audio) else ()))
            case Clear():
                self._appended = 0
                return self._in_call(
                    DropAudio(), events=(self._numbers.event("input_audio_buffer.cleared"),)
                )
            case Commit():
                return self._commit()
            case Create():
                return self._create(message)
            case TruncateItem():
                return self._truncate(message)
            case Respond():
                return self._respond()
            case CancelResponse(response_id=response):
                return self._cancel(response)
            case ClearOutput():
                return self._clear_output()
            case Dtmf(digit=digit):
                return self._in_call(PressKey(digit))
            case Leave():
                return self._in_call(HangUp())
            case _:
                assert_never(message)

    def _update(self, message: SessionUpdate) -> Taken:
        asked = self.settings.updated(message.session)
        if asked.tools and self._model == GROUNDED:
            raise Refusal(
                f"session.tools: this agent's mind, {GROUNDED!r}, calls no functions",
                "session.tools",
                "unsupported_value",
            )
        if self._begun:
            place = self.settings.frozen_against(asked)
            if place is not None:
                why = f"{place}: cannot be changed any more: the call is under way"
                raise Refusal(why, place, "call_under_way")
        policy = asked.applied(self._policy)
        self.settings = asked
        self._coded()
        taken = self._in_call()
        updated = self._numbers.event("session.updated", session=self._object(policy))
        return Taken(taken.commands, (*taken.events, updated))

    def _commit(self) -> Taken:
        if not self._appended:
            why = "nothing was appended since the last commit"
            raise Refusal(why, None, "input_audio_buffer_commit_empty")
        self._appended = 0
        if self.settings.by_hand:
            return self._in_call(events=tuple(self._turns.commit()))
        return self._in_call(GiveTurn())

    def _create(self, message: Create) -> Taken:
        match message.item:
            case UserMessage(content=content):
                text = "\n".join(part.text for part in content).strip()
                if not any(char.isalnum() for char in text):
                    raise Refusal("item.content: says nothing", "item.content")
                if len(text) + sum(map(len, self._written)) > LONGEST_TEXT:
                    why = f"item.content: more than {LONGEST_TEXT} characters wait for an answer"
                    raise Refusal(why, "item.content")
                self._written.append(text)
                item = written_item(self._numbers.item(), text)
                return self._in_call(events=self._added(item))
            case FunctionOutput(call_id=call, output=output):
                if call not in self._calls:
                    raise Refusal("item.call_id: no function waits for it", "item.call_id")
                self._calls.remove(call)
                item = function_output_item(self._numbers.item(), call, output)
                return self._in_call(FunctionResult(call, output), events=self._added(item))
            case _:
                assert_never(message.item)

    def _added(self, item: Event) -> tuple[Event, ...]:
        before = self._numbers.last_item
        added = self._numbers.added(item)
        created = self._numbers.event(
            "conversation.item.created", previous_item_id=before, item=item
        )
        return added, created, self._numbers.done(item)

    def _truncate(self, message: TruncateItem) -> Taken:
        try:
            found = self._answers.heard(message.item_id, message.audio_end_ms)
        except ValueError as error:
            raise Refusal(f"audio_end_ms: only {error}", "audio_end_ms") from None
        if found is None:
            raise Refusal("item_id: no such item of the agent's", "item_id", "item_not_found")
        utterance, chars = found
        commands: tuple[Command, ...] = (Truncate(utterance, chars),)
        if utterance == self._answers.saying:
            # It goes on here what was broken off there.
            commands = (Cancel(), *commands)
        where = {"item_id": message.item_id, "content_index": 0}
        kind = "conversation.item.truncated"
        told = self._numbers.event(kind, **where, audio_end_ms=message.audio_end_ms)
        return self._in_call(*commands, events=(told,))

    def _respond(self) -> Taken:
        written, self._written = self._written, []
        if written:
            return self._in_call(TypedTurn("\n".join(written)))
        # Where System 1 takes the turns itself it answers as well, and nothing is to be said.
        return self._in_call(*((GiveTurn(),) if self.settings.by_hand else ()))

    def _cancel(self, response: str | None) -> Taken:
        active = self._answers.active
        if active is None or response not in (None, active):
            why = "no such response is under way"
            raise Refusal(why, "response_id", "response_cancel_not_active")
        return self._in_call(Cancel())

    def _clear_output(self) -> Taken:
        active = self._answers.active
        if active is None:
            return self._in_call()
        cleared = self._numbers.event("output_audio_buffer.cleared", response_id=active)
        return self._in_call(Cancel(), events=(cleared,))

    def _in_call(self, *commands: Command, events: tuple[Event, ...] = ()) -> Taken:
        """Commands for the call, which is opened if that has not been done."""
        if self._begun:
            return Taken(commands, events)
        self._begun = True
        return Taken((Begin(self.settings), *commands), events)

    def _coded(self) -> None:
        if self._decoder.coding != self.settings.caller:
            self._decoder = Decoder(self.settings.caller)

    def _object(self, policy: Policy) -> Event:
        return session_object(self._session, self._model, self.settings, policy)
