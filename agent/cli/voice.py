"""``kairos voice``: voices that are cloned from a sample, with a note of the person's consent."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from agent.cli.failures import BAD_INPUT, BadInput, refuse

if TYPE_CHECKING:
    from speech.clones import Consent
    from speech.pocket.model import PocketModel

voice = typer.Typer(
    name="voice",
    help="Voices cloned from a sample: clone, list, say, remove.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The voice's name.")]
Model: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="M",
        help="A model of pocket-tts's, or a YAML file that describes one; else the language's.",
    ),
]

_HOW_CHARACTERS = 10_000


@voice.callback()
def cloned() -> None:
    """Voices that are cloned from a sample."""


@voice.command()
def clone(
    sample: Annotated[
        Path, typer.Argument(metavar="SAMPLE.wav", help="About ten seconds of one person reading.")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the voice.")],
    by: Annotated[
        str | None, typer.Option("--by", metavar="WHO", help="Whose voice it is, who agreed.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="When, as 2026-11-21; today if left.")
    ] = None,
    consent: Annotated[
        str | None,
        typer.Option(
            "--consent",
            metavar="HOW",
            help="How it was given, in words; or a file that holds it, which is kept.",
        ),
    ] = None,
    language: Annotated[
        str, typer.Option("--language", metavar="TAG", help="What the voice is to speak.")
    ] = "en",
    model: Model = None,
    force: Annotated[
        bool, typer.Option("--force", help="Put it in the place of a voice of this name.")
    ] = False,
) -> None:
    """Clone a voice from a recording, once it has been checked."""
    from speech.clones import VoiceStore
    from speech.pocket.voice import at_rate
    from speech.samples import read_sample

    store = VoiceStore()
    store.refuse_taken(name, force)
    read = read_sample(sample)
    findings = read.measures.findings()
    if findings:
        for finding in findings:
            refuse(f"kairos: {sample}: {finding}")
        raise typer.Exit(BAD_INPUT)
    given = _consent(by, at, consent)
    opened = _opened(language, model)
    state = opened.state_of(at_rate(read.audio, opened.sample_rate))
    made = store.keep(
        name,
        read,
        given,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        language=language,
        prepare=lambda folder: opened.save(state, folder / f"{opened.key}.safetensors"),
        force=force,
    )
    typer.echo(
        f"{name}: cloned from {read.measures.seconds:.1f} s at {read.measures.level_db:.0f} dBFS, "
        f"{read.measures.noise_db:.0f} dB above the noise; in {made.folder}"
    )
    typer.echo(f"a policy speaks with it as voice: {{name: {name}}}, and the voice part pocket")


@voice.command("list")
def listed() -> None:
    """Every cloned voice, and who agreed to it when."""
    from speech.clones import VoiceStore

    store = VoiceStore()
    voices = store.all()
    for one in voices:
        typer.echo(
            f"{one.name}  {one.language}, {one.measures.seconds:.1f} s, made {one.made[:10]}; "
            f"consent of {one.consent.by}, {one.consent.at}"
        )
    if not voices:
        typer.echo(f"no voices in {store.folder}")


@voice.command()
def say(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say.")],
    out: Annotated[Path, typer.Option("--out", metavar="F.wav", help="Where the sound goes.")],
    model: Model = None,
) -> None:
    """Say something with a cloned voice, or with one of pocket-tts's own."""
    import numpy as np

    from policies.engines.pocket import PocketTts
    from speech.audiofile import write_wav
    from speech.clones import VoiceStore
    from speech.pocket.voice import PocketVoice, named_state
    from speech.protocols import Speech

    store = VoiceStore()
    found = store.find(name)
    opened = _opened("en" if found is None else found.language, model)
    settings = PocketTts()
    state = named_state(opened, name, store)
    speaker = PocketVoice(opened, state, settings.tokens, settings.seed or 0, live=False)
    synthesis = speaker.begin()
    synthesis.add(text)
    synthesis.end()
    pieces = []
    while isinstance(given := synthesis.next(), Speech):
        pieces.append(given.audio)
    if not pieces:
        raise BadInput("there is nothing in the text that can be said")
    audio = np.concatenate(pieces)
    write_wav(out, audio, opened.sample_rate)
    typer.echo(f"{out}: {len(audio) / opened.sample_rate:.1f} s")


@voice.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a voice, its sample and its note of consent."""
    from speech.clones import VoiceStore

    store = VoiceStore()
    if not yes and not typer.confirm(f"Delete the voice {name} for good?"):
        typer.echo("nothing was deleted")
        return
    store.remove(name)
    typer.echo(f"{name}: deleted")


def _opened(language: str, model: str | None) -> PocketModel:
    from policies.engines.pocket import PocketTts
    from speech.pocket.model import opened

    return opened(language, PocketTts(model=model))


def _consent(by: str | None, at: str | None, how: str | None) -> Consent:
    """The note; a person at a terminal is asked for what is missing."""
    from speech.clones import Consent

    if by is None and sys.stdin.isatty():
        by = typer.prompt("Whose voice is it, and has agreed to this?")
    if how is None and sys.stdin.isatty():
        how = typer.prompt("How was that given (in words, or a file)?")
    if not (by or "").strip() or not (how or "").strip():
        raise BadInput(
            "a voice is cloned only with its owner's consent, on record: --by WHO --consent HOW, "
            "which is words or a file"
        )
    assert by is not None
    assert how is not None
    try:
        day = date.fromisoformat(at) if at is not None else datetime.now().date()
    except ValueError:
        raise BadInput(f"--at {at}: a date is written as 2026-11-21") from None
    file = Path(how)
    if len(how) < 1000 and file.is_file():
        return Consent(by.strip(), day.isoformat(), f"in the file {file.name}", file)
    if len(how) > _HOW_CHARACTERS:
        raise BadInput(f"--consent: at the most {_HOW_CHARACTERS} characters, or a file")
    return Consent(by.strip(), day.isoformat(), how.strip())
