"""A call costs a fraction of what a whole history on every turn costs, and gets as much done."""

from __future__ import annotations

import pytest

from tests.benchmarks.tokens import TARGET, TURNS, held

pytest.importorskip("openai")


@pytest.mark.slow
async def test_twenty_turns_cost_at_most_a_third_of_the_usual_way() -> None:
    ours, usual = await held("ours"), await held("usual")
    assert (ours.turns, usual.turns) == (len(TURNS), len(TURNS))
    assert ours.slots == usual.slots
    assert set(ours.slots) == {"postcode", "account_number", "visit_day", "visit_time"}
    assert usual.without_model == 0.0, "the usual way asks every time"
    assert 0.5 <= ours.without_model < 1.0, "and ours where it must"
    assert ours.tokens <= TARGET * usual.tokens
