"""``kairos talk``: the agent on this machine's microphone and loudspeaker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import FAILED, BadInput, refuse, until_interrupted
from agent.cli.files import folder
from agent.cli.options import CallerId, Model, Speech

if TYPE_CHECKING:
    import asyncio

    from rich.console import Console

    from agent.live.exchange import Flow
    from agent.live.talk import Ending
    from agent.records import Record
    from agent.result import Result
    from policies.policy import Policy
    from speech.protocols import Audio

_SWITCH_S = 0.001


class EchoOption(StrEnum):
    """What is done about the agent's own voice in the microphone."""

    CANCEL = "cancel"
    LEAVE = "leave"
    HEADSET = "headset"


def talk(
    policy: Annotated[
        str | None, typer.Argument(metavar="POLICY", help="A policy's name or file.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Tell which devices there are, and nothing else.")
    ] = False,
    microphone: Annotated[
        str | None,
        typer.Option("--input", metavar="DEVICE", help="Microphone: number or part of its name."),
    ] = None,
    loudspeaker: Annotated[
        str | None,
        typer.Option("--output", metavar="DEVICE", help="Loudspeaker: number or part of its name."),
    ] = None,
    echo: Annotated[
        EchoOption | None,
        typer.Option(
            "--echo",
            help="Take the agent's voice out of the microphone's sound, or not; as the policy "
            "says by default, else cancelled if that is installed.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the files; out/talk by default."),
    ] = None,
    caller_id: CallerId = None,
    speech: Speech = None,
    model: Model = None,
) -> None:
    """Talk to the agent; Ctrl-C hangs up."""
    import asyncio
    import sys

    from rich.console import Console

    from agent.cli import telling
    from agent.live.soundcard import SoundCard, device, devices
    from agent.live.talk import can_cancel, on_this_line, without_preparation
    from agent.recovery import recover
    from policies.line import Echo
    from policies.loading import load_policy

    console = Console(highlight=False)
    if listed:
        return _list(console)
    if policy is None:
        raise BadInput("which policy? kairos talk POLICY")
    chosen = load_policy(policy)
    out = folder(out or Path("out/talk"))
    known = devices()
    chosen_devices = device(microphone, "input", known), device(loudspeaker, "output", known)

    wanted: Echo | None = None
    if echo is not None:
        # With a headset there is nothing to cancel.
        wanted = Echo.CANCEL if echo is EchoOption.CANCEL else Echo.LEAVE

    async def hold() -> tuple[Result, Ending, Flow, float | None]:
        import os

        from agent.conversation import Conversation
        from agent.figures import measure
        from agent.files import RECORDING, write_outcome
        from agent.live.exchange import Exchange
        from agent.live.talk import talk as hold_call
        from agent.recording import read_recording
        from agent.result import sum_up
        from agent.telemetry.exporting import open_telemetry
        from speech.microphone import open_microphone

        began = time.perf_counter()
        card = SoundCard(*chosen_devices)
        telemetry = open_telemetry(os.environ)
        try:
            here = on_this_line(chosen, wanted, card.latency_s)
            if here.line.echo is Echo.LEAVE and echo is None and not can_cancel():
                _advise(console)
            prepares = open_microphone(here.line)
            exchange = Exchange(card.rate_hz, prepares)
            opened = Conversation.open(
                without_preparation(here),
                speech=speech,
                model=model,
                caller_id=caller_id,
                out=out,
                clock="live",
                report=False,
                channel="microphone",
            )
            async with opened as line:
                if telemetry is not None:
                    telemetry.attach(line, channel="microphone")
                with _shown(console, here, chosen_devices[0].name) as (listener, meter):
                    line.subscribe(listener)
                    with _interrupts() as hang_up, card.running(exchange) as sound:
                        ending = await hold_call(line, sound, hang_up, meter)
        finally:
            card.close()
            if telemetry is not None:
                telemetry.close()
        channels = read_recording(out / RECORDING)
        wall_s = time.perf_counter() - began
        figures = measure(line.journal, *channels)
        result = sum_up(line.journal, figures, fidelity="audio", wall_s=wall_s)
        write_outcome(out, result, line.journal, *channels, policy=here)
        loss_db = None if prepares is None else prepares.echo_loss_db
        return result, ending, exchange.flow, loss_db

    # The sound card's thread gets its turn sooner than Python would give it one.
    sys.setswitchinterval(_SWITCH_S)
    with until_interrupted(out):
        # Its caller is remembered before this call's files take its place.
        recover(out)
        result, ending, flow, loss_db = asyncio.run(hold())
    telling.told(console, result, out)
    _tell_flow(console, flow, loss_db)
    if ending == "lost":
        raise typer.Exit(refuse("kairos: the sound card is gone; the call was ended", FAILED))


def _list(console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from agent.live.soundcard import device, devices

    known = devices()
    # Where there is nothing to choose from, that is what is to be told.
    device(None, "input", known)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("", "device", "in", "out", "rate", ""):
        table.add_column(title, justify="right" if title in ("", "in", "out", "rate") else "left")
    for one in known:
        default = " and ".join(one.default_for)
        table.add_row(
            str(one.index),
            Text(one.name),
            str(one.inputs or "-"),
            str(one.outputs or "-"),
            f"{one.rate_hz} Hz",
            Text(f"default {default}" if default else "", style="green"),
        )
    console.print(table)


def _advise(console: Console) -> None:
    console.print(
        "echo is not cancelled: use a headset, or pip install 'kairos-voice[echo]'",
        style="yellow",
        markup=False,
    )


@contextmanager
def _shown(
    console: Console, policy: Policy, microphone: str
) -> Iterator[tuple[Callable[[Record], None], Callable[[Audio, Audio], None]]]:
    """The call as it unfolds, and below it the levels."""
    from rich.live import Live

    from agent.cli.meter import Meter
    from agent.transcript import LiveTranscript

    meter = Meter(microphone)
    with Live(meter, console=console, refresh_per_second=12, transient=True):
        yield LiveTranscript(console, policy.language), meter


@contextmanager
def _interrupts() -> Iterator[asyncio.Event]:
    """What Ctrl-C sets while the context lasts: it hangs up, and the call ends in order."""
    import asyncio
    import signal

    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    kinds = (signal.SIGINT, signal.SIGTERM)
    for one in kinds:
        loop.add_signal_handler(one, pressed.set)
    try:
        yield pressed
    finally:
        for one in kinds:
            loop.remove_signal_handler(one)


def _tell_flow(console: Console, flow: Flow, loss_db: float | None) -> None:
    """What became of the echo, and what was wrong with the sound, if anything."""
    from agent.wording import length

    if loss_db is not None:
        console.print(f"echo: taken down by {loss_db:.0f} dB", style="dim")
    told = []
    if flow.gaps:
        told.append(f"{flow.gaps} gaps in the agent's sound, {length(flow.silent_s)} in all")
    if flow.deaf_s:
        told.append(f"{length(flow.deaf_s)} of the microphone's was lost")
    if flow.faults:
        told.append(f"the sound card lost blocks {flow.faults} times")
    if flow.restarts:
        told.append(f"it stopped and was begun anew {flow.restarts} times")
    if told:
        console.print(f"sound: {'; '.join(told)}", style="yellow")
