"""The agent's side of a session: each utterance is a response with one item, told as it is played.

The call's records know what is played a little before its sound is handed over; what they say
waits here until the sound has come that far, so that an event never runs ahead of its sound.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from agent.realtime.events import (
    Event,
    Numbers,
    function_item,
    response_object,
    said_item,
)
from agent.realtime.settings import Settings
from agent.realtime.sound import Encoder
from agent.records import CallEnded, Decision, PerceptSeen, Record, ThinkDone, Utterance
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import PlaybackStarted, WordPlayed

_KEPT = 64
"""Utterances of which it is known when each word was played, the last ones."""


@dataclass(slots=True)
class _Told:
    """A response under way, or one that is over. ``marks``: after so many samples of it, so many
    characters were heard; ``told``: characters that the client was told."""

    utterance: int
    response: str
    item: str
    aloud: bool
    encoder: Encoder
    samples: int = 0
    told: int = 0
    marks: list[tuple[int, int]] = field(default_factory=list)


_Due: TypeAlias = tuple[int, Record]


class Answers:
    """Responses out of records and sound. ``name_calls``: the ids of the session."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._texts: dict[int, str] = {}
        self._stopped: dict[int, str] = {}
        self._due: deque[_Due] = deque()
        self._played = 0
        self._active: _Told | None = None
        self._over: deque[_Told] = deque(maxlen=_KEPT)
        self._used = [0, 0]

    @property
    def active(self) -> str | None:
        """The id of the response under way."""
        return None if self._active is None else self._active.response

    @property
    def saying(self) -> int | None:
        """The utterance under way."""
        return None if self._active is None else self._active.utterance

    def record(self, record: Record) -> None:
        """Take a record; what is to be told of it comes with its sound."""
        match record:
            case Decision(do="say", to=int(number), text=text):
                self._texts[number] = text or ""
            case Decision(do="say_more", to=int(number), text=text):
                self._texts[number] = self._texts.get(number, "") + (text or "")
            case Decision(do="stop", to=int(number), because=because):
                self._stopped[number] = because.rule
            case ThinkDone(tokens_in=tokens_in, tokens_out=tokens_out):
                self._used[0] += tokens_in
                self._used[1] += tokens_out
            case PerceptSeen(at=at, percept=PlaybackStarted() | WordPlayed()):
                self._due.append((round(at * SAMPLE_RATE), record))
            case Utterance(end=end):
                self._due.append((round(end * SAMPLE_RATE), record))
            case CallEnded(at=at):
                self._due.append((round(at * SAMPLE_RATE), record))
            case _:
                pass

    def sound(self, audio: Audio, settings: Settings) -> Iterator[Event]:
        """The next of the agent's sound, as it is played."""
        end = self._played + len(audio)
        rest = audio
        while self._due and self._due[0][0] <= end:
            at, record = self._due.popleft()
            count = max(0, at - self._played)
            yield from self._delta(rest[:count])
            rest = rest[count:]
            self._played += count
            yield from self._happened(record, settings)
        yield from self._delta(rest)
        self._played = end

    def finish(self, settings: Settings) -> Iterator[Event]:
        """The call is over and there is no more sound: what is left to be told."""
        while self._due:
            yield from self._happened(self._due.popleft()[1], settings)

    def called(
        self, call: str, name: str, arguments: Mapping[str, object], settings: Settings
    ) -> Iterator[Event]:
        """A function of the client's is to be run: a response of its own."""
        event, numbers = self._numbers.event, self._numbers
        text = json.dumps(arguments, ensure_ascii=False)
        response, item = numbers.response(), numbers.item()
        here = {"response_id": response, "output_index": 0}
        begun = function_item(item, call, name, "", "in_progress")
        ended = function_item(item, call, name, text, "completed")
        at = {**here, "item_id": item, "call_id": call}
        started = response_object(response, settings, "in_progress", [])
        yield event("response.created", response=started)
        yield event("response.output_item.added", **here, item=begun)
        yield numbers.added(begun)
        yield event("response.function_call_arguments.delta", **at, delta=text)
        yield event("response.function_call_arguments.done", **at, name=name, arguments=text)
        yield event("response.output_item.done", **here, item=ended)
        yield numbers.done(ended)
        over = response_object(response, settings, "completed", [ended], usage=self._usage())
        yield event("response.done", response=over)

    def heard(self, item: str, until_ms: int) -> tuple[int, int] | None:
        """The utterance of an item, and how many characters of it were heard in so many ms; None
        for an item that is unknown. Raises ``ValueError`` for more than was played."""
        known = [one for one in (*self._over, self._active) if one is not None and one.item == item]
        if not known:
            return None
        told, until = known[0], until_ms * SAMPLE_RATE // 1000
        if until_ms > -(-told.samples * 1000 // SAMPLE_RATE):
            raise ValueError(f"{told.samples * 1000 // SAMPLE_RATE} ms of it were played")
        chars = max((chars for at, chars in told.marks if at <= until), default=0)
        return told.utterance, chars

    def _happened(self, record: Record, settings: Settings) -> Iterator[Event]:
        match record:
            case PerceptSeen(percept=PlaybackStarted(utterance=number)):
                yield from self._begin(number, settings)
            case PerceptSeen(percept=WordPlayed(utterance=number, chars=chars)):
                yield from self._word(number, chars)
            case Utterance():
                yield from self._end(record, settings)
            case CallEnded():
                ended = {"outcome": record.outcome, "by": record.by, "duration": record.duration}
                yield self._numbers.event("kairos.call_ended", **ended, to=record.to)
            case _:
                pass

    def _begin(self, number: int, settings: Settings) -> Iterator[Event]:
        event, numbers = self._numbers.event, self._numbers
        told = _Told(
            number, numbers.response(), numbers.item(), settings.speaks, Encoder(settings.agent)
        )
        self._active = told
        item = said_item(told.item, None, told.aloud, "in_progress")
        started = response_object(told.response, settings, "in_progress", [])
        here = {"response_id": told.response, "output_index": 0}
        yield event("response.created", response=started)
        yield event("response.output_item.added", **here, item=item)
        yield numbers.added(item)
        yield event("response.content_part.added", **_at(told), part=_part(told, ""))

    def _word(self, number: int, chars: int) -> Iterator[Event]:
        told = self._active
        if told is None or told.utterance != number:
            return
        told.marks.append((told.samples, chars))
        delta = self._texts.get(number, "")[told.told : chars]
        told.told = max(told.told, chars)
        if delta:
            kind = "output_audio_transcript" if told.aloud else "output_text"
            yield self._numbers.event(f"response.{kind}.delta", **_at(told), delta=delta)

    def _delta(self, audio: Audio) -> Iterator[Event]:
        told = self._active
        if told is None or not len(audio):
            return
        told.samples += len(audio)
        if told.aloud and (delta := told.encoder.encode(np.ascontiguousarray(audio))):
            yield self._numbers.event("response.output_audio.delta", **_at(told), delta=delta)

    def _end(self, said: Utterance, settings: Settings) -> Iterator[Event]:
        told = self._active
        if told is None or told.utterance != said.id:
            return
        self._active = None
        self._over.append(told)
        text, event, at = said.heard, self._numbers.event, _at(told)
        rest = text[told.told :]
        if told.aloud:
            if delta := told.encoder.rest():
                yield event("response.output_audio.delta", **at, delta=delta)
            if rest:
                yield event("response.output_audio_transcript.delta", **at, delta=rest)
            yield event("response.output_audio.done", **at)
            yield event("response.output_audio_transcript.done", **at, transcript=text)
        else:
            if rest:
                yield event("response.output_text.delta", **at, delta=rest)
            yield event("response.output_text.done", **at, text=text)
        told.marks.append((told.samples, len(text)))
        yield event("response.content_part.done", **at, part=_part(told, text))
        item = said_item(told.item, text, told.aloud, "incomplete" if said.cut else "completed")
        here = {"response_id": told.response, "output_index": 0}
        yield event("response.output_item.done", **here, item=item)
        yield self._numbers.done(item)
        rule = self._stopped.pop(said.id, None)
        self._texts.pop(said.id, None)
        reason = None
        if said.cut:
            reason = "client_cancelled" if rule in (None, "silenced") else "turn_detected"
        over = response_object(
            told.response,
            settings,
            "completed" if reason is None else "cancelled",
            [item],
            reason,
            self._usage(),
        )
        yield event("response.done", response=over)
        if said.cut and told.aloud:
            end_ms = told.samples * 1000 // SAMPLE_RATE
            where = {"item_id": told.item, "content_index": 0}
            yield event("conversation.item.truncated", **where, audio_end_ms=end_ms)

    def _usage(self) -> dict[str, object]:
        tokens_in, tokens_out = self._used
        self._used = [0, 0]
        total = tokens_in + tokens_out
        return {"total_tokens": total, "input_tokens": tokens_in, "output_tokens": tokens_out}


def _at(told: _Told) -> dict[str, object]:
    return {
        "response_id": told.response,
        "item_id": told.item,
        "output_index": 0,
        "content_index": 0,
    }


def _part(told: _Told, text: str) -> dict[str, object]:
    return {"type": "audio", "transcript": text} if told.aloud else {"type": "text", "text": text}
