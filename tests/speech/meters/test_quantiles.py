"""They are numpy's, to the last bit: what is decided by them does not change."""

from __future__ import annotations

import numpy as np
import pytest

from speech.meters.quantiles import median, percentile


@pytest.mark.parametrize("count", [1, 2, 3, 8, 46, 47, 94, 125])
@pytest.mark.parametrize("seed", range(20))
def test_they_are_numpys(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = (random.standard_normal(count) * 10.0 ** random.integers(-3, 4)).tolist()
    assert median(values) == float(np.median(values))
    for per_cent in (10, 50, 90):
        assert percentile(values, per_cent) == float(np.percentile(values, per_cent))


def test_equal_values_are_their_own_percentiles() -> None:
    assert percentile([-90.0] * 47, 90) == median([-90.0] * 46) == -90.0
