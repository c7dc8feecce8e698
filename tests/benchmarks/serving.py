"""What ``kairos serve`` does under load: real callers over ``/v1/realtime``, each in real time.

``python -m tests.benchmarks.serving [--calls 1 10 20] [--seconds 60] [--talk 0.35]`` starts a
server for each number of calls (what stands behind ``--`` is for its command), and lets so many
callers talk to it, who come one after the other in the first seconds. The client is one process
on the same machine. Columns:

- ``in to out``: from the sending of the 20 ms of the caller's that cover a moment of the call to
  the arrival of the agent's sound of that same moment. Which sound of the caller's it was is read
  from the call's recording, in which silence that stood in for late sound is known by its zeros.
- ``late``: sound of the agent's that came more than 20 ms later than the utterance's first sound
  and the frames since said; ``gaps``: interruptions that a client hears which plays 60 ms behind.
- ``server's``: the server's own count of frames that were ready more than 20 ms too late, of time
  left out, and of silence that stood in for the caller's sound.
- ``memory``: of all the server's processes, what they share counted once; ``a call``: by how much
  more than with one call, for each call beyond it.
- ``CPU``: processor seconds of the server for each minute of a call, while the calls go on and
  with what is done at their end; ``others``: cores that the rest of the machine was busy with.
- ``client``: how late it sent its sound itself. Where that is much, its figures are not good ones.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.files import JOURNAL, RECORDING, RESULT
from agent.journal import read_journal
from agent.records import PerceptSeen
from speech.protocols import SAMPLE_RATE
from system1.percepts import PlaybackStarted
from tests.agent.serving.callers import FRAME_S, Caller, Crowd, caller
from tests.agent.serving.process import served
from tests.agent.serving.tracks import FRAME, track

CALLS = (1, 10, 20)
ARRIVES_WITHIN_S = 6.0
"""All callers have come by then."""
LATE_S = FRAME_S
BEHIND_S = 0.06
SPOILT_S = 0.01
"""A client whose frames go out later than this, one in a hundred, measures itself."""

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sound:
    """What one caller heard. ``in_to_out``, ``arrived``: of each piece of the agent's sound (s);
    ``unheard``: pieces for whose moment nothing of the caller's had come. ``late``: of each piece
    against its utterance's first."""

    in_to_out: Seconds
    arrived: Seconds
    unheard: int
    late: Seconds
    gaps: int
    gaps_s: float


