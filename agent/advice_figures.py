"""What a call's adviser was good for: how often asked, in time, and with what effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.records import CallerTurn, Decision, PerceptSeen, Record
from policies.advising import Matter
from system1.consultation import ADVISER
from system1.percepts import Completion, Judged, SpeechStarted, Unadvised


@dataclass(frozen=True, slots=True)
class AdviceFigures:
    """``asked`` = ``in_time`` + ``late`` + ``failed``.

    ``late``: no answer by the deadline, or before the pause was over or other words had come.
    ``changed``: decisions that would have been others, or made at another time, without it.
    """

    asked: int
    in_time: int
    late: int
    failed: int
    changed: int


def advice_figures(records: Sequence[Record]) -> AdviceFigures | None:
    """From a call's journal; None where no adviser was asked."""
    asked = in_time = failed = changed = 0
    pause = overlap = None
    for record in records:
        match record:
            case Decision(do="consult", to=number):
                asked += 1
                if record.because.rule.endswith(Matter.DONE.value):
                    pause = number
                else:
                    overlap = number
            case Decision(do="heed"):
                changed += 1
            case Decision(do="stop" | "disregard"):
                changed += _otherwise(record)
            case CallerTurn() | PerceptSeen(percept=SpeechStarted()):
                pause = None
            case PerceptSeen(percept=Completion(by=by)) if by == ADVISER and pause is not None:
                in_time += 1
                pause = None
            case PerceptSeen(percept=Judged(consult=number)) if number == overlap:
                in_time += 1
            case PerceptSeen(percept=Unadvised(reason="failed")):
                failed += 1
            case _:
                pass
    if not asked:
        return None
    return AdviceFigures(asked, in_time, asked - in_time - failed, failed, changed)


def _otherwise(decided: Decision) -> bool:
    """Whether speech over the agent was judged otherwise than it would have been unadvised."""
    evidence = dict(decided.because.evidence)
    lasted, after = evidence.get("speech_s"), evidence.get("unadvised_s")
    if not isinstance(lasted, int | float) or not isinstance(after, int | float):
        return False
    return (decided.do == "stop") is not (lasted >= after)
