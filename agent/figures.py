"""The figures of a call: how fast it answered, how often both spoke, how fast it yielded.

Times come from the audio wherever there is audio, not from what the agent believed: what a
caller waits for is sound, and dashboards that time their own events flatter themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from agent.advice_figures import AdviceFigures, advice_figures
from agent.records import CallEnded, Decision, Record, Utterance
from agent.spans import Span, agent_spans, both, bridged, caller_spans
from agent.think_figures import ThinkFigures, think_figures
from speech.protocols import SAMPLE_RATE, Audio
from system1.acts import Kind
from system1.repair import CUT_IN

__all__ = ["Figures", "Gap", "Span", "barge_ins", "cut_ins", "measure", "response_gaps"]

_SLACK_S = 0.1
"""How far a channel's edge may lie from the utterance that it belongs to (fades, soft onsets)."""
_TURN_GAP_S = 0.6
"""Caller's speech with shorter gaps is one move (Full-Duplex-Bench v1.5 merges users at 0.6 s)."""
OVERLAP_GAP_S = 0.5
"""Overlaps with shorter gaps are one: the pauses between words do not make two."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Silence between the caller's ``offset`` and the agent's ``onset`` (s)."""

    offset: float
    onset: float

    @property
    def length(self) -> float:
        """Seconds, never negative."""
        return self.onset - self.offset


@dataclass(frozen=True, slots=True)
class Figures(ThinkFigures):
    """What a call measured. Seconds are rounded to milliseconds; None: nothing to measure.

    ``gaps_s``: response gaps in time order, with their median and 90th percentile.
    ``answer_p50_s``: the same to the first words that are no filler, the median.
    ``overlaps``, ``overlap_s``: how often and how long both were audible.
    ``barge_in_stops_s``: caller's onset to the agent's last sound, for utterances cut by it.
    ``cut_ins``: answers that the agent began in the caller's turn and stopped at once;
    ``cut_ins_repaired``: after how many of them that answer was said after all, as it still fitted.
    ``adviser``: what it was good for, where one was asked.
    """

    duration_s: float
    gaps_s: tuple[float, ...] = ()
    gap_p50_s: float | None = None
    gap_p90_s: float | None = None
    answer_p50_s: float | None = None
    overlaps: int = 0
    overlap_s: float = 0.0
    barge_in_stops_s: tuple[float, ...] = ()
    barge_in_stop_p50_s: float | None = None
    cut_ins: int = 0
    cut_ins_repaired: int = 0
    check_ins: int = 0
    fillers: int = 0
    caller_talk_s: float = 0.0
    agent_talk_s: float = 0.0
    adviser: AdviceFigures | None = None


def measure(
    records: Sequence[Record],
    caller: Audio | None,
    agent: Audio | None,
    spans: Sequence[Span] | None = None,
) -> Figures:
    """The figures of a call from its journal and its two channels at 24 000 Hz.

    ``spans``: when the caller really spoke, where that is known (a scenario); else the caller's
    channel decides, and without audio the percepts. Percentiles are linearly interpolated.
    """
    heard = bridged(spans, 0.0) if spans is not None else caller_spans(records, caller)
    spoken = agent_spans(records, agent)
    said = _audible_utterances(records)
    gaps = [_ms(gap.length) for gap in response_gaps(heard, spoken, said)]
    answers = [_ms(gap.length) for gap in response_gaps(heard, spoken, said, fillers=False)]
    stops = tuple(_ms(stop.length) for stop in barge_ins(heard, spoken, said))
    overlaps = both(heard, spoken)
    repaired = cut_ins(records)
    return Figures(
        duration_s=_ms(_duration(records, caller, agent)),
        gaps_s=tuple(gaps),
        gap_p50_s=percentile_ms(gaps, 50),
        gap_p90_s=percentile_ms(gaps, 90),
        answer_p50_s=percentile_ms(answers, 50),
        overlaps=len(bridged(overlaps, OVERLAP_GAP_S)),
        overlap_s=_total(overlaps),
        barge_in_stops_s=stops,
        barge_in_stop_p50_s=percentile_ms(stops, 50),
        cut_ins=len(repaired),
        cut_ins_repaired=sum(repaired),
        check_ins=sum(one.kind is Kind.CHECK_IN for one in said),
        fillers=sum(one.kind is Kind.FILLER for one in said),
        caller_talk_s=_total(heard),
        agent_talk_s=_total(spoken),
        adviser=advice_figures(records),
        **asdict(think_figures(records)),
    )


