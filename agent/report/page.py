"""The page itself: what the call has to show, handed to the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agent.figures import Figures, Span, response_gaps
from agent.records import CallOpened, Record, Utterance
from agent.report.dialogue import conversation
from agent.report.moments import contests, evidence_of
from agent.report.sound import envelope, recording
from agent.report.timeline import SHOWN_ACTS, lay_out
from agent.result import Result
from agent.spans import agent_spans, bridged, caller_spans
from agent.wording import Wording, clock, length, wording
from policies.policy import Policy
from speech.protocols import SAMPLE_RATE, Audio
from system1.acts import Kind
from system1.notices import FloorState

_GAP_AXIS_S = 3.0
"""The dots in the tile of response gaps lie on 0 to 3 s; slower ones at its end."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure as people see it. ``dots``: percent on a strip; ``shares``: class and percent."""

    label: str
    value: str
    more: tuple[str, ...] = ()
    dots: tuple[float, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()


def render_report(
    records: Sequence[Record],
    result: Result,
    caller: Audio | None,
    agent: Audio | None,
    spans: Sequence[Span] | None = None,
    policy: Policy | None = None,
) -> str:
    """One self-contained HTML page about a call; the same input gives the same bytes.

    ``caller`` and ``agent``: the channels at 24 000 Hz, or None in text fidelity, which then
    has neither waveform nor player. ``spans``: when the caller really spoke, where known.
    ``policy``: what the call was held with; with it the page shows the evidence in each moment.
    """
    opened = next((one for one in records if isinstance(one, CallOpened)), None)
    words = wording(opened.language if opened else "en")
    duration = _duration(records, result, caller, agent)
    heard = bridged(spans, 0.0) if spans is not None else caller_spans(records, caller)
    spoken = agent_spans(records, agent)
    said = sorted(
        (one for one in records if isinstance(one, Utterance) and one.end > one.start),
        key=lambda one: one.start,
    )
    sound = caller is not None or agent is not None
    return (
        environment("agent.report")
        .get_template("report.html.j2")
        .render(
            t=words,
            language=opened.language if opened else "en",
            result=result,
            opened=opened,
            tiles=tiles(result.figures, result, words),
            line=lay_out(records, duration, heard, spoken, result.failed, words),
            lines=conversation(records, response_gaps(heard, spoken, said), result.failed, words),
            caller=None if caller is None else envelope(caller, duration),
            agent=None if agent is None else envelope(agent, duration),
            moments=() if policy is None else evidence_of(records, policy, words),
            contests={} if policy is None else contests(records, policy),
            recording=recording(caller, agent, duration) if sound else None,
            kinds=[kind for kind in Kind if any(one.kind is kind for one in said)],
            states=list(FloorState),
            acts=SHOWN_ACTS,
            style=Markup(stylesheet()),
            script=Markup(_asset("report.js")),
        )
        + "\n"
    )


@cache
def environment(package: str) -> Environment:
    """The ``templates/`` of a package, with every value escaped, and filters for times."""
    templates = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(clock=clock, lasting=length)
    return templates


def stylesheet() -> str:
    """The CSS that the report and the index of a suite share."""
    return _asset("style.css")


def tiles(figures: Figures, result: Result, words: Wording) -> tuple[Tile, ...]:
    """The figures of a call, the one that callers feel most first."""
    none = words("tile.none")
    stops = len(figures.barge_in_stops_s)
    thinks = [f"{count} {words.named('thought', name)}" for name, count in figures.thinks]
    if figures.thinks_ahead:
        kept, ahead = figures.thinks_kept, figures.thinks_ahead
        thinks.append(words("tile.ahead", kept=kept, ahead=ahead))
    if figures.model_calls:
        alone = figures.answers_without_model
        thinks.append(words("tile.alone", calls=figures.model_calls, alone=alone))
    if figures.wasted_tokens:
        thinks.append(words("tile.wasted", tokens=figures.wasted_tokens))
    if figures.tokens_in or figures.tokens_out:
        thinks.append(words("tile.tokens", tin=figures.tokens_in, tout=figures.tokens_out))
    if (advice := figures.adviser) is not None:
        numbers = {"asked": advice.asked, "in_time": advice.in_time, "changed": advice.changed}
        thinks.append(words("tile.adviser", **numbers))
    if figures.history_tokens > figures.brief_tokens:
        saved = round(100 * (1 - figures.brief_tokens / figures.history_tokens))
        thinks.append(words("tile.saved", percent=saved))
    return (
        _gaps(figures, words),
        Tile(
            words("tile.stop"),
            none if figures.barge_in_stop_p50_s is None else length(figures.barge_in_stop_p50_s),
            (words.count("tile.stop.more", stops) if stops else words("tile.stop.none"),),
        ),
        Tile(
            words("tile.overlap"),
            length(figures.overlap_s) if figures.overlaps else none,
            _overlaps(figures, words),
        ),
        Tile(
            words("tile.proactive"),
            str(figures.check_ins + figures.fillers),
            (
                words.count("tile.check_ins", figures.check_ins),
                words.count("tile.fillers", figures.fillers),
            ),
        ),
        Tile(words("tile.thinks"), str(sum(n for _, n in figures.thinks)), tuple(thinks)),
        _talk(figures, result, words),
    )


def _overlaps(figures: Figures, words: Wording) -> tuple[str, ...]:
    more = [words.count("tile.overlap.more", figures.overlaps)] if figures.overlaps else []
    if figures.cut_ins:
        kept = figures.cut_ins_repaired
        more.append(words.count("tile.cut_ins", figures.cut_ins, kept=kept))
    return tuple(more)


def _gaps(figures: Figures, words: Wording) -> Tile:
    if figures.gap_p50_s is None or figures.gap_p90_s is None:
        return Tile(words("tile.gap"), words("tile.none"))
    more = [
        f"p90 {length(figures.gap_p90_s)}",
        words.count("tile.gap.turns", len(figures.gaps_s)),
    ]
    if figures.answer_p50_s is not None and figures.answer_p50_s != figures.gap_p50_s:
        more.append(words("tile.gap.answer", p50=length(figures.answer_p50_s)))
    dots = tuple(round(100 * min(gap, _GAP_AXIS_S) / _GAP_AXIS_S, 1) for gap in figures.gaps_s)
    return Tile(words("tile.gap"), length(figures.gap_p50_s), tuple(more), dots=dots)


def _talk(figures: Figures, result: Result, words: Wording) -> Tile:
    """Length and who used it; overlaps are counted on both sides, so shares are of their sum."""
    silence = max(0.0, result.duration_s - figures.caller_talk_s - figures.agent_talk_s)
    parts = (
        ("caller", figures.caller_talk_s),
        ("quiet", silence),
        ("agent", figures.agent_talk_s),
    )
    whole = sum(seconds for _, seconds in parts)
    more = [f"{words(name)} {length(s)}" for name, s in parts if name != "quiet"]
    if result.speed > 0:
        more.append(words("tile.speed", speed=f"{result.speed:.3g}"))
    shares = tuple((name, round(100 * s / whole, 1)) for name, s in parts) if whole else ()
    return Tile(words("tile.length"), length(result.duration_s), tuple(more), shares=shares)


def _duration(
    records: Sequence[Record], result: Result, caller: Audio | None, agent: Audio | None
) -> float:
    """Seconds that the time line must hold, at least one."""
    samples = max((one.size for one in (caller, agent) if one is not None), default=0)
    last = max((one.at for one in records), default=0.0)
    return max(1.0, result.duration_s, samples / SAMPLE_RATE, last)


def _asset(name: str) -> str:
    return files("agent.report").joinpath("templates", name).read_text(encoding="utf-8")
