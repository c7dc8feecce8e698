"""Callers in a voice: reports of prosody, and calls in which they speak so."""

from __future__ import annotations

from typing import Any

from policies.affect import Affect
from system1.acts import Kind
from system1.affect import Temper
from system1.percepts import Prosody
from tests.stage import Answers, Stage, bot

NUMBERS = Affect()
CALM = (0.0, 0.0, 1.0, 4.5)
ANGRY = (3.5, 5.0, 1.2, 5.5)
HIGH = (3.5, 1.0, 1.0, 4.5)
LOUD = (0.5, 5.5, 1.0, 4.5)
FAST = (0.0, 0.0, 1.5, 6.8)

Voice = tuple[float, ...]


def listened(*voices: tuple[Voice, int], temper: Temper | None = None) -> Temper:
    """The state after so many reports of each voice, four a second."""
    temper = temper or Temper()
    at = max(temper.last_report, 0.0)
    for voice, count in voices:
        for _ in range(count):
            at += 0.25
            temper = temper.heard(Prosody(at, *voice), NUMBERS)
    return temper


SOOTHE = {
    "soothe": {
        "agitated": ["I am sorry about this.", "Let us sort it out."],
        "fast_speech": ["No rush."],
    }
}
LINE = "is my line all right or is it down again"


def calling(
    *lines: tuple[float, Voice, str], mind: Answers | None = None, think: float = 1.0, **more: Any
) -> Stage:
    """A caller whose lines each begin at a time (s), in a voice."""
    stage = Stage(bot(**(SOOTHE | more)), mind or Answers("It is fine."), think)
    for at, voice, text in lines:
        speak(stage, at, voice, text)
    return stage


def speak(stage: Stage, at: float, voice: Voice, text: str) -> None:
    end = stage.says(at, text)
    while (at := at + 0.25) < end:
        stage.sounds(at + 0.08, *voice)


def soothes(stage: Stage) -> list[tuple[str, str]]:
    return [(one.because.rule, one.text) for one in stage.utterances() if one.kind is Kind.SOOTHE]
