"""The evidence in each moment that System 1 had to decide on: pauses, overlaps, who won.

It is no part of the journal: System 1 is run again over the recorded percepts, and what it knew
is read off its scene.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.moments import Known, Silence, remembered
from agent.records import Decision, PerceptSeen, Record
from agent.report.words import Placed, caller_words
from agent.wording import Wording, evidence, joined, length
from policies.bargein import BargeIn
from policies.policy import Policy
from policies.timing import Endpointing
from system1.arbiter import ORDER
from system1.endpointing import Stopping, best_silence, costs
from system1.mind import System1
from system1.moves import Later
from system1.percepts import Heard, Percept, SpeechStarted, SpeechStopped
from system1.scene import Scene

_WORDS = 7
"""So many of the caller's last words name a pause."""
_SETTLED_S = 0.3
"""Words are dated a little later than the voice that they came from."""
_WIDTH, _HEIGHT = 300, 90
"""The curve's view box."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A feature with its log-odds; ``left`` and ``width``: its bar, in percent of the lane."""

    label: str
    value: float
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Step:
    """What was learnt or done ``after`` s into a moment."""

    after: float
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """What waiting costs, as an SVG path in a box of 300 by 90; ``marks``: class, x and label."""

    path: str
    best: tuple[float, float]
    marks: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A moment as the page tells it: ``name`` is its class, ``title`` and ``verdict`` its line."""

    id: str
    name: str
    start: float
    end: float
    title: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    weights: tuple[Weight, ...] = ()
    curve: Curve | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """Who proposed what at ``at`` (s): the reflex that won, and the others in their order."""

    at: float
    winner: str
    others: tuple[str, ...]


def evidence_of(records: Sequence[Record], policy: Policy, words: Wording) -> tuple[Shown, ...]:
    """Every pause of the caller in a turn and all speech over the agent, in time order."""
    percepts = [one.percept for one in records if isinstance(one, PerceptSeen)]
    decisions = [one for one in records if isinstance(one, Decision)]
    placed = caller_words(percepts)
    limits = policy.turn_taking.endpointing
    shown = [
        _pause(silence, percepts, decisions, placed, limits, words)
        for silence in remembered(policy, percepts)
    ]
    bargein = policy.turn_taking.bargein
    shown += [
        _overlap(onset, end, percepts, decisions, bargein, words)
        for onset, end in _overlaps(policy, percepts)
    ]
    return tuple(sorted(shown, key=lambda one: (one.start, one.name)))


def contests(records: Sequence[Record], policy: Policy) -> dict[float, Contest]:
    """By time (s): who won the first round of each step that ended in an act."""
    found: dict[float, Contest] = {}

    def look(scene: Scene) -> None:
        proposals = [(reflex, reflex(scene)) for reflex in ORDER]
        acting = [(one, what) for one, what in proposals if what and not isinstance(what, Later)]
        if not acting or scene.now in found:
            return
        winner = acting[0][0]
        others = [_named(one) for one, _ in acting[1:]]
        others += [
            f"{_named(one)} +{what.at - scene.now:.2f} s"
            for one, what in proposals
            if isinstance(what, Later)
        ]
        found[scene.now] = Contest(scene.now, _named(winner), tuple(others))

    system1 = System1(policy)
    for record in records:
        if isinstance(record, PerceptSeen):
            system1.step(record.percept, look)
    return found


def _named(reflex: object) -> str:
    module, name = getattr(reflex, "__module__", ""), getattr(reflex, "__name__", "")
    return f"{module.rsplit('.', 1)[-1]}.{name}"


def _pause(
    silence: Silence,
    percepts: Sequence[Percept],
    decisions: Sequence[Decision],
    placed: Sequence[Placed],
    limits: Endpointing,
    t: Wording,
) -> Shown:
    last = silence.known[-1]
    chosen = _stopping(last, limits)
    again = next(
        (
            one.onset
            for one in percepts
            if isinstance(one, SpeechStarted)
            if one.onset > last.offset
        ),
        None,
    )
    until = silence.until if silence.until is not None else again
    decided = next(
        (
            one
            for one in decisions
            if one.do in ("take_turn", "disregard") and one.at >= silence.known[0].since
            if until is None or one.at <= until + _SETTLED_S
        ),
        None,
    )
    taken = decided if decided is not None and decided.do == "take_turn" else None
    end = decided.at if decided is not None else until if until is not None else last.since
    if taken is not None:
        verdict = t("moment.taken", after=length(taken.at - silence.onset))
    elif decided is not None:
        verdict = t.named("act", "disregard")
    elif until is not None:
        verdict = t("moment.went_on", after=length(until - silence.onset))
    else:
        verdict = t("moment.open")
    pauses = last.pauses
    return Shown(
        id=f"p{silence.onset:.2f}".replace(".", "-"),
        name="pause",
        start=silence.onset,
        end=max(end, silence.onset + 0.05),
        title=_last_words(placed, decisions, silence.onset) or t("moment.no_words"),
        verdict=verdict,
        facts=(
            (t("moment.pi"), f"{last.evidence.pi:.2f}"),
            (t("moment.posterior"), f"{chosen.posterior:.2f}"),
            (t("moment.best"), length(chosen.silence)),
            (t("moment.patience"), length(limits.patience)),
            (t("moment.limits"), f"{length(limits.min_silence)} – {length(limits.max_silence)}"),
            (t("moment.median"), length(math.exp(pauses.mu))),
            (t("moment.learnt"), str(pauses.count)),
            (t("moment.kind"), t.named("kind_of_answer", last.kind.value)),
        ),
        steps=tuple(_revisions(silence, limits, t)),
        weights=_weights(last, t),
        curve=_curve(last, chosen, limits, end - last.offset, taken is not None, t),
    )


def _stopping(known: Known, limits: Endpointing) -> Stopping:
    return best_silence(round(known.evidence.pi, 6), known.pauses, limits)


def _revisions(silence: Silence, limits: Endpointing, t: Wording) -> list[Step]:
    """How the decision moved while more became known."""
    steps: list[Step] = []
    for known in silence.known:
        chosen = _stopping(known, limits)
        due = chosen.silence if known.settled else max(chosen.silence, limits.words_settle)
        text = t("moment.due", pi=f"{known.evidence.pi:.2f}", due=length(due))
        label = t("moment.settled") if known.settled else t("moment.unsettled")
        if not steps or steps[-1].text != text or steps[-1].label != label:
            steps.append(Step(max(0.0, known.since - silence.onset), label, text))
    return steps


def _weights(known: Known, t: Wording) -> tuple[Weight, ...]:
    features = known.evidence.features
    widest = max((abs(value) for _, value in features), default=1.0) or 1.0
    return tuple(
        Weight(
            t.named("feature", name),
            value,
            round(50.0 - 50.0 * max(0.0, -value) / widest, 1),
            round(50.0 * abs(value) / widest, 1),
        )
        for name, value in features
    )


def _curve(
    known: Known, chosen: Stopping, limits: Endpointing, ended: float, taken: bool, t: Wording
) -> Curve:
    points = costs(round(known.evidence.pi, 6), known.pauses, limits)
    highest = max(cost for _, cost in points) or 1.0
    span = max(limits.max_silence, 1e-9)

    def place(silence: float, cost: float) -> tuple[float, float]:
        x = _WIDTH * min(silence / span, 1.0)
        return round(x, 1), round(_HEIGHT - (_HEIGHT - 6) * cost / highest, 1)

    every = max(1, len(points) // 60)
    path = "M" + "L".join("{} {}".format(*place(*point)) for point in points[::every])
    marks = [
        ("limit", place(limits.min_silence, 0)[0], f"min {length(limits.min_silence)}"),
        ("limit", place(limits.max_silence, 0)[0], f"max {length(limits.max_silence)}"),
    ]
    name = "moment.mark.taken" if taken else "moment.mark.over"
    marks.append(("taken" if taken else "over", place(max(0.0, ended), 0)[0], t(name)))
    return Curve(path, place(chosen.silence, chosen.cost), tuple(marks))


def _last_words(placed: Sequence[Placed], decisions: Sequence[Decision], until: float) -> str:
    """The caller's words up to a time, since the turn before was over."""
    over = [one.at for one in decisions if one.do in ("take_turn", "disregard")]
    since = max((at for at in over if at <= until), default=0.0)
    said = [word.text for word in placed if since <= word.start < until]
    return ("… " if len(said) > _WORDS else "") + joined(said[-_WORDS:])


