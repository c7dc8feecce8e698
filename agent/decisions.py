"""System 1's outputs as the journal's decisions: one telling for the call and for its replay."""

from __future__ import annotations

from typing import assert_never

from agent.records import Decision
from system1.acts import (
    Abandon,
    Act,
    Consult,
    Duck,
    HangUp,
    Listen,
    Resume,
    Say,
    SayMore,
    SendDtmf,
    SetTimer,
    Stop,
    Think,
    Transfer,
)
from system1.notices import (
    AdviceHeeded,
    AnswerKept,
    FloorMoved,
    Notice,
    SpeechDismissed,
    TurnEnded,
    TurnReopened,
)


def decision(output: Act | Notice, at: float) -> Decision | None:
    """The decision behind an output at ``at`` (s); None for what is no decision of its own."""
    match output:
        case Say():
            rate = None if output.rate == 1.0 else output.rate
            return Decision(
                at, "say", output.utterance, output.because, output.text, output.kind, rate
            )
        case SayMore():
            if not output.text:
                return None
            return Decision(at, "say_more", output.utterance, output.because, output.text)
        case Stop():
            return Decision(at, "stop", output.utterance, output.because)
        case Duck():
            return Decision(at, "duck", output.utterance, output.because)
        case Resume():
            return Decision(at, "resume", output.utterance, output.because)
        case Think():
            return Decision(at, "think", output.think, output.because)
        case Abandon():
            return Decision(at, "abandon", output.think, output.because)
        case Consult():
            return Decision(at, "consult", output.consult, output.because)
        case AdviceHeeded():
            return Decision(at, "heed", output.consult, output.because)
        case Listen():
            asked = None if output.question is None else output.question.kind.value
            return Decision(at, "listen", asked, output.because)
        case Transfer():
            return Decision(at, "transfer", output.to, output.because, summary=output.summary)
        case HangUp():
            return Decision(at, "hang_up", None, output.because)
        case SendDtmf():
            return Decision(at, "send_dtmf", output.digits, output.because)
        case TurnEnded():
            return Decision(at, "take_turn", None, output.because, output.text)
        case TurnReopened():
            return Decision(at, "reopen_turn", None, output.because)
        case SpeechDismissed():
            return Decision(at, "disregard", None, output.because)
        case AnswerKept():
            return Decision(at, "take_up", output.think, output.because)
        case SetTimer() | FloorMoved():
            return None
        case _:
            assert_never(output)
