"""What the bench writes: the names of its contract, a plot, a page; and the whole of it once."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.cli.app import main
from agent.spans import Span
from scenarios.laboratory.bench import Bench, Human, Settings, Standing
from scenarios.laboratory.contenders import Entry
from scenarios.laboratory.corpus import recipes
from scenarios.laboratory.endpointing_scores import Point, Turn, sweep
from scenarios.laboratory.floor_scores import Happened
from scenarios.laboratory.page import render_page
from scenarios.laboratory.plot import frontier, render_plot
from scenarios.laboratory.reliability import reliability
from scenarios.laboratory.repeatability import Repeatability, Repeated
from scenarios.laboratory.results import summary
from scenarios.laboratory.table import tables
from scenarios.laboratory.work import HeardClip
from tests.scenarios.laboratory.scripted import Scripted

EOT = "eot_delay_p50_s_at_5pct eot_delay_p90_s_at_5pct eot_delay_p50_s_at_10pct"
FLOOR = "yield_rate stop_p50_s stop_p95_s selectivity_backchannel selectivity_vocal_tic"
CONTRACT = {
    *EOT.split(),
    "eot_delay_p90_s_at_10pct",
    "false_cut_rate_at_300ms",
    "stock",
    *FLOOR.split(),
    "selectivity_non_directed",
    "response_rate",
}


@pytest.fixture
def bench() -> Bench:
    """Two turns, an interruption and a contender that is perfect at 0.5."""
    turns = (
        Turn("whole", (Span(1.0, 2.0),)),
        Turn("hesitant", (Span(1.0, 2.0), Span(3.0, 4.0))),
    )
    takes = {
        0.2: {"whole": (2.2,), "hesitant": (2.2, 4.2)},
        0.5: {"whole": (2.5,), "hesitant": (4.5,), "call": (2.5, 6.5)},
    }
    event = Happened("call", "interruption", "over_agent", Span(1.0, 2.0), Span(5.0, 6.0))
    who = Scripted(takes, {"call": 5.25})
    entry = Entry(who, (0.5,), "silence, s", "trained on <people>")
    standings = (Standing(entry, sweep(who, turns)),)
    repeated = Repeatability(2, 2, 0, 0, 0.06)
    shown = reliability([0.2, 0.9], [False, True])
    human = Human(turns, standings, None)
    return Bench(
        Settings(),
        tuple(map(heard, turns)),
        (),
        (),
        turns,
        (event,),
        standings,
        repeated,
        shown,
        human,
    )


def heard(turn: Turn) -> HeardClip:
    recipe = replace(recipes("held_out")[0], name=turn.name)
    repeated = Repeated(turn.name, (), (), ())
    return HeardClip(recipe, np.zeros(24_000, np.float32), turn.spans, (), None, (), repeated)


def test_the_summary_has_the_names_of_the_contract(bench: Bench) -> None:
    found = summary(bench)
    json.dumps(found)
    contenders = found["contenders"]
    assert isinstance(contenders, dict)
    one = contenders["scripted"]
    assert isinstance(one, dict)
    assert one.keys() >= CONTRACT
    assert one["eot_delay_p50_s_at_5pct"] == 0.5
    assert one["false_cut_rate_at_300ms"] == 1.0
    assert one["stock"] == {
        "threshold": 0.5,
        "eot_delay_p50_s": 0.5,
        "eot_delay_p90_s": 0.5,
        "false_cut_rate": 0.0,
        "ends_missed": 0,
        "taken_in_speech": 0,
    }
    assert (one["yield_rate"], one["stop_p50_s"], one["response_rate"]) == (1.0, 0.25, 1.0)
    assert one["selectivity_backchannel"] is None
    at = {"eot_delay_p50_s": 0.5, "eot_delay_p90_s": 0.5, "false_cut_rate": 0.0}
    assert one["categories"] == {"complete": {"clips": 2, "holds": 1, "stock": at, "at_5pct": at}}
    assert [table.rows[0].name for table in tables(found)] == ["scripted"] * 4
    page = render_page(found, render_plot(bench.standings), bench.reliability)
    assert "trained on &lt;people&gt;" in page
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_plot_is_a_drawing_with_a_line_for_each(bench: Bench) -> None:
    root = ET.fromstring(render_plot(bench.standings))
    names = {"s": "http://www.w3.org/2000/svg"}
    assert len(root.findall("s:path", names)) == 1
    assert len(root.findall("s:circle", names)) == 1


def test_the_line_is_the_best_that_can_be_had(bench: Bench) -> None:
    points = (Point(1, 0.5, (0.2,)), Point(2, 0.3, (0.4,)), Point(3, 0.4, (0.6,)))
    line = Standing(bench.standings[0].entry, points)
    assert frontier(line) == ((0.3, 0.4), (0.5, 0.2))


@pytest.mark.slow
def test_a_quick_look_is_a_whole_bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench"
    argv = ["bench", "turns", "--out", str(out), "--limit", "2", "--reruns", "1", "-n", "1"]
    assert main(argv) == 0
    found = json.loads((out / "turns.json").read_text(encoding="utf-8"))
    assert list(found["contenders"]) == [
        "kairos",
        "kairos_fused",
        "kairos_words",
        "timer",
        "pipecat",
    ]
    assert found["human"]["contenders"] is not None or "pocketsphinx" in found["human"]["absent"]
    assert found["corpus"]["clips"] == 2
    assert found["corpus"]["calls_lost"] == []
    assert [one["threshold"] for one in found["contenders"]["timer"]["stock"]] == [0.5, 0.8, 1.0]
    assert found["contenders"]["kairos_words"]["yield_rate"] is None
    assert found["contenders"]["kairos"]["yield_rate"] is not None
    assert (out / "latency.svg").exists()
    assert (out / "index.html").exists()
    assert "timer" in capsys.readouterr().out


def test_a_file_in_the_way_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bench").write_text("")
    assert main(["bench", "turns", "--out", str(tmp_path / "bench")]) == 2
    assert "is a file" in capsys.readouterr().err
