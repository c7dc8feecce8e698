"""``kairos call``: a recorded caller through the agent."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import until_interrupted
from agent.cli.files import folder
from agent.cli.options import CallerId, Model, Speech
from agent.think_time import DEFAULT_THINK_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.conversation import Conversation
    from agent.records import Record
    from agent.result import Result
    from speech.protocols import Audio


class Channel(StrEnum):
    """Where in a recording the caller is."""

    BOTH = "both"
    LEFT = "left"
    RIGHT = "right"


_CHANNELS = {Channel.BOTH: None, Channel.LEFT: 0, Channel.RIGHT: 1}

HOLDS_ON_S = 5.0
"""How long the caller stays on the line once the recording is over and the agent is quiet."""


def call(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="A policy's name or file.")],
    wav: Annotated[Path, typer.Option("--wav", metavar="IN.wav", help="What the caller says.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the files; out/call by default."),
    ] = None,
    caller_id: CallerId = None,
    channel: Annotated[
        Channel,
        typer.Option("--channel", help="Where the caller is; a call.wav of ours: left."),
    ] = Channel.BOTH,
    think: Annotated[
        float,
        typer.Option("--think", metavar="S", min=0, help="Seconds charged to each thought."),
    ] = DEFAULT_THINK_S,
    speech: Speech = None,
    model: Model = None,
) -> None:
    """Put a recorded caller through to the agent."""
    import asyncio

    from rich.console import Console

    from agent.cli import telling
    from agent.cli.live import transcribed
    from policies.loading import load_policy
    from speech.audiofile import read_wav

    chosen = load_policy(policy)
    caller = read_wav(wav, _CHANNELS[channel])
    out = folder(out or Path("out/call"))
    console = Console(highlight=False)

    async def hold() -> Result:
        from agent.conversation import Conversation
        from agent.figures import measure
        from agent.files import write_outcome
        from agent.result import sum_up

        began = time.perf_counter()
        opened = Conversation.open(
            chosen,
            speech=speech,
            model=model,
            caller_id=caller_id,
            out=out,
            think=think,
            report=False,
        )
        async with opened as line:
            with transcribed(console, chosen.language) as listener:
                channels = await _hold(line, caller, listener)
        figures = measure(line.journal, *channels)
        wall_s = time.perf_counter() - began
        result = sum_up(line.journal, figures, fidelity="audio", wall_s=wall_s)
        write_outcome(out, result, line.journal, *channels)
        return result

    with until_interrupted(out):
        result = asyncio.run(hold())
    telling.told(console, result, out)


async def _hold(
    line: Conversation, caller: Audio, listener: Callable[[Record], None]
) -> tuple[Audio, Audio]:
    """The whole call; both channels. The caller hangs up when everything has been answered."""
    import numpy as np

    from agent.records import ThinkDone, Utterance

    line.subscribe(listener)
    size = line.sample_rate // 50
    heard: list[Audio] = []
    said: list[Audio] = []
    quiet_since = 0.0
    while line.ended is None:
        at = len(heard) * size
        frame = np.zeros(size, np.float32)
        frame[: max(0, min(size, caller.size - at))] = caller[at : at + size]
        seen = len(line.journal)
        said.append(await line.step(frame))
        heard.append(frame)
        new = line.journal[seen:]
        if at < caller.size or any(isinstance(one, ThinkDone | Utterance) for one in new):
            quiet_since = line.now
        if np.any(said[-1]):
            quiet_since = line.now
        if line.now - quiet_since > HOLDS_ON_S:
            line.caller_hangs_up()
    return np.concatenate(heard), np.concatenate(said)
