"""``turns.json``: what the bench found, as plain data, every figure rounded to the millisecond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeAlias

from scenarios.laboratory.bench import Bench, Human, Standing
from scenarios.laboratory.clips import LEAD_S, TAIL_S
from scenarios.laboratory.contenders import Contender
from scenarios.laboratory.corpus import (
    PAUSE_MEDIAN_S,
    PAUSE_RANGE_S,
    PAUSE_SIGMA,
    RATES,
    SEEDS,
    SNRS_DB,
    VOICES,
)
from scenarios.laboratory.endpointing_scores import (
    Point,
    Turn,
    cut_rate_at,
    operating_point,
    point,
    recognition,
    talked_over,
)
from scenarios.laboratory.floor_scores import Floor, panel, take_over
from scenarios.laboratory.human import HOW
from scenarios.laboratory.ours import POLICY
from scenarios.laboratory.reliability import Reliability
from scenarios.laboratory.work import HeardClip

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MOST_CUTS = (0.05, 0.10)
"""The false cut-offs of eot-bench's table."""
FAST_S = 0.3

SOURCES: Mapping[str, str] = {
    "eot_delay": "livekit/eot-bench: cutoff_rate = mean over holds (floor taken before the hold "
    "is over); latency = floor taken - end of speech; at x %: the threshold with the lowest "
    "median latency among those with cutoff_rate <= x",
    "false_cut_rate_at_300ms": "livekit/eot-bench's cutoff @300 ms: the lowest cutoff_rate among "
    "thresholds whose mean latency is at most 300 ms; null: none is that fast",
    "turnbench": "SesameAILabs/turnbench: end recognised in [t - 0.25, t + 3.0] s; false positive "
    "in [pause start - 0.25, pause end]",
    "tau_voice": "tau2-bench interaction metrics: yield <= 2.0 s; selectivity error: yield "
    "<= 1.0 s (agent speaking) or answer <= 2.0 s (agent silent); response before the caller "
    "speaks again",
    "full_duplex_bench": "Full-Duplex-Bench v1 take-over rate, v1.5 stop latency, from the floor "
    "instead of transcribed words",
}


def summary(bench: Bench) -> dict[str, Json]:
    """The whole of ``turns.json``."""
    return {
        "corpus": _corpus(bench),
        "contenders": {one.entry.name: contender(bench, one) for one in bench.standings},
        "repeatability": _rounded(asdict(bench.repeatability)),
        "reliability": _reliability(bench.reliability),
        "human": _human(bench.human),
        "sources": dict(SOURCES),
    }


def _reliability(found: Reliability | None) -> Json:
    if found is None:
        return None
    bins: list[Json] = [{**_rounded(asdict(one))} for one in found.bins]
    figures = {"pauses": found.count, "ece": found.ece, "brier": found.brier, "auc": found.auc}
    return {**_rounded(figures), "bins": bins}


def _human(human: Human) -> Json:
    """The same contenders on people; null figures where there are no recordings."""
    if human.absent is not None:
        return {"absent": human.absent, "contenders": None}
    return {
        "absent": None,
        "how": HOW,
        "whole": sum(turn.ends for turn in human.turns),
        "cut": sum(not turn.ends for turn in human.turns),
        "contenders": {
            one.entry.name: {
                "parameter": one.entry.parameter,
                "note": one.entry.note,
                **_delays(one, human.turns),
            }
            for one in human.standings
        },
    }


def contender(bench: Bench, standing: Standing) -> dict[str, Json]:
    """One contender's figures, by the names of the bench's contract."""
    entry = standing.entry
    found: dict[str, Json] = {"parameter": entry.parameter, "note": entry.note}
    found |= _delays(standing, bench.turns)
    found |= _floor(bench, standing)
    found["turnbench"] = _turnbench(bench, standing)
    found["categories"] = _parts(bench, standing, lambda clip: clip.recipe.category)
    found["noise"] = _parts(bench, standing, lambda clip: clip.recipe.noise)
    found["bands"] = _parts(bench, standing, lambda clip: clip.recipe.line.band)
    found["voices"] = _parts(bench, standing, lambda clip: clip.recipe.voice)
    found["curve"] = [
        {
            "threshold": _number(one.threshold),
            "false_cut_rate": _number(one.cut_rate),
            "p50_s": _number(one.p50_s),
            "p90_s": _number(one.p90_s),
            "mean_s": _number(one.mean_s),
        }
        for one in standing.points
    ]
    return found


