"""What a call's thinking came to: how much of it was ahead of time, kept, and for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.records import Record, ThinkDone


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkFigures:
    """``thinks``: those that were wanted by their outcome, in alphabetical order.

    ``thinks_ahead``: begun before the turn was over; of these ``thinks_kept`` were taken up and
    ``thinks_dropped`` were for nothing, the latter at ``wasted_tokens`` in and out.
    ``model_calls``: requests made of a model; ``answers_without_model``: turns answered without
    one. ``brief_tokens``: about how many tokens of dialogue System 2 was given, by short-term
    memory; ``history_tokens``: how many the full history would have been. ``tokens_in``,
    ``tokens_out``: spent on a model, the wasted ones included.
    """

    thinks: tuple[tuple[str, int], ...] = ()
    thinks_ahead: int = 0
    thinks_kept: int = 0
    thinks_dropped: int = 0
    wasted_tokens: int = 0
    model_calls: int = 0
    answers_without_model: int = 0
    brief_tokens: int = 0
    history_tokens: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


def think_figures(records: Sequence[Record]) -> ThinkFigures:
    """From a call's journal."""
    thinks = [record for record in records if isinstance(record, ThinkDone)]
    wanted = [one for one in thinks if not was_for_nothing(one)]
    dropped = [one for one in thinks if was_for_nothing(one)]
    ahead = sum(one.speculative for one in thinks)
    return ThinkFigures(
        thinks=tuple(sorted(Counter(one.outcome for one in wanted).items())),
        thinks_ahead=ahead,
        thinks_kept=ahead - len(dropped),
        thinks_dropped=len(dropped),
        wasted_tokens=sum(one.tokens_in + one.tokens_out for one in dropped),
        model_calls=sum(one.calls for one in thinks),
        answers_without_model=sum(one.outcome == "answered" and not one.calls for one in wanted),
        brief_tokens=sum(one.brief_tokens for one in wanted),
        history_tokens=sum(one.history_tokens for one in wanted),
        tokens_in=sum(one.tokens_in for one in thinks),
        tokens_out=sum(one.tokens_out for one in thinks),
    )


def was_for_nothing(think: ThinkDone) -> bool:
    """Begun ahead, and dropped."""
    return think.speculative and think.outcome == "abandoned"
