"""Parts of the page by themselves, in a real browser: what no call on a good line comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")
pytest.importorskip("playwright")

from agent.wording import evidence
from system1.acts import Because
from tests.agent.serving.browser import Shown, browsing
from tests.agent.serving.stage import serving

pytestmark = pytest.mark.slow


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    """The page, before a call."""
    async with serving(tmp_path / "out", tokens=()) as stage, browsing(tmp_path) as found:
        await found.page.goto(f"http://{stage.host}/")
        await found.until("!document.getElementById('lobby-form').hidden")
        yield found


async def run(shown: Shown, module: str, code: str) -> Any:
    """What ``code`` returns, which has the module as ``it``."""
    return await shown.page.evaluate(
        f"async () => {{ const it = await import('/page/{module}.js'); {code} }}"
    )


async def test_a_tone_stays_what_it_is_at_another_rate(shown: Shown) -> None:
    code = """
    const found = [];
    for (const [from, to] of [[44100, 24000], [48000, 24000], [24000, 48000], [16000, 24000]]) {
      const resampler = new it.Resampler(from, to);
      const out = [];
      for (let at = 0; at < from; at += 128) {
        const input = Float32Array.from({length: Math.min(128, from - at)},
          (_, k) => 0.5 * Math.sin(2 * Math.PI * 1000 * (at + k) / from));
        out.push(...resampler.convert(input));
      }
      const settled = out.slice(2000, 12000);
      const level = Math.sqrt(settled.reduce((sum, one) => sum + one * one, 0) / settled.length);
      let turns = 0;
      for (let k = 1; k < settled.length; k++) turns += settled[k - 1] < 0 && settled[k] >= 0;
      found.push([out.length / to, level, turns / (settled.length / to)]);
    }
    return found;
    """
    for seconds, level, hz in await run(shown, "resampler", code):
        assert seconds == pytest.approx(1.0, abs=0.005)
        assert level == pytest.approx(0.5 / 2**0.5, rel=0.01)
        assert hz == pytest.approx(1000, abs=5)


async def test_what_was_held_up_is_made_up_for_while_it_is_quiet(shown: Shown) -> None:
    code = """
    const behind = new it.Behind();
    const piece = (k, late, level, held = 0) =>
      behind.leavesOut(k * 0.02, 5 + k * 0.02 + late, level, held);
    const steady = [...Array(50).keys()].map((k) => piece(k, 0, 0.002));
    const burst = [50, 51, 52, 53, 54].map((k) => piece(k, (55 - k) * 0.02, 0.2));
    const speech = [...Array(20).keys()].map((k) => piece(55 + k, 0, 0.2));
    const pause = [...Array(20).keys()].map((k) => piece(75 + k, 0, 0.002));
    const stuck = [...Array(20).keys()].map((k) => piece(95 + k, 0, 0.002, k ? 0 : 0.2));
    const slow = new it.Behind();
    const drift = [...Array(9000).keys()].map((k) =>
      slow.leavesOut(k * 0.02, k * 0.02 * 1.0003, 0.002, 0));
    const count = (some) => some.filter((one) => one).length;
    return [steady, burst, speech, pause, stuck, drift].map(count);
    """
    assert await run(shown, "behind", code) == [0, 0, 0, 2, 7, 0]


async def test_a_network_that_is_too_slow_gets_the_newest(shown: Shown) -> None:
    code = """
    let lost = 0;
    const sent = [];
    window.WebSocket = class {
      static OPEN = 1;
      readyState = 1;
      bufferedAmount = 0;
      send(data) { sent.push(JSON.parse(data)); }
    };
    const line = new it.Line("broadband", "", {lost: (seconds) => (lost = seconds)});
    const piece = (n) => new Int16Array(480).fill(n).buffer;
    line.sound(piece(0));
    line.socket.bufferedAmount = 1e6;
    for (let n = 1; n <= 60; n++) line.sound(piece(n));
    const waited = sent.length;
    line.socket.bufferedAmount = 0;
    line.sound(piece(61));
    const first = new Int16Array(it.decoded(sent[1].audio))[0];
    return [waited, sent.length, first, lost];
    """
    waited, sent, first, lost = await run(shown, "line", code)
    assert (waited, sent, first) == (1, 52, 11)
    assert lost == pytest.approx(0.2)


async def test_evidence_reads_as_in_the_report(shown: Shown) -> None:
    given: dict[str, Any] = {
        "silence_s": 0.2731, "level_db": -6.2912, "words": "no wait", "note": "", "think": 12,
        "patience": 3.0,
    }  # fmt: skip
    code = f"return it.evidence({given!r});"
    told = evidence(Because("test", tuple(given.items())))
    assert await run(shown, "words", code) == [f"{name} {value}" for name, value in told]
