"""How fast the agent yields to a caller in a browser.

``python -m tests.benchmarks.browser [calls]``: Chromium opens the page of a server on this machine,
with a WAV as its microphone in which the caller speaks over the agent's greeting, once a call. From
the caller's onset, as the page's own capture worklet has it, to the last sample of the agent's that
its playback worklet gave out, be it silence within an utterance: both on the clock of the page's
AudioContext. The sound card's own delay, in and out, is not in it; the browser's echo cancellation
and gain control are.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from tests.agent.serving.browser import Shown, browsing, microphone, rehearsed
from tests.agent.serving.stage import Stage, serving
from tests.benchmarks.turn_taking import INTERRUPTIONS

ONSET_S = 2.0
LOUD = 0.02
FADE_S = 0.005
SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Interrupted:
    """One call (s). ``played``: until the agent was silent; ``told``: until the page was told of
    it; ``decided``: until System 1 had made up its mind, in the call's own time, and ``rule``:
    why."""

    played: float | None
    told: float | None
    decided: float | None
    rule: str


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 22
    found = []
    with tempfile.TemporaryDirectory() as folder:
        await rehearsed()
        async with serving(Path(folder) / "out", tokens=()) as stage:
            for nth, text in enumerate(islice(cycle(INTERRUPTIONS), count)):
                one = Path(folder) / f"{nth}"
                one.mkdir()
                found.append(await interrupted(stage, one, text, ONSET_S + 0.037 * (nth % 11)))
                print(f"{text:40} {found[-1]}", flush=True)
    times = [one.played for one in found if one.played is not None]
    p50, p95 = np.percentile(times, [50, 95])
    print(f"{len(times)} of {count} yielded; p50 {p50:.3f} s, p95 {p95:.3f} s, ", end="")
    print(f"longest {max(times):.3f} s")


async def interrupted(stage: Stage, folder: Path, text: str, at: float) -> Interrupted:
    """One call, in a browser of its own: the WAV begins when the microphone is asked for."""
    sound = microphone(folder / "microphone.wav", [(at, text)], SECONDS)
    async with browsing(folder, sound) as shown:
        await shown.page.goto(f"http://{stage.host}/")
        await shown.until("!document.getElementById('lobby-form').hidden")
        await shown.page.click("#start")
        await shown.until("window.watched.capture.some((one) => one.level > 0.02)")
        await asyncio.sleep(2.0)
        stops = [one for one in await shown.watched("came") if one.get("do") == "stop"]
        began = [one for one in await shown.watched("came") if "audio_start_ms" in one]
        if not stops or not began:
            return Interrupted(None, None, None, "")
        (first, *_), (stop, *_) = began, stops
        decided = stop["at"] - first["audio_start_ms"] / 1000
        onset = await began_at(shown)
        told = first["came_at"] - onset
        played = await stopped(shown, onset)
        return Interrupted(played, round(told, 3), round(decided, 3), stop["because"]["rule"])


async def began_at(shown: Shown) -> float:
    """The caller's onset, when the page's microphone has it."""
    return next(float(one["at"]) for one in await shown.watched("capture") if one["level"] > LOUD)


async def stopped(shown: Shown, onset: float) -> float | None:
    """From the onset to the last sample of the agent's; None where it talked on."""
    cuts = [one["at"] for one in await shown.watched("playback") if one.get("cut") == "item_1"]
    return round(float(cuts[0] - onset) + FADE_S, 3) if cuts else None


if __name__ == "__main__":
    asyncio.run(main())
