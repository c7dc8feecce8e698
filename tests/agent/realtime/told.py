"""A session on a stage: what it was sent, and all that it has told its client."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openai")

from agent.realtime.commands import (
    Command,
)
from agent.realtime.session import RealtimeSession
from agent.records import (
    Decision,
    PerceptSeen,
    Record,
    Utterance,
)
from policies.loading import load_policy
from speech.protocols import SAMPLE_RATE
from system1.acts import Because, Kind
from system1.percepts import (
    Percept,
    PlaybackStarted,
    WordPlayed,
)
from tests.agent.realtime.protocol import checked

POLICY = load_policy("broadband")
WHY = Because("test")
SOUND = base64.b64encode(bytes(960)).decode()


class Told:
    """A session, and all that it has told its client."""

    def __init__(self, model: str = "openai:any", **session: Any) -> None:
        self.session = RealtimeSession(POLICY, model, "sess_1")
        self.events = checked(self.session.created())
        self.commands: list[Command] = []
        self.seconds = 0.0
        self.send("session.update", session=session)
        self.events.clear()
        self.commands.clear()

    def send(self, kind: str, **fields: Any) -> list[Command]:
        taken = self.session.receive(json.dumps({"type": kind, "event_id": "mine", **fields}))
        self.events += checked(taken.events)
        self.commands += taken.commands
        return list(taken.commands)

    def has(self, *records: Record | Percept) -> None:
        for one in records:
            record = one if isinstance(one, Record) else PerceptSeen(one.at, one)
            self.events += checked(self.session.record(record))

    def plays(self, to: float) -> None:
        """Sound up to ``to`` (s)."""
        count = round((to - self.seconds) * SAMPLE_RATE)
        self.events += checked(self.session.sound(np.full(count, 0.1, np.float32)))
        self.seconds = to

    def says(
        self, at: float, number: int, text: str, kind: Kind = Kind.REPLY, until: float = 99.0
    ) -> float:
        """The agent says this, a word each 0.2 s, until then; the end is still to come."""
        self.has(Decision(at, "say", number, WHY, text, kind), PlaybackStarted(at, number))
        chars = 0
        for word in text.split(" "):
            at += 0.2
            chars += len(word) + (1 if chars else 0)
            if at <= until:
                self.has(WordPlayed(at, number, chars))
        return at

    def ends(
        self, number: int, text: str, start: float, end: float, heard: str | None = None
    ) -> None:
        """It is over; ``heard``: it was cut, and so much was heard."""
        cut = heard is not None
        said = text if heard is None else heard
        self.has(Utterance(end, number, Kind.REPLY, text, start, end, said, cut, WHY))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["type"] == kind]

    def error(self) -> dict[str, Any]:
        (event,) = self.of("error")
        said: dict[str, Any] = event["error"]
        return said


def samples(told: Told) -> int:
    data = [base64.b64decode(one["delta"]) for one in told.of("response.output_audio.delta")]
    return sum(map(len, data)) // 2
