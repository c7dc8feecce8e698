"""Fits the numbers of turn-taking to calls whose moments are labelled.

A third of the calls, by a hash of their names, is held out and never looked at while fitting. On
the others the numbers go one after another through a grid and then through finer steps, as long
as that lowers the cost (coordinate descent). What was fitted is kept only where it is better than
chance on calls that it was not fitted to: cross-validated over the tuning calls, the gain must
exceed its standard error.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from policies.bargein import BargeIn
from policies.policy import Policy
from policies.timing import Endpointing
from scenarios.laboratory.labelled import LabelledCall
from scenarios.laboratory.pricing import Bill, Prices, Pricing

Field = tuple[str, str]
"""A section of ``turn_taking``, and a key in it."""

ENDPOINTING: tuple[Field, ...] = tuple(
    ("endpointing", name)
    for name in ("pause_median", "pause_spread", "min_silence", "max_silence", "words_settle")
)
BARGEIN: tuple[Field, ...] = tuple(
    ("bargein", name) for name in ("min_speech", "decide_by", "max_backchannel", "max_wordless")
)

FEWEST_CALLS = 6
FEWEST_MOMENTS = 4
"""Of each label; with fewer, the numbers that it would decide on are left as they are."""
FOLDS = 4

_GRID = (0.4, 0.55, 0.7, 0.85, 1.2, 1.45, 1.8, 2.5)
_FINE = (0.9, 0.95, 1.05, 1.1)
_MOST_ROUNDS = 4
_GAIN_S = 1e-4
"""A change that saves less than this is none (s)."""


class TooLittle(Exception):
    """There is not enough to fit anything to; the text is one line that says what is missing."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """``policy`` with the numbers that are to be kept; ``fitted``: fields, old and new.

    Bills before and after, on the calls tuned on and on those held out. ``gain``, ``error``: what
    the fit saved on calls left out of it, with its standard error (s); ``kept``: it was enough.
    """

    policy: Policy
    changes: tuple[tuple[Field, float, float], ...]
    tuning: tuple[Bill, Bill]
    held_out: tuple[Bill, Bill]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    left: tuple[str, ...]
    gain: float
    error: float
    kept: bool


def tune(policy: Policy, calls: Sequence[LabelledCall], prices: Prices) -> Tuned:
    """The numbers of ``policy`` that cost least on ``calls``, where that can be told from chance.

    ``patience`` is no number to fit: it is the price of a cut-in. Raises ``TooLittle``.
    """
    with_moments = [one for one in calls if one.silences or one.overlaps]
    if len(with_moments) < FEWEST_CALLS:
        raise TooLittle(
            f"{len(with_moments)} calls have moments to tune by; at least {FEWEST_CALLS} are needed"
        )
    tuning, held_out = split(with_moments)
    fields, left = _fields(tuning)
    pricing = Pricing(prices)
    priced = _with(policy, ("endpointing", "patience"), prices.cut_in) or policy
    fitted = _fit(priced, fields, tuning, pricing)
    gain, error = _validated(priced, fields, tuning, pricing)
    kept = fitted != priced and gain > max(error, _GAIN_S)
    chosen = fitted if kept else priced
    every = (("endpointing", "patience"), *fields)
    return Tuned(
        chosen,
        tuple(
            (field, _get(policy, field), _get(chosen, field))
            for field in every
            if _get(policy, field) != _get(chosen, field)
        ),
        (pricing.bill(tuning, policy), pricing.bill(tuning, chosen)),
        (pricing.bill(held_out, policy), pricing.bill(held_out, chosen)),
        (tuple(one.name for one in tuning), tuple(one.name for one in held_out)),
        tuple(left),
        gain,
        error,
        kept,
    )


def split(calls: Sequence[LabelledCall]) -> tuple[list[LabelledCall], list[LabelledCall]]:
    """Calls to tune on and calls held out: a third, those whose names have the lowest hashes."""
    ordered = sorted(calls, key=lambda one: hashlib.sha256(one.name.encode()).hexdigest())
    held = len(ordered) // 3
    return ordered[held:], ordered[:held]


def _fields(calls: Sequence[LabelledCall]) -> tuple[tuple[Field, ...], list[str]]:
    """The fields that there are moments enough for, and a line for each section that is left."""
    ends = [one.ends for call in calls for one in call.silences]
    yields = [one.yields for call in calls for one in call.overlaps]
    found: tuple[Field, ...] = ()
    left: list[str] = []
    for fields, labels, yes, no in (
        (ENDPOINTING, ends, "ends of turns", "pauses"),
        (BARGEIN, yields, "interruptions", "backchannels and noises"),
    ):
        counts = (sum(labels), len(labels) - sum(labels))
        if min(counts) >= FEWEST_MOMENTS:
            found += fields
        else:
            left.append(
                f"{fields[0][0]} is left as it is: {counts[0]} {yes} and {counts[1]} {no} to tune "
                f"by, at least {FEWEST_MOMENTS} of each are needed"
            )
    if not found:
        raise TooLittle("; ".join(left))
    return found, left


def _fit(
    policy: Policy, fields: Sequence[Field], calls: Sequence[LabelledCall], pricing: Pricing
) -> Policy:
    best, cost = policy, pricing.bill(calls, policy).cost
    for steps in (_GRID, _FINE):
        for _ in range(_MOST_ROUNDS):
            before = cost
            for field in fields:
                for number in candidates(_get(best, field), steps):
                    other = _with(best, field, number)
                    if other is None:
                        continue
                    price = pricing.bill(calls, other).cost
                    if price < cost - _GAIN_S:
                        best, cost = other, price
            if cost >= before - _GAIN_S:
                break
    return best


def candidates(around: float, steps: Sequence[float]) -> list[float]:
    """Values to try in place of ``around``, in hundredths; their section refuses what it must."""
    found = [round(around * step, 2) for step in steps]
    return [one for one in dict.fromkeys(found) if one != around]


def _validated(
    policy: Policy, fields: Sequence[Field], calls: Sequence[LabelledCall], pricing: Pricing
) -> tuple[float, float]:
    """What fitting saves on calls left out of it, and the standard error of that (s).

    The error is the jackknife's over calls, as the moments of one call are not independent.
    """
    folds = [calls[at::FOLDS] for at in range(FOLDS)]
    fits: list[Policy] = []
    for fold in folds:
        rest = [one for one in calls if one not in fold]
        fits.append(_fit(policy, fields, rest, pricing))

    def gain(left_out: LabelledCall | None) -> float:
        parts = []
        for fold, fit in zip(folds, fits, strict=True):
            tested = [one for one in fold if one is not left_out]
            saved = pricing.bill(tested, policy).cost - pricing.bill(tested, fit).cost
            parts.append((saved, len(tested)))
        return sum(saved * n for saved, n in parts) / max(1, sum(n for _, n in parts))

    each = [gain(call) for call in calls]
    mean = sum(each) / len(each)
    spread = sum((one - mean) ** 2 for one in each) * (len(each) - 1) / len(each)
    return gain(None), math.sqrt(spread)


def _get(policy: Policy, field: Field) -> float:
    return float(getattr(getattr(policy.turn_taking, field[0]), field[1]))


def _with(policy: Policy, field: Field, number: float) -> Policy | None:
    """The policy with another number; None where its sections would refuse that."""
    section: Endpointing | BargeIn = getattr(policy.turn_taking, field[0])
    try:
        changed = type(section).model_validate({**dict(section), field[1]: number})
    except ValueError:
        return None
    turns = policy.turn_taking.model_copy(update={field[0]: changed})
    return policy.model_copy(update={"turn_taking": turns})
