"""What stands in result.json."""

from __future__ import annotations

import json
from pathlib import Path

from agent.result import result_json, write_result
from tests.agent import sample_call as sample


def test_the_file_says_how_the_call_ended_and_what_it_measured(tmp_path: Path) -> None:
    told = sample.records()
    result = sample.result(told, sample.GREETS, sample.MEDIAN, sample.STOPS)
    write_result(tmp_path / "result.json", result)
    read = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert (read["outcome"], read["by"], read["duration_s"]) == ("caller_hung_up", "caller", 15.0)
    assert (read["scenario"], read["policy"], read["fidelity"]) == ("outage", "broadband", "text")
    assert read["passed"] is False
    assert read["checks"][2] == {
        "name": "agent stops",
        "passed": False,
        "at": 5.7,
        "message": "stopped after 0.30 s, limit <0.2 s>",
        "step": 7,
    }
    assert read["figures"]["gaps_s"] == [0.8, 0.6]
    assert read["figures"]["thinks"] == {"answered": 1}
    assert (read["wall_s"], read["speed"]) == (3.0, 5.0)


def test_wall_figures_stand_last_so_that_the_rest_can_be_compared() -> None:
    text = result_json(sample.result(sample.records()))
    assert list(json.loads(text))[-2:] == ["wall_s", "speed"]
    assert text.endswith("}\n")


def test_failed_checks_come_by_their_moment() -> None:
    result = sample.result(sample.records(), sample.MEDIAN, sample.GREETS, sample.STOPS)
    assert result.failed == (sample.STOPS, sample.MEDIAN)