def response_gaps(
    heard: Sequence[Span],
    spoken: Sequence[Span],
    said: Sequence[Utterance],
    *,
    fillers: bool = True,
) -> list[Gap]:
    """From each end of the caller's speech to the agent's next onset before the caller's next.

    This is tau-voice's response latency L_R (mean there, per turn here) and, for the last pause
    of a turn, eot-bench's end-of-turn delay plus whatever comes after it. Three things are no
    answer: an utterance that was under way already, a backchannel, and, with ``fillers=False``,
    a filler. A caller over whom the agent went on to the end of its utterance was not awaiting
    one (a backchannel, a cough), so nothing is counted there.
    """
    onsets = _onsets(spoken, said)
    turns = [one for one in said if one.kind is not Kind.BACKCHANNEL]
    gaps: list[Gap] = []
    for index, span in enumerate(heard):
        until = heard[index + 1].start if index + 1 < len(heard) else float("inf")
        during = _utterance_at(turns, span.end)
        if during is not None and not during.cut and during.start < span.end - _SLACK_S:
            continue
        for onset in onsets:
            if not span.end <= onset < until:
                continue
            utterance = _utterance_at(said, onset)
            if utterance is not None and (
                utterance.start < span.end - _SLACK_S
                or utterance.kind is Kind.BACKCHANNEL
                or (utterance.kind is Kind.FILLER and not fillers)
            ):
                continue
            gaps.append(Gap(span.end, onset))
            break
    return gaps


def barge_ins(
    heard: Sequence[Span], spoken: Sequence[Span], said: Sequence[Utterance]
) -> list[Span]:
    """For each utterance that the caller cut: from the caller's onset to the agent's last sound.

    tau-voice's yield latency L_Y, from the audio. The onset is that of the caller's last move
    (speech with gaps under 0.6 s) that began while the utterance sounded; an utterance that the
    agent began while the caller spoke is the agent's cut-in, no barge-in.
    """
    stops: list[Span] = []
    for utterance in said:
        if not utterance.cut or utterance.kind is Kind.BACKCHANNEL:
            continue
        onsets = [
            move.start
            for move in bridged(heard, _TURN_GAP_S)
            if utterance.start < move.start <= utterance.end
        ]
        if not onsets:
            continue
        sounds = [
            min(span.end, utterance.end + _SLACK_S)
            for span in spoken
            if span.end > utterance.start and span.start < utterance.end
        ]
        end = max(sounds, default=utterance.end)
        stops.append(Span(onsets[-1], max(end, onsets[-1])))
    return stops


def cut_ins(records: Sequence[Record]) -> list[bool]:
    """Of each cut-in that was stopped for the caller, whether its answer was said after all.

    An answer is known again by its think, or by the rule whose line it is.
    """
    said: dict[int, str | int] = {}
    open_since: dict[str | int, int] = {}
    found: list[bool] = []
    for record in records:
        if not isinstance(record, Decision) or not isinstance(record.to, int):
            continue
        if record.do == "say":
            answer = dict(record.because.evidence).get("think", record.because.rule)
            said[record.to] = answer = answer if isinstance(answer, int) else record.because.rule
            if answer in open_since:
                found[open_since.pop(answer)] = True
        elif record.do == "stop" and record.because.rule == CUT_IN and record.to in said:
            # The answer to an earlier turn is nobody's answer any more.
            open_since = {said[record.to]: len(found)}
            found.append(False)
    return found


def _audible_utterances(records: Sequence[Record]) -> list[Utterance]:
    """Utterances of which at least a sample was played, by their start."""
    said = [record for record in records if isinstance(record, Utterance)]
    return sorted((one for one in said if one.end > one.start), key=lambda one: one.start)


def _onsets(spoken: Sequence[Span], said: Sequence[Utterance]) -> list[float]:
    """Where the agent begins to sound, and where one utterance follows another without a gap."""
    joints = [
        one.start
        for one in said
        if any(span.start + _SLACK_S < one.start < span.end for span in spoken)
    ]
    return sorted([*(span.start for span in spoken), *joints])


def _utterance_at(said: Sequence[Utterance], at: float) -> Utterance | None:
    """The utterance that sounds at a time, the later one where two touch."""
    found = [one for one in said if one.start - _SLACK_S <= at <= one.end]
    return found[-1] if found else None


def _duration(records: Sequence[Record], caller: Audio | None, agent: Audio | None) -> float:
    """Seconds of the call: as its end says, else the longer channel, else the last record."""
    ends = [record.duration for record in records if isinstance(record, CallEnded)]
    if ends:
        return ends[-1]
    samples = max((one.size for one in (caller, agent) if one is not None), default=0)
    return samples / SAMPLE_RATE if samples else max((one.at for one in records), default=0.0)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Linearly interpolated; None of nothing. ``share`` in percent."""
    return float(np.percentile(values, share)) if values else None


def percentile_ms(values: Sequence[float], share: float) -> float | None:
    """The same of times (s), to the millisecond."""
    found = percentile(values, share)
    return None if found is None else _ms(found)


def _total(spans: Sequence[Span]) -> float:
    return _ms(sum(span.length for span in spans))


def _ms(seconds: float) -> float:
    return round(float(seconds), 3)