def _delays(standing: Standing, turns: Sequence[Turn]) -> dict[str, Json]:
    entry = standing.entry
    found: dict[str, Json] = {}
    for most in MOST_CUTS:
        at = f"at_{most * 100:.0f}pct"
        best = operating_point(standing.points, most)
        found[f"eot_delay_p50_s_{at}"] = _number(best.p50_s if best else None)
        found[f"eot_delay_p90_s_{at}"] = _number(best.p90_s if best else None)
        found[f"eot_delay_mean_s_{at}"] = _number(best.mean_s if best else None)
        found[f"threshold_{at}"] = _number(best.threshold if best else None)
        found[f"false_cut_rate_{at}"] = _number(best.cut_rate if best else None)
    found["false_cut_rate_at_300ms"] = _number(cut_rate_at(standing.points, FAST_S))
    stock = [_stock(entry.contender, turns, threshold) for threshold in entry.stock]
    found["stock"] = stock[0] if len(stock) == 1 else [*stock]
    return found


def _stock(who: Contender, turns: Sequence[Turn], threshold: float) -> dict[str, Json]:
    at = point(who, turns, threshold)
    return {
        "threshold": _number(threshold),
        "eot_delay_p50_s": _number(at.p50_s),
        "eot_delay_p90_s": _number(at.p90_s),
        "false_cut_rate": _number(at.cut_rate),
        "ends_missed": at.missed,
        "taken_in_speech": talked_over(who, turns, threshold),
    }


def _floor(bench: Bench, standing: Standing) -> dict[str, Json]:
    entry = standing.entry
    threshold = entry.stock[0]
    happened = bench.happened if entry.holds_calls else ()
    floor: Floor = panel(entry.contender, happened, threshold)
    taken = take_over(entry.contender, bench.turns, happened, threshold)
    return {**_rounded(asdict(floor)), "full_duplex_bench": _rounded(asdict(taken))}


def _turnbench(bench: Bench, standing: Standing) -> dict[str, Json]:
    entry = standing.entry
    found: dict[str, Json] = {}
    best = operating_point(standing.points, MOST_CUTS[-1])
    settings = [(f"stock {one:g}", one) for one in entry.stock]
    if best is not None:
        settings.append(("at_10pct", best.threshold))
    for name, threshold in settings:
        figures = recognition(entry.contender, bench.turns, threshold)
        found[name] = _rounded(asdict(figures))
    return found


def _parts(bench: Bench, standing: Standing, of: Callable[[HeardClip], str]) -> dict[str, Json]:
    """At default settings, and at 5 % false cut-offs over all clips, for each part of them."""
    best = operating_point(standing.points, MOST_CUTS[0])
    parts: dict[str, list[Turn]] = {}
    for clip, turn in zip(bench.clips, bench.turns, strict=True):
        parts.setdefault(of(clip), []).append(turn)
    found: dict[str, Json] = {}
    for name, turns in parts.items():
        threshold = standing.entry.stock[0]
        stock = point(standing.entry.contender, turns, threshold)
        careful = best and point(standing.entry.contender, turns, best.threshold)
        found[name] = {
            "clips": len(turns),
            "holds": sum(len(turn.scored_holds) for turn in turns),
            "stock": _point(stock),
            "at_5pct": _point(careful),
        }
    return found


def _point(at: Point | None) -> Json:
    if at is None:
        return None
    return {
        "eot_delay_p50_s": _number(at.p50_s),
        "eot_delay_p90_s": _number(at.p90_s),
        "false_cut_rate": _number(at.cut_rate),
    }


def _corpus(bench: Bench) -> dict[str, Json]:
    split = bench.settings.split
    recipes = [clip.recipe for clip in bench.clips]
    calls = [held.call.what for held in bench.calls]
    return {
        "split": split,
        "language": "en",
        "voices": [*VOICES[split]],
        "seed": SEEDS[split],
        "policy": POLICY,
        "clips": len(recipes),
        "clip_seconds": _number(sum(clip.audio.size for clip in bench.clips) / 24_000),
        "holds": sum(len(turn.scored_holds) for turn in bench.turns),
        "categories": dict(Counter(one.category for one in recipes)),
        "noise": dict(sorted(Counter(one.noise for one in recipes).items())),
        "bands": dict(sorted(Counter(one.line.band for one in recipes).items())),
        "manners": dict(sorted(Counter(one.manner for one in recipes if one.pauses_s).items())),
        "rates_wpm": [*RATES],
        "snrs_db": [*SNRS_DB],
        "pauses": {
            "distribution": "lognormal, drawn again outside of the range",
            "median_s": PAUSE_MEDIAN_S,
            "sigma": PAUSE_SIGMA,
            "range_s": [*PAUSE_RANGE_S],
        },
        "lead_s": LEAD_S,
        "tail_s": TAIL_S,
        "calls": len(calls),
        "events": dict(Counter(f"{one.kind} {one.place}" for one in calls)),
        "calls_lost": [*bench.lost],
    }


def _rounded(figures: Mapping[str, object]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in figures.items():
        assert value is None or isinstance(value, int | float)
        found[name] = _number(value)
    return found


def _number(value: float | None) -> float | int | None:
    return value if value is None or isinstance(value, int) else round(value, 3)
