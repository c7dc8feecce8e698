"""Optimal stopping: the formula, its first-order condition, and what is learnt."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.timing import Endpointing
from system1.endpointing import annoyance, best_silence, costs
from system1.pauses import SHORTEST_S, PauseStatistics

LIMITS = Endpointing()
PRIOR = PauseStatistics(0.7, 0.7)
PROBABILITY = st.floats(0.001, 0.999)


def cost(pi: float, silence: float, pauses: PauseStatistics, patience: float) -> float:
    """C(u) by a plain fine sum, from the definition."""
    steps = 4000
    width = silence / steps
    waited = 0.0
    for step in range(steps):
        at = (step + 0.5) * width
        waited += (1 + at / LIMITS.long_wait) * (pi + (1 - pi) * pauses.survival(at)) * width
    cut_in = patience + patience**2 / (2 * LIMITS.long_wait)
    return cut_in * (1 - pi) * pauses.survival(silence) + waited


@pytest.mark.parametrize("pi", [0.05, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_no_other_silence_costs_less(pi: float) -> None:
    stopping = best_silence(pi, PRIOR, LIMITS)
    found = cost(pi, stopping.silence, PRIOR, LIMITS.patience)
    assert stopping.cost == pytest.approx(found, abs=2e-3)
    for silence in (0.2, 0.4, 0.6, 0.9, 1.2, 1.6, 2.0, 2.5):
        assert found <= cost(pi, silence, PRIOR, LIMITS.patience) + 2e-3


@pytest.mark.parametrize("pi", [0.3, 0.5, 0.6, 0.7])
def test_inside_the_limits_the_hazard_rule_holds(pi: float) -> None:
    stopping = best_silence(pi, PRIOR, LIMITS)
    assert LIMITS.min_silence < stopping.silence < LIMITS.max_silence
    rate = (1 - stopping.posterior) * stopping.hazard
    second = 1 + stopping.silence / LIMITS.long_wait
    assert rate == pytest.approx(second / annoyance(LIMITS.patience, LIMITS.long_wait), rel=0.05)


def test_a_cut_in_is_as_bad_as_so_long_a_silence() -> None:
    """Between a certain cut-in and a silence of ``patience``, there is nothing to choose."""
    never = PauseStatistics(50.0, 0.1)
    found = dict(costs(0.5, never, Endpointing(patience=2.0, max_silence=2.0, long_wait=0.5)))
    assert found[2.0] - found[0.0] == pytest.approx(annoyance(2.0, 0.5))
    assert found[0.0] == pytest.approx(0.5 * annoyance(2.0, 0.5))


def test_a_long_wait_is_shared_out() -> None:
    """The dearer silence grows, the less there is between a sure end and an unsure one."""
    spread = []
    for long_wait in (100.0, 1.0, 0.3):
        limits = Endpointing(patience=3.0, long_wait=long_wait)
        cut_in = annoyance(3.0, 0.5)
        # The same cut-in to weigh against: only the shape of waiting differs.
        patience = long_wait * (-1 + (1 + 2 * cut_in / long_wait) ** 0.5)
        limits = limits.model_copy(update={"patience": patience})
        unsure, sure = best_silence(0.4, PRIOR, limits), best_silence(0.9, PRIOR, limits)
        spread.append(unsure.silence - sure.silence)
    assert spread == sorted(spread, reverse=True)
    assert spread[0] > spread[-1]


@given(PROBABILITY, PROBABILITY)
def test_surer_means_sooner(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert best_silence(more, PRIOR, LIMITS).silence <= best_silence(less, PRIOR, LIMITS).silence


@given(PROBABILITY, st.floats(0.2, 30), st.floats(0.2, 30))
def test_more_patience_never_waits_less(pi: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    waits = [
        best_silence(pi, PRIOR, Endpointing(patience=patience)).silence for patience in (less, more)
    ]
    assert waits[0] <= waits[1]


@given(PROBABILITY, st.floats(0.2, 2.0), st.floats(0.2, 1.5))
def test_the_limits_hold(pi: float, median: float, spread: float) -> None:
    silence = best_silence(pi, PauseStatistics(median, spread), LIMITS).silence
    assert LIMITS.min_silence <= silence <= LIMITS.max_silence


def test_a_sure_end_is_taken_at_once_and_an_open_one_waited_for() -> None:
    assert best_silence(0.95, PRIOR, LIMITS).silence == LIMITS.min_silence
    assert best_silence(0.05, PRIOR, LIMITS).silence > 1.2


def test_a_slow_speaker_is_waited_for_longer() -> None:
    slow = PRIOR
    for _ in range(6):
        slow = slow.learnt(1.5)
    assert best_silence(0.4, slow, LIMITS).silence > best_silence(0.4, PRIOR, LIMITS).silence


def test_survival_is_the_share_of_longer_pauses() -> None:
    pauses = PauseStatistics(0.7, 0.7)
    assert pauses.survival(SHORTEST_S) == 1.0
    z = (math.log(1.0) - math.log(0.7)) / 0.7
    z0 = (math.log(SHORTEST_S) - math.log(0.7)) / 0.7
    expected = math.erfc(z / math.sqrt(2)) / math.erfc(z0 / math.sqrt(2))
    assert pauses.survival(1.0) == pytest.approx(expected)


@given(st.floats(0.25, 4.0))
def test_hazard_is_the_fall_of_log_survival(silence: float) -> None:
    step = 1e-5
    slope = (
        math.log(PRIOR.survival(silence - step)) - math.log(PRIOR.survival(silence + step))
    ) / (2 * step)
    assert PRIOR.hazard(silence) == pytest.approx(slope, rel=1e-3)


def test_articulation_is_no_pause() -> None:
    assert PRIOR.learnt(0.1) is PRIOR
    assert PRIOR.learnt(1.4).mu > PRIOR.mu
