"""What is counted of a call once it is over, from its journal, its recording and its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.figures import Figures
from agent.records import Decision, Record, ThinkDone
from agent.serving.entries import Flow
from speech.protocols import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Tally:
    """One call's. Times in s; ``thinks``: each thought's outcome, and when its first words came."""

    gaps_s: tuple[float, ...]
    stops_s: tuple[float, ...]
    false_barge_ins: int
    check_ins: int
    thinks: tuple[tuple[str, float | None], ...]
    tokens_in: int
    tokens_out: int
    frames: int
    late: int
    left_out_s: float
    silence_s: float
    made_up_s: float
    shortened_s: float
    dropped: int


def tallied(records: Sequence[Record], figures: Figures, flow: Flow) -> Tally:
    """Of a call that is over; the figures are those of its ``result.json``."""
    thinks = [
        (one.outcome, None if one.first_text is None else one.first_text - one.started)
        for one in records
        if isinstance(one, ThinkDone)
    ]
    return Tally(
        gaps_s=figures.gaps_s,
        stops_s=figures.barge_in_stops_s,
        false_barge_ins=sum(isinstance(one, Decision) and one.do == "resume" for one in records),
        check_ins=figures.check_ins,
        thinks=tuple(thinks),
        tokens_in=figures.tokens_in,
        tokens_out=figures.tokens_out,
        frames=flow.pace.frames,
        late=flow.pace.late,
        left_out_s=flow.pace.left_out_s,
        silence_s=flow.silence / SAMPLE_RATE,
        made_up_s=flow.made_up / SAMPLE_RATE,
        shortened_s=flow.shortened / SAMPLE_RATE,
        dropped=flow.dropped,
    )