def _overlaps(policy: Policy, percepts: Sequence[Percept]) -> list[tuple[float, float]]:
    """From the onset of speech over the agent to when it was judged or the agent was through."""
    found: list[tuple[float, float]] = []
    system1 = System1(policy)
    caller = system1.scene.caller
    since: float | None = None
    for percept in percepts:
        system1.step(percept)
        if since is None and caller.over_since is not None:
            since = caller.over_since
        elif since is not None and caller.over_since is None:
            found.append((since, system1.scene.now))
            since = None
    if since is not None:
        found.append((since, system1.scene.now))
    return found


def _overlap(
    onset: float,
    end: float,
    percepts: Sequence[Percept],
    decisions: Sequence[Decision],
    numbers: BargeIn,
    t: Wording,
) -> Shown:
    steps: list[tuple[float, int, Step]] = []
    said = ""
    for percept in percepts:
        if not onset <= percept.at <= end:
            continue
        match percept:
            case Heard(at=at, words=heard, confidence=confidence):
                now = joined(
                    word.text for word in heard if word.start >= onset - numbers.min_speech
                )
                if now and now != said:
                    note = f"{now} ({t('moment.confidence')} {confidence:.2f})"
                    steps.append((at, 0, Step(at - onset, t("moment.heard"), note)))
                    said = now
            case SpeechStopped(at=at, offset=offset):
                text = length(offset - onset)
                steps.append((at, 1, Step(at - onset, t("moment.stopped"), text)))
            case _:
                pass
    acts = [one for one in decisions if onset <= one.at <= end and one.do in _JUDGED]
    for one in acts:
        because = " · ".join(f"{name} {value}" for name, value in evidence(one.because))
        name = t.rule(one.because.rule) or one.because.rule
        text = f"{name}: {because}" if because else name
        steps.append((one.at, 2, Step(one.at - onset, t.named("act", one.do), text)))
    final = next((one for one in reversed(acts) if one.do in _VERDICTS), None)
    verdict = t("moment.undecided")
    if final is not None:
        name = t.named("act", final.do)
        verdict = t("moment.judged", what=name, after=length(final.at - onset))
    return Shown(
        id=f"o{onset:.2f}".replace(".", "-"),
        name="overlap",
        start=onset,
        end=max(end, onset + 0.05),
        title=said or t("moment.no_words"),
        verdict=verdict,
        facts=(
            ("min_speech", length(numbers.min_speech)),
            ("decide_by", length(numbers.decide_by)),
            ("max_wordless", length(numbers.max_wordless)),
            ("max_backchannel", length(numbers.max_backchannel)),
            ("clear", f"{numbers.clear:.2f}"),
        ),
        steps=tuple(step for _, _, step in sorted(steps, key=lambda one: one[:2])),
    )


_VERDICTS = ("stop", "disregard", "take_turn")
_JUDGED = ("duck", "resume", "consult", *_VERDICTS)
