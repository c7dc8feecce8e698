"""Any two of our agents on one line end their call, politely and soon."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.records import CallEnded, CallerTurn, Decision, Utterance
from scenarios import runner
from scenarios.caller_agent import CallerAgent
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario

STORY = """\
scenario: two-agents
policy: {agent}
caller: {{policy: {caller}, rate: 160, seed: 5}}
limit: 180
steps:
  - agent: {{kind: greeting}}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "caller"),
    [
        ("broadband", "broadband"),
        ("broadband", "clinic"),
        ("clinic", "broadband"),
        ("clinic", "clinic"),
    ],
)
async def test_the_call_ends_with_words_and_within_bounds(
    agent: str, caller: str, tmp_path: Path
) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(STORY.format(agent=agent, caller=caller), encoding="utf-8")
    done = await run_scenario(load_scenario(path), path)
    end = done.records[-1]
    assert isinstance(end, CallEnded)
    assert end.duration < 90.0
    assert sum(isinstance(one, CallerTurn) for one in done.records) <= 12
    last = [one for one in done.records if isinstance(one, Utterance)][-1]
    if end.by == "agent":
        assert not last.cut
        assert last.heard == last.text


@pytest.mark.slow
async def test_the_one_that_leaves_says_so_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers: list[CallerAgent] = []

    class Watched(CallerAgent):
        def connect(self) -> None:
            if self not in callers:
                callers.append(self)
            super().connect()

    monkeypatch.setattr(runner, "CallerAgent", Watched)
    path = tmp_path / "two.yaml"
    path.write_text(STORY.format(agent="broadband", caller="broadband"), encoding="utf-8")
    first = await run_scenario(load_scenario(path), path)
    again = await run_scenario(load_scenario(path), path)
    assert first.records == again.records
    (caller, _) = callers
    assert caller.hung_up
    journal = caller.journal
    decisions = [one for one in journal if isinstance(one, Decision)]
    leave = next(one for one in decisions if one.do in ("hang_up", "transfer"))
    said = [one for one in decisions if one.do == "say" and one.at <= leave.at][-1]
    # One rule says it and does it.
    assert said.because.rule == leave.because.rule
    last = [one for one in journal if isinstance(one, Utterance)][-1]
    assert (last.text, last.heard, last.cut) == (said.text, said.text, False)
