"""A telephone's leg of a conversation: what the stream says for the call, and the other way round.

The provider plays what it was sent a little later. Once the agent stops, what is still to be played
is cleared away at once, and the fade of what comes after it is not sent: it would be heard as a
scrap from further on. How much the caller has heard is learnt from marks behind each word, or each
utterance; behind words, the call is told where that is less than what was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, assert_never

import numpy as np

from agent.conversation import Conversation
from agent.records import Decision, PerceptSeen, Record
from agent.telephony.events import Gone, Key, Played, Sound, Started, StreamEvent
from agent.telephony.media import MediaStream, Message
from speech.protocols import SAMPLE_RATE, Audio
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)

LINGERS_S = 2.0
"""How long the line is held after the agent has ended a call, so that its last words are heard,
where no mark tells that they were."""


class PhoneLeg:
    """Joins a stream that has started to its conversation, before the first step of that.

    Whoever owns the socket gives what comes to ``receive``, feeds the sound to the conversation at
    the pace of the line, and sends what ``answer`` makes of the conversation's.
    """

    def __init__(
        self,
        conversation: Conversation,
        stream: MediaStream,
        marks: Literal["words", "utterances"] = "words",
    ) -> None:
        self.stream = stream
        self._conversation = conversation
        self._words = marks == "words"
        self._playing: int | None = None
        self._chars = 0
        self._cleared: list[Message] = []
        self._stopped = False
        self._cut_at: float | None = None
        self._ended_at: float | None = None
        conversation.subscribe(self._note)

    def receive(self, message: Message) -> list[Sound]:
        """A message of the provider's: the caller's sound in it, in order; the rest is seen to."""
        return self._heed(self.stream.receive(message))

    def closed(self) -> None:
        """The connection is closed: the caller has hung up, as far as the call knows."""
        self._heed(self.stream.close())

    def answer(self, audio: Audio) -> list[Message]:
        """What to send for the conversation's next sound."""
        cleared, self._cleared = self._cleared, []
        messages = [*cleared, *self.stream.send(self._without_fade(audio))]
        if self._conversation.ended is not None and self._ended_at is None:
            self._ended_at = self.stream.now
        return messages

    @property
    def over(self) -> bool:
        """The call has ended, and its last words have been heard or must have been."""
        if self._ended_at is None:
            return False
        heard = self.stream.marks.open == 0
        return heard or self.stream.now - self._ended_at >= LINGERS_S

    def _without_fade(self, audio: Audio) -> Audio:
        """Silence from the frame in which the agent stopped to the end of its utterance."""
        if not self._stopped:
            return audio
        end = len(audio)
        if self._cut_at is not None:
            end = min(max(round((self._cut_at - self.stream.now) * SAMPLE_RATE), 0), end)
            if end < len(audio):
                self._stopped, self._cut_at = False, None
        return np.concatenate((np.zeros(end, np.float32), audio[end:]))

    def _heed(self, events: Sequence[StreamEvent]) -> list[Sound]:
        sounds = []
        for event in events:
            match event:
                case Sound():
                    sounds.append(event)
                case Key(digit=digit):
                    self._conversation.caller_dtmf(digit)
                case Gone():
                    self._conversation.caller_hangs_up()
                case Started() | Played():
                    pass
                case _:
                    assert_never(event)
        return sounds

    def _correct(self, utterance: int) -> None:
        """Tell the call that less was heard of an utterance than what was sent of it.

        Marks that come back at all come back behind each word, and later than they were reached.
        """
        marks = self.stream.marks
        if not self._words or not self._stopped or marks.lag is None:
            return
        heard = marks.heard
        chars = heard.chars if heard is not None and heard.utterance == utterance else 0
        if chars < self._chars:
            self._conversation.caller_heard(utterance, chars)

    def _note(self, record: Record) -> None:
        match record:
            case PerceptSeen(percept=percept):
                self._follow(percept)
            case Decision(do="stop", to=int(utterance)) if utterance == self._playing:
                self._cleared += self.stream.clear()
                self._stopped, self._cut_at = True, None
            case _:
                pass

    def _follow(self, percept: Percept) -> None:
        match percept:
            case PlaybackStarted(utterance=utterance):
                self._playing, self._chars = utterance, 0
            case WordPlayed(at=at, utterance=utterance, chars=chars):
                self._chars = chars
                if self._words:
                    self.stream.mark(utterance, chars, at)
            case PlaybackFinished(at=at, utterance=utterance):
                if utterance == self._playing:
                    self.stream.mark(utterance, self._chars, at, last=True)
                self._playing = None
            case PlaybackCut(at=at, utterance=utterance):
                if utterance == self._playing:
                    self._playing = None
                    self._cut_at = at
                    self._correct(utterance)
            case _:
                pass