def sound_of(one: Caller, folder: Path) -> Sound:
    """Where each piece of the agent's sound stands in its call, and when it came."""
    begins = [
        round(record.at * SAMPLE_RATE)
        for record in read_journal(folder / JOURNAL)
        if isinstance(record, PerceptSeen) and isinstance(record.percept, PlaybackStarted)
    ]
    with wave.open(str(folder / RECORDING)) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    # A caller's sample is never 0: so many of them had been heard up to each moment.
    heard = np.concatenate(([0], np.cumsum(both[:, 0] != 0)))
    sent, came = np.array(one.sent), np.array(one.came)
    sizes, responses = np.array(one.samples), np.array(one.responses)
    whole: list[float] = []
    arrived: list[float] = []
    late: list[float] = []
    unheard = gaps = 0
    gaps_s = 0.0
    for response, begin in enumerate(begins):
        those = responses == response
        if not those.any():
            continue
        times, ends = came[those], begin + np.cumsum(sizes[those])
        starts = ends - sizes[those]
        frames = (ends - 1) // FRAME
        late += list(times - times[0] - (frames - frames[0]) * FRAME_S)
        plays_s = times[0] + BEHIND_S
        for at, start, end, frame in zip(times, starts, ends, frames, strict=True):
            before, after = heard[min(frame * FRAME, len(both))], heard[min(end, len(both))]
            if after > before:
                whole.append(at - sent[min((after - 1) // FRAME, sent.size - 1)])
                arrived.append(at)
            else:
                unheard += 1
            missing_s = at - (plays_s + (start - begin) / SAMPLE_RATE)
            if missing_s > 0:
                gaps += 1
                gaps_s += missing_s
                plays_s += missing_s
    return Sound(np.array(whole), np.array(arrived), unheard, np.array(late), gaps, gaps_s)


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of calls came to."""

    sounds: Sequence[Sound]
    callers: Sequence[Caller]
    figures: dict[str, float]
    memory_mb: tuple[float, float, float]
    cpu_s: tuple[float, float]
    client_cpu_s: float
    others: float
    load: tuple[float, float]
    all_there: float

    def report(self, alone_mb: float | None) -> None:
        """Print it. ``alone_mb``: the server's memory with one call."""
        calls = len(self.callers)
        minutes = sum(len(one.sent) for one in self.callers) * FRAME_S / 60
        talk = np.mean([one.track.talk for one in self.callers])
        good = [one for one in self.callers if one.outcome == "caller_hung_up" and one.sent]
        print(
            f"\n{calls} calls, {minutes:.1f} min of them, {100 * talk:.0f} % caller's speech, of "
            f"which {100 * np.mean([one.understood for one in self.callers]):.0f} % of the words "
            f"were understood; {calls - len(good)} ended otherwise ({_others(self.callers)}); load "
            f"average {self.load[0]:.1f} before, "
            f"{self.load[1]:.1f} after, others {self.others:.2f} cores"
        )
        behind = np.concatenate([np.array(one.late) for one in self.callers])
        spoilt = np.percentile(behind, 99) > SPOILT_S
        print(f"  client       sends late {_spread(behind)}; {self.client_cpu_s:.1f} s of CPU")
        if spoilt:
            print("  SPOILT: the client itself was late, what follows is not the server's alone")
        whole = np.concatenate([one.in_to_out for one in self.sounds])
        there = np.concatenate([one.arrived for one in self.sounds]) >= self.all_there
        unheard = sum(one.unheard for one in self.sounds)
        print(f"  in to out    {_spread(whole)}; for {unheard} frames nothing had come")
        if there.any():
            print(f"    all there  {_spread(whole[there])}")
        late = np.concatenate([one.late for one in self.sounds])
        gaps, gaps_s = (sum(one.gaps for one in self.sounds), sum(s.gaps_s for s in self.sounds))
        print(
            f"  late         {100 * np.mean(late > LATE_S):.2f} % of {late.size}, {_spread(late)}; "
            f"{gaps} gaps, {gaps_s:.2f} s in all"
        )
        counted = {name.partition("{")[0]: value for name, value in self.figures.items()}
        frames = counted["kairos_frames_total"]
        print(
            f"  server's     {100 * counted['kairos_late_frames_total'] / frames:.2f} % of "
            f"{frames:.0f} frames late, {counted['kairos_left_out_seconds_total']:.2f} s left out, "
            f"{counted['kairos_silence_inserted_seconds_total']:.2f} s of silence, "
            f"{counted['kairos_made_up_seconds_total']:.2f} s made up, "
            f"{counted['kairos_dropped_samples_total']:.0f} samples dropped"
        )
        idle, during, after = self.memory_mb
        each = "" if alone_mb is None else f", {(during - alone_mb) / (calls - 1):.1f} a call"
        print(
            f"  memory       {idle:.0f} MB idle, {during:.0f} in the calls{each}, {after:.0f} after"
        )
        first, last = (cpu_s / minutes for cpu_s in self.cpu_s)
        print(f"  CPU          {first:.1f} s a call-minute, {last:.1f} with the end")
        begins = np.array([one.came[0] - one.asked for one in self.callers if one.came])
        print(f"  first sound  {_spread(begins)} after connecting", flush=True)


def _others(callers: Sequence[Caller]) -> str:
    """How calls ended that their callers did not end."""
    ends = Counter(str(one.outcome) for one in callers if one.outcome != "caller_hung_up")
    return ", ".join(f"{count} {end}" for end, count in ends.items()) or "none"


def _spread(seconds: Seconds) -> str:
    p50, p99, p999, most = 1000 * np.percentile(seconds, (50, 99, 99.9, 100))
    return f"p50 {p50:.1f}, p99 {p99:.1f}, p99.9 {p999:.1f}, largest {most:.1f} ms"


def _busy_s() -> float:
    """Processor time of the whole machine so far."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _, _, irq, soft = map(int, fields[:7])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def measured(calls: int, seconds: float, talk: float, options: Sequence[str]) -> Load:
    """So many callers on a server of their own."""
    arrives_s = min(ARRIVES_WITHIN_S, seconds / 4) / calls
    # Each in its own place within the 20 ms.
    begins = [number * (arrives_s + FRAME_S / calls) for number in range(calls)]
    # All are there to the end, when memory is looked at.
    stays_s = begins[-1] + seconds + 1.0
    callers = [
        caller(track(number, stays_s - begin, talk), begin, stays_s - begin)
        for number, begin in enumerate(begins)
    ]
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        # Who has hung up is silent for as long as it takes to hear what has piled up.
        most = ("--max-calls", str(max(calls, 20)), "--idle", "600")
        with served(Path(folder), *most, *options) as server:
            idle_mb = server.memory_mb
            began_s, busy_s, began = server.cpu_s, _busy_s(), time.perf_counter()
            crowd = Crowd(callers, server.port)
            crowd.talk(begins[-1] + seconds)
            during_s = server.cpu_s - began_s
            passed = time.perf_counter() - began
            others = (_busy_s() - busy_s - during_s - crowd.cpu_s) / passed
            load = os.getloadavg()[0]
            during_mb = server.memory_mb
            crowd.talk()
            crowd.close()
            server.emptied()
            folders = [server.out / one.call for one in callers]
            server.until(lambda: all((one / RESULT).is_file() for one in folders))
            server.until(lambda: server.figure("kairos_calls_total") == calls)
            figures, after_mb = server.figures(), server.memory_mb
            ended_s = server.cpu_s - began_s
            assert server.stop() == 0
        sounds = [sound_of(one, at) for one, at in zip(callers, folders, strict=True)]
    return Load(
        sounds,
        callers,
        figures,
        (idle_mb, during_mb, after_mb),
        (during_s, ended_s),
        crowd.cpu_s,
        max(0.0, others),
        (before, load),
        max(one.came[0] for one in callers if one.came) + 1.0,
    )


def main() -> None:
    own, _, options = " ".join(sys.argv[1:]).partition("-- ")
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.serving")
    parser.add_argument("--calls", type=int, nargs="+", default=CALLS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--talk", type=float, default=0.35)
    given = parser.parse_args(own.split())
    alone_mb: float | None = None
    for calls in given.calls:
        load = measured(calls, given.seconds, given.talk, options.split())
        load.report(alone_mb if calls > 1 else None)
        if calls == 1:
            alone_mb = load.memory_mb[1]


if __name__ == "__main__":
    main()
