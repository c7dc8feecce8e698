"""The caller's side of a session: speech, turns and what else System 1 makes of the call.

Clients stop what they play when they are told that speech has begun. So speech over the agent is
told once it is an interruption: a "mm-hm" must not cut the agent off at the client's end.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.realtime.events import Event, Item, Numbers, heard_item
from agent.realtime.plans import Plans
from agent.records import CallerTurn, Decision, FloorChange, PerceptSeen, Record, Utterance
from policies.policy import Policy
from system1.acts import Kind
from system1.percepts import (
    Heard,
    PlaybackStarted,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
    Typed,
)


class Turns:
    """Items of the caller's out of records."""

    def __init__(self, numbers: Numbers, policy: Policy) -> None:
        self._numbers = numbers
        self._plans = Plans(policy)
        self._item: str | None = None
        self._committed: str | None = None
        self._held: float | None = None
        self._offset = 0.0
        self._speaking = False
        self._agent: int | None = None
        self._silent_since = 0.0
        self._typed = False
        self._taken: str | None = None
        self._words: dict[int, str] = {}
        self._told = ""

    def record(self, record: Record) -> Iterator[Event]:
        """The events of a record."""
        if self._plans.record(record):
            yield self._planned(record.at)
        match record:
            case PerceptSeen(percept=SpeechStarted(onset=onset)):
                yield from self._starts(onset)
            case PerceptSeen(percept=SpeechStopped(offset=offset)):
                yield from self._stops(offset)
            case PerceptSeen(percept=Heard(words=words, stretch=stretch, final=final)):
                stable = words if final else tuple(one for one in words if one.stable)
                self._words[stretch] = " ".join(one.text for one in stable)
                yield from self._transcribed()
            case PerceptSeen(percept=PlaybackStarted(utterance=number)):
                self._agent = number
            case PerceptSeen(percept=Typed()):
                self._typed = True
            case PerceptSeen(percept=SoundEvent(at=at, sound="dtmf", detail=digit)):
                pressed = {"event": digit, "received_at": int(at)}
                yield self._numbers.event("input_audio_buffer.dtmf_event_received", **pressed)
            case Utterance(id=number, end=end):
                if number == self._agent:
                    self._agent, self._silent_since = None, end
                    if self._speaking:
                        yield from self._told_late()
            case CallerTurn():
                yield from self._turn(record)
            case FloorChange(at=at, source=source, target=target, action=action, by=by):
                moved = {"from": source.value, "to": target.value, "action": action.value}
                yield self._numbers.event("kairos.floor", at=at, **moved, by=by)
            case Decision():
                yield from self._decided(record)
            case _:
                pass

    def commit(self) -> Iterator[Event]:
        """The client says that a turn is over: it is an item from now on."""
        item = self._item or self._numbers.item()
        self._item = None
        self._committed = item
        yield from self._commits(item, None)

    def _starts(self, onset: float) -> Iterator[Event]:
        self._speaking = True
        if self._agent is not None:
            self._held = onset
            return
        yield from self._told_started(onset)

    def _told_started(self, onset: float) -> Iterator[Event]:
        self._held = None
        if self._item is None:
            self._item = self._numbers.item()
            self._words.clear()
            self._told = ""
        where = {"audio_start_ms": _ms(onset), "item_id": self._item}
        yield self._numbers.event("input_audio_buffer.speech_started", **where)

    def _told_late(self) -> Iterator[Event]:
        """Speech over the agent turns out to be the caller's turn."""
        if self._held is None:
            return
        yield from self._told_started(self._held)
        if not self._speaking:
            yield from self._stops(self._offset)

    def _stops(self, offset: float) -> Iterator[Event]:
        self._speaking, self._offset = False, offset
        if self._held is not None or self._item is None:
            return
        where = {"audio_end_ms": _ms(offset), "item_id": self._item}
        yield self._numbers.event("input_audio_buffer.speech_stopped", **where)

    def _transcribed(self) -> Iterator[Event]:
        """Words as they settle; what is read anew comes with the whole turn."""
        text = " ".join(self._words[one] for one in sorted(self._words) if self._words[one])
        if self._item is None or not text.startswith(self._told) or text == self._told:
            return
        delta, self._told = text[len(self._told) :], text
        where = {"item_id": self._item, "content_index": 0, "delta": delta}
        kind = "conversation.item.input_audio_transcription.delta"
        yield self._numbers.event(kind, **where)

    def _turn(self, turn: CallerTurn) -> Iterator[Event]:
        written, self._typed = self._typed, False
        if self._committed is not None:
            item, self._committed = self._committed, None
            self._taken = None
            yield self._transcript(item, turn)
            return
        if self._item is None and written:
            self._taken = None
            return
        if self._item is None:
            # It was spoken over the agent, and is found to be a turn now that the agent is silent.
            onset = turn.start if self._held is None else self._held
            yield from self._told_started(onset)
            yield from self._stops(turn.end)
        self._held = None
        item = self._item or self._numbers.item()
        self._item = None
        self._taken = item
        yield from self._commits(item, turn.text)
        yield self._transcript(item, turn)

    def _commits(self, item: str, text: str | None) -> Iterator[Event]:
        self._words.clear()
        self._told = ""
        numbers = self._numbers
        before = numbers.last_item
        yield numbers.event("input_audio_buffer.committed", item_id=item, previous_item_id=before)
        yield numbers.added(heard_item(item, None, "in_progress"))
        done: Item = heard_item(item, text)
        yield numbers.done(done)

    def _transcript(self, item: str, turn: CallerTurn) -> Event:
        used = {"type": "duration", "seconds": round(turn.end - turn.start, 3)}
        kind = "conversation.item.input_audio_transcription.completed"
        where = {"item_id": item, "content_index": 0}
        return self._numbers.event(kind, **where, transcript=turn.text, usage=used)

    def _planned(self, at: float) -> Event:
        plan = self._plans.now
        steps = {} if plan is None else {"goal": plan.goal, "step": plan.step}
        missing = [] if plan is None else list(plan.missing)
        return self._numbers.event("kairos.plan", at=at, **steps, missing=missing)

    def _decided(self, record: Decision) -> Iterator[Event]:
        because = {"rule": record.because.rule, "evidence": dict(record.because.evidence)}
        fields = {"at": record.at, "do": record.do, "to": record.to, "because": because}
        if record.text is not None:
            fields["text"] = record.text
        if record.kind is not None:
            fields["kind"] = record.kind.value
        yield self._numbers.event("kairos.decision", **fields)
        match record:
            case Decision(do="stop"):
                yield from self._told_late()
            case Decision(do="say", kind=Kind.CHECK_IN):
                yield from self._timed_out(record.at)
            case Decision(do="disregard"):
                self._item = self._held = None
            case Decision(do="reopen_turn") if self._taken is not None:
                yield self._numbers.event("conversation.item.deleted", item_id=self._taken)
                self._taken = None
                if self._item is None:
                    self._item = self._numbers.item()
            case _:
                pass

    def _timed_out(self, at: float) -> Iterator[Event]:
        """The caller is silent: an empty turn, which the check-in answers."""
        item = self._numbers.item()
        where = {"audio_start_ms": _ms(self._silent_since), "audio_end_ms": _ms(at)}
        kind = "input_audio_buffer.timeout_triggered"
        yield self._numbers.event(kind, **where, item_id=item)
        yield from self._commits(item, "")


def _ms(at: float) -> int:
    return max(0, round(at * 1000))
